import { initialLateFacts, isToldAsKnown } from './facts.js';
import { isSamePayment } from '../orders/facts.js';
import type { EndedOrder, Outcome, PaymentNotice } from '../orders/state.js';
import type { Instant } from '../time.js';

/**
 * The payments that an order was told of and did not end with: each needs an owner after it. None where a person said
 * how it ended: such a payment is why they were asked.
 */
export function toldBeyond({ order, outcome, told }: EndedOrder, now: Instant): readonly PaymentNotice[] {
  if (outcome.ended === 'resolved') return [];
  return told.filter((notice) => {
    return !isItsEnd(outcome, notice) && !isToldAsKnown(initialLateFacts(order, outcome, notice, now));
  });
}

/** Whether a payment is told just as the order ended with it, be it named or not. */
function isItsEnd(outcome: Outcome, notice: PaymentNotice): boolean {
  return outcome.ended === 'paid' && isSamePayment(outcome, notice);
}
