import type { Payment } from '../../domain/activities.js';
import { decideLate, openLate } from '../../domain/late/decide.js';
import type { LateDecision, LateEvent, LateReason } from '../../domain/late/state.js';
import type { Outcome, PaymentNotification } from '../../domain/orders/state.js';
import { MINUTE, type Instant } from '../../domain/time.js';
import { answered, failed, ORDER, PAYMENT, START } from './orders.js';

export const NOTIFICATION: PaymentNotification = { ...PAYMENT, order: ORDER.ref };
export const CLOSED: Outcome = { ended: 'closed', by: 'us' };
export const PAID: Outcome = { ended: 'paid', refunded: false, toldBy: 'notification', ...PAYMENT };
export const PAID_UNNAMED: Outcome = { ...PAID, transactionId: null };
export const RESOLVED: Outcome = { ended: 'resolved', as: 'paid', note: 'in the bill', by: 'Mei', said: 'NOTPAY' };
export const OTHER: Payment = { ...PAYMENT, transactionId: 'another' };
export const THIRD: Payment = { ...PAYMENT, transactionId: 'a third' };
export const UNNAMED: Payment = { ...PAYMENT, transactionId: null };
export const CENT: Payment = { ...PAYMENT, amount: { total: 1, currency: 'HKD' } };

export const KNOWN = { do: 'finish', outcome: { ended: 'known' } };
export const RELEASED = { do: 'finish', outcome: { ended: 'released' } };
export const REFUNDED = { do: 'finish', outcome: { ended: 'refunded' } };
export const person = (reason: LateReason, until: Instant): object => ({ do: 'askPerson', reason, until });

export const timer: LateEvent = { type: 'timerFired' };
export const retry: LateEvent = { type: 'retryRequested' };
export const recorded: LateEvent = { type: 'recorded', as: 'refunded', note: 'refund R1', by: 'Mei' };

export const release: LateEvent = { type: 'releaseRequested' };
export const notified = (payment: Payment): LateEvent => ({
  type: 'paymentNotification',
  notification: { ...payment, order: ORDER.ref },
});

/** Only what queries bring, which orders and late payments share. */
export const ofQuery = (event: object): LateEvent => event as LateEvent;
export const said = (tradeState: Parameters<typeof answered>[0], payment = PAYMENT): LateEvent =>
  ofQuery(answered(tradeState, START, payment));

export const unclear = ofQuery(failed('query', 'unknown'));
export const hint = ofQuery(failed('query', 'hint', 'SIGN_ERROR'));
export const fatal = ofQuery(failed('query', 'fatal', 'NO_AUTH'));

export type Happening = readonly [Instant, LateEvent];

export function after(ended: Outcome, payment: Payment, ...events: readonly Happening[]): LateDecision {
  return andThen(openLate(ORDER, ended, { ...payment, order: ORDER.ref }, START), ...events);
}

export function andThen(decision: LateDecision, ...events: readonly Happening[]): LateDecision {
  return events.reduce(({ state }, [now, event]) => decideLate(state, event, now), decision);
}

export const at = (minutes: number): Instant => START + minutes * MINUTE;
