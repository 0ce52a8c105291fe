import { isToldAsKnown, mayBeSame } from './facts.js';
import { isSamePayment } from '../orders/facts.js';
import type { EndedOrder, Outcome, PaymentNotice } from '../orders/state.js';

/**
 * The payments that an order was told of, by a notice or a query, and did not end with: each needs an owner after it.
 * Where a person said how it ended, only those that were told after that: the others were on the page before them.
 */
export function toldBeyond(state: EndedOrder): readonly PaymentNotice[] {
  const { order, outcome } = state;
  return unseen(state).filter((notice) => {
    return !isItsEnd(outcome, notice) && !isToldAsKnown(order, outcome, notice);
  });
}

function unseen({ outcome, told, toldBeforeWord }: EndedOrder): readonly PaymentNotice[] {
  if (outcome.ended !== 'resolved') return told;
  const seen = told.slice(0, toldBeforeWord);
  return told.slice(toldBeforeWord).filter((notice) => !seen.some((each) => mayBeSame(each, notice)));
}

/** Whether a payment is told just as the order ended with it, be it named or not; or named, without any amount. */
function isItsEnd(outcome: Outcome, notice: PaymentNotice): boolean {
  if (outcome.ended !== 'paid') return false;
  return isSamePayment(outcome, notice) || (notice.amount === null && isSameNumber(outcome, notice));
}

function isSameNumber(outcome: Pick<PaymentNotice, 'transactionId'>, { transactionId }: PaymentNotice): boolean {
  return transactionId !== null && transactionId === outcome.transactionId;
}
