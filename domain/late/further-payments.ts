import { isReportedAsKnown, mayBeSame } from './facts.js';
import { isSamePayment } from '../orders/facts.js';
import type { EndedOrder, Outcome, PaymentNotification } from '../orders/state.js';

/**
 * Payments that a notification or a query reported for an order, and that are not part of its outcome. Each goes to a
 * late-payment workflow. If a person resolved the order, only those reported after that: the person saw the others.
 */
export function unclaimedPayments(state: EndedOrder): readonly PaymentNotification[] {
  const { order, outcome } = state;
  return unseen(state).filter((notification) => {
    return !isOutcome(outcome, notification) && !isReportedAsKnown(order, outcome, notification);
  });
}

function unseen({ outcome, told, toldBeforeWord }: EndedOrder): readonly PaymentNotification[] {
  if (outcome.ended !== 'resolved') return told;
  const seen = told.slice(0, toldBeforeWord);
  return told.slice(toldBeforeWord).filter((notification) => !seen.some((each) => mayBeSame(each, notification)));
}

/** Whether a payment is the one that the order ended with: the same report, or its number without an amount. */
function isOutcome(outcome: Outcome, notification: PaymentNotification): boolean {
  if (outcome.ended !== 'paid') return false;
  return isSamePayment(outcome, notification) || (notification.amount === null && isSameNumber(outcome, notification));
}

function isSameNumber(
  outcome: Pick<PaymentNotification, 'transactionId'>,
  { transactionId }: PaymentNotification,
): boolean {
  return transactionId !== null && transactionId === outcome.transactionId;
}
