import type { Payment } from '../activities.js';
import { code } from './markdown.js';
import { formatInstant } from './local-time.js';
import { formatMoney } from './money.js';
import { sentences } from './offers.js';
import type { LateOrder } from '../late/late-order.js';
import type { LateFacts } from '../late/state.js';
import type { Locale, Reader } from '../locale.js';
import { orderWorkflowId, type Amount } from '../orders/order.js';
import type { Outcome } from '../orders/state.js';
import { fill, MONEY } from './texts.js';
import { HAD_ENDED, LATE } from './texts-late.js';
import { ENDS } from './texts-order.js';
import { parseInstant } from '../time.js';

/** Which order it is, and how it had ended. */
export function describeOrder({ ref, amount }: LateOrder, ended: Outcome, reader: Reader): string {
  const { locale } = reader;
  const { replacedBy } = ended;
  const identity = fill(LATE.identity, locale, {
    id: code(orderWorkflowId(ref)),
    api: ref.api,
    amount: moneyOf(amount, locale),
    ended: hadEnded(ended, reader),
  });
  if (replacedBy === undefined) return identity;
  return sentences([identity, fill(ENDS.replaced, locale, { number: code(replacedBy) })], locale);
}

/** The payment that a notice told of. */
export function describeTold(payment: Payment, reader: Reader): string {
  return fill(LATE.told, reader.locale, { facts: factsOf(payment, reader) });
}

/** How many of the payments that notices told of are shown: the page of an order must stay short. */
const SHOWN = 3;

/** The payments that notices told of, and the one that the query shows. */
export function describePayments({ told, shown }: LateFacts, reader: Reader): string {
  const all = told.slice(0, SHOWN).map((each) => describeTold(each, reader));
  const more = told.length - all.length;
  if (more > 0) all.push(fill(LATE.more, reader.locale, { count: String(more) }));
  if (shown !== null) all.push(fill(LATE.shown, reader.locale, { facts: factsOf(shown, reader) }));
  return all.map((each) => `- ${each}`).join('\n');
}

export function moneyOf(amount: Amount | null, locale: Locale): string {
  return amount === null ? MONEY.unknown[locale] : formatMoney(amount, locale);
}

function hadEnded(ended: Outcome, reader: Reader): string {
  const { locale } = reader;
  switch (ended.ended) {
    case 'paid':
      return fill(HAD_ENDED.paid, locale, { facts: factsOf(ended, reader) });
    case 'closed':
      return ended.by === 'us' ? HAD_ENDED.closedByUs[locale] : HAD_ENDED.closedElsewhere[locale];
    case 'never-existed':
      return HAD_ENDED.neverExisted[locale];
    case 'resolved': {
      const { as, by, note } = ended;
      return fill(HAD_ENDED.resolved, locale, { as: code(as), by: code(by), note: code(note) });
    }
    case 'released':
      return HAD_ENDED.released[locale];
  }
}

/** What is known of a payment, in one line. */
function factsOf({ amount, transactionId, paidAt }: Payment, { locale, timeZone }: Reader): string {
  const at = paidAt === null ? undefined : parseInstant(paidAt);
  const transaction =
    transactionId === null ? LATE.noTransaction[locale] : fill(LATE.transaction, locale, { id: code(transactionId) });
  return [
    moneyOf(amount, locale),
    transaction,
    ...(at === undefined ? [] : [fill(LATE.at, locale, { at: formatInstant(at, timeZone) })]),
  ].join(locale === 'zh' ? '，' : ', ');
}
