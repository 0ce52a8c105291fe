import type { Payment } from '../calls.js';
import { formatInstant } from './local-time.js';
import type { Reader } from '../locale.js';
import { code } from './markdown.js';
import { moneyOf } from './money.js';
import { fill, PAYMENTS } from './texts.js';
import { parseInstant } from '../time.js';

/** How many of several payments are shown: the page of an order must stay short. */
const SHOWN = 3;

/** What is known of a payment, in one line. */
export function factsOf({ amount, transactionId, paidAt }: Payment, { locale, timeZone }: Reader): string {
  const at = paidAt === null ? undefined : parseInstant(paidAt);
  const transaction =
    transactionId === null
      ? PAYMENTS.noTransaction[locale]
      : fill(PAYMENTS.transaction, locale, { id: code(transactionId) });
  return [
    moneyOf(amount, locale),
    transaction,
    ...(at === undefined ? [] : [fill(PAYMENTS.at, locale, { at: formatInstant(at, timeZone) })]),
  ].join(locale === 'zh' ? '，' : ', ');
}

/** A payment that WeChat Pay reported. */
export function describeReported(payment: Payment, reader: Reader): string {
  return fill(PAYMENTS.told, reader.locale, { facts: factsOf(payment, reader) });
}

/**
 * The payments that WeChat Pay reported, one sentence each: the first few, and how many more there are.
 *
 * @param notKept how many notifications reported others, which were only counted
 */
export function describeAllReported(told: readonly Payment[], reader: Reader, notKept: number): string[] {
  const { locale } = reader;
  const all = told.slice(0, SHOWN).map((each) => describeReported(each, reader));
  const more = told.length - all.length;
  if (more > 0) all.push(fill(PAYMENTS.more, locale, { count: String(more) }));
  return [...all, ...describeNotKept(notKept, reader)];
}

/** How many notifications reported payments that were only counted. */
export function describeNotKept(notKept: number, { locale }: Reader): string[] {
  return notKept === 0 ? [] : [fill(PAYMENTS.notKept, locale, { count: String(notKept) })];
}
