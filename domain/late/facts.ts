import type { Payment } from '../activities.js';
import { hintAgain, NO_HINTS } from '../hints.js';
import { LATE_FINDINGS, type LateEvent, type LateFacts, type LateReason, type LateState } from './state.js';
import { amountIsRight } from '../orders/facts.js';
import type { Outcome, PaymentNotice } from '../orders/state.js';
import type { Amount, Order } from '../orders/order.js';
import type { Instant } from '../time.js';

type Identity = Pick<Payment, 'transactionId' | 'amount'>;

/** What is known when a notice comes for an order that has ended. */
export function initialLateFacts(order: Order, ended: Outcome, notice: PaymentNotice, now: Instant): LateFacts {
  return {
    order,
    notice,
    known: paymentOf(ended),
    shown: null,
    isSecond: false,
    patienceFrom: now,
    unclear: 0,
    hints: NO_HINTS,
    asked: null,
  };
}

/** Of an order that a person called paid, nobody said with which payment. */
function paymentOf(ended: Outcome): LateFacts['known'] {
  if (ended.ended === 'paid') return { transactionId: ended.transactionId, amount: ended.amount };
  return ended.ended === 'resolved' && ended.as === 'paid' ? { transactionId: null, amount: null } : null;
}

/** What an event teaches, whatever phase it meets. */
export function learnLate(state: LateState, event: LateEvent, now: Instant): LateState {
  return { ...state, ...learned(state, event, now) };
}

function learned(state: LateState, event: LateEvent, now: Instant): Partial<LateFacts> {
  switch (event.type) {
    case 'timerFired':
    case 'recorded':
      return {};
    case 'retryRequested': {
      const asked = isFinding(state.asked) ? state.asked : null;
      return { patienceFrom: now, unclear: 0, hints: NO_HINTS, asked };
    }
    case 'queryAnswered': {
      if (!('payment' in event.answer)) return { hints: NO_HINTS };
      const shown = event.answer.payment;
      return { hints: NO_HINTS, shown, isSecond: state.isSecond || isAnother(state.known, shown) };
    }
    case 'queryFailed':
      return event.failure.kind === 'hint' ? { hints: hintAgain(state.hints, now) } : {};
  }
}

/** Whether a reason is about the money, and not about asking for it. */
export function isFinding(reason: LateReason | null): boolean {
  return LATE_FINDINGS.some((finding) => finding === reason);
}

/** Whether a notice tells of the very payment that the order ended with, so that nothing needs to be asked. */
export function isKnown({ order, known, notice }: LateFacts): boolean {
  return (
    known !== null &&
    known.transactionId !== null &&
    known.transactionId === notice.transactionId &&
    !amountDiffers({ order, known }, notice)
  );
}

/** Whether a payment has another amount than the order should have, or than it ended with. */
export function amountDiffers({ order, known }: Pick<LateFacts, 'order' | 'known'>, payment: Payment): boolean {
  return !amountIsRight(order, payment) || !mayBeSameAmount(known?.amount ?? null, payment.amount);
}

/** Whether two tell of different payments, or of one payment differently. What one does not say, it does not deny. */
export function disagree(one: Identity, other: Identity): boolean {
  return isAnother(one, other) || !mayBeSameAmount(one.amount, other.amount);
}

function isAnother(one: Identity | null, other: Identity): boolean {
  return (
    one !== null &&
    one.transactionId !== null &&
    other.transactionId !== null &&
    one.transactionId !== other.transactionId
  );
}

function mayBeSameAmount(one: Amount | null, other: Amount | null): boolean {
  return one === null || other === null || (one.total === other.total && one.currency === other.currency);
}
