import type { CallFailure, CloseAnswer, CloseOrderResult, OrderAnswer, Payment, Sent } from '../../domain/calls.js';
import { decideOrder, openOrder } from '../../domain/orders/decide.js';
import { DEFAULT_ORDER_TIMING, type Order } from '../../domain/orders/order.js';
import type { OrderDecision, OrderEvent, PaymentNotification, Resolution } from '../../domain/orders/state.js';
import { MINUTE, SECOND, type Instant } from '../../domain/time.js';

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
  timing: DEFAULT_ORDER_TIMING,
};

export const DEADLINE = ORDER.payBefore;

export const PAYMENT: Payment = {
  transactionId: '4200752501201407033233368018',
  amount: { total: 888, currency: 'HKD' },
  paidAt: '2026-03-02T12:01:00Z',
};

/** A payment that the order should not have. */
export const WRONG_PAYMENT: Payment = { ...PAYMENT, amount: { total: 1, currency: 'HKD' } };

/** Events, as short as a sentence needs them. */
export const timer: OrderEvent = { type: 'timerFired' };
export const closeRequested: OrderEvent = { type: 'closeRequested' };
export const checkRequested: OrderEvent = { type: 'checkRequested' };
export const placedAgain: OrderEvent = { type: 'placedAgain' };
export const placementFailed: OrderEvent = { type: 'placementFailed', code: 'PARAM_ERROR' };
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

export const wrongNotification = notification({ amount: WRONG_PAYMENT.amount });

export type Said = OrderAnswer['tradeState'];

export function answerOf(tradeState: Said, payment = PAYMENT): OrderAnswer {
  const requestId = 'request-1';
  switch (tradeState) {
    case 'SUCCESS':
    case 'REFUND':
      return { tradeState, payment, requestId };
    case 'NOT_FOUND':
      return { tradeState, code: 'ORDER_NOT_EXIST', requestId };
    default:
      return { tradeState, requestId };
  }
}

export function answered(tradeState: Said, payment = PAYMENT, askedAt = DEADLINE): OrderEvent {
  return { type: 'queryAnswered', answer: answerOf(tradeState, payment), askedAt };
}

export function failure(
  kind: CallFailure['kind'],
  call: CallFailure['call'] = 'queryOrder',
  code = 'SYSTEM_ERROR',
): CallFailure {
  return { call, code, kind, requestId: null };
}

export function queryFailed(kind: CallFailure['kind'], code?: string): OrderEvent {
  return { type: 'queryFailed', failure: failure(kind, 'queryOrder', code) };
}

/** A query of a guarded close: its answer, or its failure. */
type Asked = Said | OrderAnswer | { readonly failure: CallFailure };

interface CloseShape {
  /** The answer to the first query. */
  readonly before?: Said | OrderAnswer;
  /** The answer to the query after the close. Default: the same. */
  readonly after?: Asked;
  readonly sent?: Sent;
}

const toAnswer = (said: Said | OrderAnswer): OrderAnswer => (typeof said === 'string' ? answerOf(said) : said);

/** A guarded close that was sent: WeChat Pay's answer to it, or its failure; and the queries around it. */
export function closeAnswered(write: CloseAnswer | CallFailure, shape: CloseShape = {}): OrderEvent {
  const { before = 'NOTPAY', after = before, sent = 'yes' } = shape;
  const reply = typeof write === 'string' ? { answer: { answer: write, requestId: 'request-2' } } : { failure: write };
  const asked = typeof after === 'object' && 'failure' in after ? after : { answer: toAnswer(after) };
  return closed({ before: toAnswer(before), sent, write: reply, after: asked });
}

/** A guarded close that was not sent, because its first query does not allow it. */
export function notAllowed(before: Said | OrderAnswer, sent: Sent = 'no'): OrderEvent {
  return closed({ before: toAnswer(before), sent, write: null, after: null });
}

/** A guarded close that came too early for the floor. */
export const tooEarly: OrderEvent = closed({ before: null, sent: 'no', write: null, after: null });

export function closed(result: CloseOrderResult): OrderEvent {
  return { type: 'closeAnswered', result, askedAt: DEADLINE };
}

/** The failures of a close after which its effect is not known. */
export const NO_ANSWER = failure('unknown', 'closeOrder', 'LOCAL_NO_ANSWER');

/** The query after a close fails. */
export const UNASKED = { failure: failure('unknown', 'queryOrder', 'LOCAL_UNVERIFIED') } as const;

/** A guarded close that failed before its result: by default in its first query, so that nothing was sent. */
export function closeFailed(
  kind: CallFailure['kind'],
  sent: Sent = 'no',
  call: CallFailure['call'] = 'queryOrder',
  code?: string,
): OrderEvent {
  const announced = sent === 'no' ? null : { sent };
  return { type: 'closeFailed', failure: { ...failure(kind, call, code), sent, announced } };
}

/** A guarded close that was lost with its worker. */
export function closeLost(sent: Sent = 'maybe'): OrderEvent {
  return closeFailed('unknown', sent, 'closeOrder', 'LOCAL_LOST');
}

/** A guarded close that was cancelled, since something else came. */
export function superseded(sent: Sent = 'no'): OrderEvent {
  return closeFailed('unknown', sent, 'closeOrder', 'LOCAL_SUPERSEDED');
}

/** What happened to an order, each event at its instant. */
export type Story = readonly (readonly [Instant, OrderEvent])[];

/** An order to which some events have happened. */
export function after(...story: Story): OrderDecision {
  return play(openOrder(ORDER, START), ...story);
}

/** The decision after these further events. */
export function play(begun: OrderDecision, ...story: Story): OrderDecision {
  return story.reduce(({ state }, [now, event]) => decideOrder(state, event, now), begun);
}

/** The way to the close: the deadline. */
export const toClosing = [[DEADLINE, timer]] as const satisfies Story;

/** The shopper is paying when the order is to be closed. */
export const toPaying = [...toClosing, [DEADLINE, notAllowed('USERPAYING')]] as const satisfies Story;

/** The events that lead an order that is due to a query, which is not a check. */
export const CHECKED_AT = DEADLINE + 5 * SECOND;
export const toChecking = [...toPaying, [CHECKED_AT, timer]] as const satisfies Story;

/** The way to the query after a close that may have been sent. */
export const toConfirming = [...toClosing, [DEADLINE, closeLost()]] as const satisfies Story;

/** The way to the pause after a close that was accepted and does not show yet. */
export const toSettling = [...toClosing, [DEADLINE, closeAnswered('accepted')]] as const satisfies Story;

/**
 * Where a decision leads, in a word: the phase with its pause in seconds, the reason why a person is asked, what a close
 * may follow, or the end.
 */
export function leadsTo({ state }: OrderDecision, now: Instant): string {
  switch (state.phase) {
    case 'ended':
      return state.outcome.ended;
    case 'needsAttention':
      return state.reason;
    case 'closing':
      return `close if ${state.allows.join(' or ')}`;
    case 'awaitingPayment':
    case 'checking':
      return state.phase;
    case 'confirming':
    case 'userIsPaying':
    case 'notFoundYet':
    case 'unsettled':
      return `${state.phase} ${(state.until - now) / SECOND}`;
  }
}
