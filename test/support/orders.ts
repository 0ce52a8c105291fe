import type { CloseAnswer, Payment, QueryOrderResult } from '../../domain/activities.js';
import { decide, open } from '../../domain/orders/decide.js';
import type { CallFailure, Decision, OrderEvent, PaymentNotification, Resolution } from '../../domain/orders/state.js';
import type { Order } from '../../domain/orders/order.js';
import { DEFAULT_TIMING } from '../../domain/timing.js';
import { MINUTE, type Instant } from '../../domain/time.js';

/** Some day at noon. */
export const START: Instant = Date.parse('2026-03-02T12:00:00Z');

/** An order of HKD 8.88 that may be paid for 15 minutes. */
export const ORDER: Order = {
  ref: { api: 'v3-global', mchid: '1900000109', outTradeNo: '1217752501201407033233368018' },
  amount: { total: 888, currency: 'HKD' },
  createdAt: START,
  payBefore: START + 15 * MINUTE,
  floor: START + 5.5 * MINUTE,
  locale: 'en',
  timing: DEFAULT_TIMING,
};

export const DEADLINE = ORDER.payBefore;

export const PAYMENT: Payment = {
  transactionId: '4200752501201407033233368018',
  amount: { total: 888, currency: 'HKD' },
  paidAt: '2026-03-02T12:01:00Z',
};

/** Events, as short as a sentence needs them. */
export const timer: OrderEvent = { type: 'timerFired' };
export const closeRequested: OrderEvent = { type: 'closeRequested' };
export const checkRequested: OrderEvent = { type: 'checkRequested' };
export const placedAgain: OrderEvent = { type: 'placedAgain' };
export const retryRequested: OrderEvent = { type: 'retryRequested' };
export const releaseRequested: OrderEvent = { type: 'releaseRequested' };

export function extended(payBefore: Instant): OrderEvent {
  return { type: 'extended', payBefore };
}

export function resolveAs(as: Resolution['as'], force = false): OrderEvent {
  return { type: 'resolveRequested', resolution: { as, note: 'seen in the bill', by: 'Mei', force } };
}

export function notification(changes: Partial<PaymentNotification> = {}): OrderEvent {
  return { type: 'paymentNotification', notification: { ...PAYMENT, order: ORDER.ref, ...changes } };
}

export function answered(tradeState: QueryOrderResult['tradeState'], askedAt: Instant, payment = PAYMENT): OrderEvent {
  const requestId = 'request-1';
  switch (tradeState) {
    case 'SUCCESS':
    case 'REFUND':
      return { type: 'queryAnswered', answer: { tradeState, payment, askedAt, requestId } };
    case 'NOT_FOUND':
      return { type: 'queryAnswered', answer: { tradeState, code: 'ORDER_NOT_EXIST', askedAt, requestId } };
    default:
      return { type: 'queryAnswered', answer: { tradeState, askedAt, requestId } };
  }
}

export function closeAnswered(answer: CloseAnswer): OrderEvent {
  return { type: 'closeAnswered', answer: { answer, requestId: 'request-2' } };
}

export function failed(call: 'query' | 'close', kind: CallFailure['kind'], code = 'SYSTEM_ERROR'): OrderEvent {
  const failure = { code, kind, requestId: null, mayHaveTakenEffect: true };
  return call === 'query' ? { type: 'queryFailed', failure } : { type: 'closeFailed', failure };
}

/** An order to which some events have happened, each at its instant. */
export function after(...events: readonly (readonly [Instant, OrderEvent])[]): Decision {
  return events.reduce(({ state }, [now, event]) => decide(state, event, now), open(ORDER, START));
}

/** The ways to the calls: due, and then found unpaid. */
export const toChecking = [DEADLINE, timer] as const;
export const unpaid = (at = DEADLINE) => [at, answered('NOTPAY', at)] as const;
export const toClosing = [toChecking, unpaid()] as const;
