import { callName } from '../call-policies.js';
import { ADVICE, type AdviceName } from '../errors/advice.js';
import { code } from './markdown.js';
import { formatInstant, moneyOf } from './format.js';
import { errorRow } from '../errors/table.js';
import type { FlowReason } from '../flows.js';
import type { Locale, Reader } from '../locale.js';
import type { LastAnswer } from '../orders/state.js';
import { fill, LAST_ANSWER, NOTIFICATION, PAYMENTS, WHY } from './texts.js';
import type { Payment } from '../calls.js';
import { parseInstant } from '../time.js';

/** WeChat Pay's last answer: to which call, when, and with which Request-ID. */
export function describeLast(last: LastAnswer | null, { locale, timeZone }: Reader): string {
  if (last === null) return LAST_ANSWER.none[locale];
  const { call, said, requestId, at } = last;
  return fill(LAST_ANSWER.said, locale, {
    said: code(said),
    call: (call === 'notification' ? NOTIFICATION : callName(call))[locale],
    at: formatInstant(at, timeZone),
    requestId: requestId === null ? '' : fill(LAST_ANSWER.requestId, locale, { requestId: code(requestId) }),
  });
}

/** The advice to do nothing. It is left out if a person is needed. */
const IDLE: readonly AdviceName[] = ['wait', 'confirmed'];

/**
 * What a person should do about the last answer, if the error table has advice; as paragraphs.
 *
 * @param reason why a person is needed, if one is
 */
export function adviseOn(last: LastAnswer | null, locale: Locale, reason?: FlowReason): string[] {
  if (last === null) return [];
  // A code that the table does not know is fatal only if it is treated like PARAM_ERROR (see `classify`).
  const name = adviceOn(last) ?? (reason === 'fatal-answer' ? 'request' : undefined);
  if (name === undefined || (reason !== undefined && IDLE.includes(name))) return [];
  return [fill(WHY.advice, locale, { advice: ADVICE[name][locale] })];
}

function adviceOn({ call, said }: LastAnswer): AdviceName | undefined {
  if (call === 'notification') return undefined;
  return said === 'NOT_FOUND' ? 'notPlaced' : errorRow(call, said)?.advice;
}

/** How many payments are shown: the page of an order must stay short. */
const SHOWN = 3;

/** A payment, in one line. */
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
  return fill(PAYMENTS.reported, reader.locale, { facts: factsOf(payment, reader) });
}

/**
 * The payments that WeChat Pay reported, one sentence each: the first few, and how many more there are.
 *
 * @param notKept how many further reports were only counted
 */
export function describeAllReported(told: readonly Payment[], reader: Reader, notKept: number): string[] {
  const { locale } = reader;
  const all = told.slice(0, SHOWN).map((each) => describeReported(each, reader));
  const more = told.length - all.length;
  if (more > 0) all.push(fill(PAYMENTS.more, locale, { count: String(more) }));
  return [...all, ...describeNotKept(notKept, reader)];
}

/** How many reports of further payments were only counted. */
export function describeNotKept(notKept: number, { locale }: Reader): string[] {
  return notKept === 0 ? [] : [fill(PAYMENTS.notKept, locale, { count: String(notKept) })];
}
