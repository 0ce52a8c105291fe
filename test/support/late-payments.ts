import type { CallFailure, Payment, QueryOrderResult } from '../../domain/calls.js';
import { decideLate, openLate } from '../../domain/late/decide.js';
import {
  DEFAULT_LATE_TIMING,
  type LateDecision,
  type LateEvent,
  type LateOrder,
  type LateReason,
  type LateStart,
} from '../../domain/late/state.js';
import type { Outcome, PaymentNotification } from '../../domain/orders/state.js';
import { MINUTE, type Instant } from '../../domain/time.js';
import { ORDER, PAYMENT, START } from './orders.js';

export const LATE_ORDER: LateOrder = { ref: ORDER.ref, amount: ORDER.amount, locale: 'en' };

export const NOTIFICATION: PaymentNotification = { ...PAYMENT, order: ORDER.ref };
export const CLOSED: Outcome = { ended: 'closed', closeSent: 'yes' };
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

/** What a query answered. */
export function said(tradeState: QueryOrderResult['tradeState'], payment = PAYMENT): LateEvent {
  const requestId = 'request-1';
  switch (tradeState) {
    case 'SUCCESS':
    case 'REFUND':
      return { type: 'queryAnswered', answer: { tradeState, payment, requestId } };
    case 'NOT_FOUND':
      return { type: 'queryAnswered', answer: { tradeState, code: 'ORDER_NOT_EXIST', requestId } };
    default:
      return { type: 'queryAnswered', answer: { tradeState, requestId } };
  }
}

export function queryFailed(kind: CallFailure['kind'], code = 'SYSTEM_ERROR'): LateEvent {
  return { type: 'queryFailed', failure: { call: 'queryOrder', code, kind, requestId: null } };
}

export const unclear = queryFailed('unknown');
export const hint = queryFailed('hint', 'SIGN_ERROR');
export const fatal = queryFailed('fatal', 'NO_AUTH');

export type Happening = readonly [Instant, LateEvent];

/** What a late payment of the tests' order starts with. */
export function startOf(ended: Outcome, payment: Payment, changes: Partial<LateStart> = {}): LateStart {
  const notification = { ...payment, order: ORDER.ref };
  return { order: LATE_ORDER, ended, notification, timing: DEFAULT_LATE_TIMING, ...changes };
}

/** A late payment to which some events have happened, each at its instant. */
export function after(ended: Outcome, payment: Payment, ...events: readonly Happening[]): LateDecision {
  return andThen(openLate(startOf(ended, payment), START), ...events);
}

export function andThen(decision: LateDecision, ...events: readonly Happening[]): LateDecision {
  return events.reduce(({ state }, [now, event]) => decideLate(state, event, now), decision);
}

export const at = (minutes: number): Instant => START + minutes * MINUTE;
