import { bad, good, isRecord, isTextOrNull, type Checked, type Fields } from '../check.js';
import type { Outcome } from '../orders/state.js';

const RULE =
  'must be the outcome of the order, as its workflow told it: { ended: "paid" | "closed" | "never-existed" | "resolved" | "released", … }';

/** What each end of an order must say, so that a late payment can be compared with it, and people can read of it. */
const FORMS: Record<Outcome['ended'], (end: Fields) => boolean> = {
  paid: ({ refunded, toldBy, transactionId, amount, paidAt }) =>
    typeof refunded === 'boolean' &&
    isOneOf(['notification', 'query'], toldBy) &&
    isTextOrNull(transactionId) &&
    isAmountOrNull(amount) &&
    isTextOrNull(paidAt),
  closed: ({ by }) => isOneOf(['us', 'elsewhere'], by),
  'never-existed': () => true,
  resolved: ({ as, note, by, said }) =>
    isOneOf(['paid', 'closed', 'never-existed'], as) && [note, by, said].every((text) => typeof text === 'string'),
  released: () => true,
};

/** Checks how an order is said to have ended. What a later version may say besides is kept. */
export function checkEnd(ended: unknown): Checked<Outcome> {
  return isOutcome(ended) ? good(ended) : bad('ended', ended, RULE);
}

function isOutcome(value: unknown): value is Outcome {
  if (!isRecord(value)) return false;
  const { ended, replacedBy } = value;
  if (typeof ended !== 'string' || !Object.hasOwn(FORMS, ended)) return false;
  return FORMS[ended as Outcome['ended']](value) && (replacedBy === undefined || typeof replacedBy === 'string');
}

function isOneOf(all: readonly string[], value: unknown): boolean {
  return all.some((each) => each === value);
}

function isAmountOrNull(value: unknown): boolean {
  return (
    value === null || (isRecord(value) && Number.isSafeInteger(value['total']) && typeof value['currency'] === 'string')
  );
}
