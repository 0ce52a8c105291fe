import type { CloseAnswer, Payment } from './activities.js';
import type { ErrorKind } from './error-kinds.js';
import { floorFrom } from './check-order.js';
import { whyNotExtended } from './check-requests.js';
import { orderWorkflowId, type Order } from './order.js';
import type { Facts, LastAnswer, OrderEvent, OrderState, PaymentNotice } from './order-state.js';
import type { Trigger } from './timeout-then-close.js';
import type { Instant } from './time.js';
import { MAX_PAYMENT_LIFE } from './timing.js';

/** What is known of an order before anything happened to it. */
export function initialFacts(order: Order): Facts {
  return {
    order,
    askedAt: null,
    lastQueryAt: null,
    closeRequested: null,
    paidClaimed: false,
    paidNoticed: false,
    closeSent: false,
    closeAcceptedAt: null,
    requestRefused: false,
    hints: { query: 0, close: 0 },
    notFounds: 0,
    closedUnseen: false,
    seen: false,
    payingSince: null,
    patienceFrom: null,
    resolution: null,
    releaseRequested: false,
    lull: null,
    last: null,
  };
}

/** The first instant at which an unpaid order is to be closed: never before its floor. */
export function dueAt({ order, closeRequested }: Facts): Instant {
  return closeRequested === null ? Math.max(order.payBefore, order.floor) : order.floor;
}

/** Whether a payment has the amount that the order should have. One that does not say it, does not have it. */
export function amountIsRight({ amount }: Order, payment: Payment): boolean {
  if (amount === null) return true;
  return payment.amount?.total === amount.total && payment.amount.currency === amount.currency;
}

/** Whether a notice is about this order. One about another decides nothing here. */
export function noticeIsOurs({ order }: Facts, notice: PaymentNotice): boolean {
  return orderWorkflowId(notice.order) === orderWorkflowId(order.ref);
}

/** What an event teaches, whatever phase it meets. */
export function learn(state: OrderState, event: OrderEvent, trigger: Trigger, now: Instant): OrderState {
  return { ...state, ...learned(state, event, trigger, now), last: lastAnswer(event, now) ?? state.last };
}

function learned(facts: OrderState, event: OrderEvent, trigger: Trigger, now: Instant): Partial<Facts> {
  switch (event.type) {
    case 'timerFired':
      // Within the hour a person may have mended what was refused: the close is tried once more.
      return facts.phase === 'needsAttention' ? { requestRefused: false } : {};
    case 'checkRequested':
      return {};
    case 'extended':
      return whyNotExtended(facts) === undefined ? { order: later(facts.order, event.payBefore) } : {};
    case 'placedAgain':
      return { order: { ...facts.order, floor: Math.max(facts.order.floor, floorFrom(now)) } };
    case 'retryRequested':
      return { patienceFrom: null, hints: { query: 0, close: 0 }, requestRefused: false };
    case 'resolveRequested':
      return facts.phase === 'needsAttention' ? { resolution: event.resolution } : {};
    case 'releaseRequested':
      return { releaseRequested: true };
    case 'closeRequested':
      return { closeRequested: requested(facts, event.replacedBy, now) };
    case 'paymentNotice':
      return trigger === 'noticeForeign' ? {} : ofNotice(facts);
    case 'queryAnswered':
      return { askedAt: now, lastQueryAt: event.answer.askedAt, ...ofQuery(facts, trigger, now) };
    case 'closeAnswered':
      return ofClose(facts, event.answer.answer, now);
    case 'queryFailed':
      return { askedAt: now, hints: hinted(facts, 'query', event.failure.kind) };
    case 'closeFailed':
      return {
        closeSent: facts.closeSent || event.failure.mayHaveTakenEffect,
        hints: hinted(facts, 'close', event.failure.kind),
      };
  }
}

function hinted({ hints }: Facts, call: 'query' | 'close', kind: ErrorKind): Facts['hints'] {
  return kind === 'hint' ? { ...hints, [call]: hints[call] + 1 } : hints;
}

/** A verified notice says paid, whatever the amount. */
function ofNotice(facts: OrderState): Partial<Facts> {
  return { seen: true, paidClaimed: true, paidNoticed: true, closeSent: facts.closeSent || facts.phase === 'closing' };
}

function later(order: Order, payBefore: Instant): Order {
  return { ...order, payBefore: Math.max(order.payBefore, Math.min(payBefore, order.createdAt + MAX_PAYMENT_LIFE)) };
}

/** The first request stands; a later one may only add under which number the order was placed anew. */
function requested(facts: Facts, replacedBy: string | undefined, now: Instant): Facts['closeRequested'] {
  const at = facts.closeRequested?.at ?? now;
  const number = facts.closeRequested?.replacedBy ?? replacedBy;
  return number === undefined ? { at } : { at, replacedBy: number };
}

function ofQuery(facts: Facts, trigger: Trigger, now: Instant): Partial<Facts> {
  const found = trigger !== 'notFound';
  return {
    hints: { ...facts.hints, query: 0 },
    seen: facts.seen || found,
    notFounds: found ? 0 : facts.notFounds + 1,
    payingSince: trigger === 'paying' ? (facts.payingSince ?? now) : null,
    paidClaimed: facts.paidClaimed || trigger === 'paid' || trigger === 'wrongAmount',
  };
}

function ofClose(facts: Facts, answer: CloseAnswer, now: Instant): Partial<Facts> {
  const sent = answer !== 'tooEarly' && answer !== 'queryTooOld';
  if (!sent) return {};
  const accepted = answer === 'accepted' || answer === 'alreadyClosed';
  return {
    closeSent: true,
    hints: { ...facts.hints, close: 0 },
    closedUnseen: facts.closedUnseen || facts.notFounds > 0,
    closeAcceptedAt: accepted ? now : facts.closeAcceptedAt,
    paidClaimed: facts.paidClaimed || answer === 'paid',
    requestRefused: answer === 'refusedRequest',
  };
}

function lastAnswer(event: OrderEvent, at: Instant): LastAnswer | null {
  switch (event.type) {
    case 'timerFired':
    case 'closeRequested':
    case 'checkRequested':
    case 'extended':
    case 'placedAgain':
    case 'retryRequested':
    case 'resolveRequested':
    case 'releaseRequested':
      return null;
    case 'paymentNotice':
      return { call: 'notice', said: 'SUCCESS', requestId: null, at };
    case 'queryAnswered':
      return { call: 'queryOrder', said: event.answer.tradeState, requestId: event.answer.requestId, at };
    case 'closeAnswered':
      return {
        call: 'closeOrder',
        said: event.answer.code ?? event.answer.answer,
        requestId: event.answer.requestId,
        at,
      };
    case 'queryFailed':
      return { call: 'queryOrder', said: event.failure.code, requestId: event.failure.requestId, at };
    case 'closeFailed':
      return { call: 'closeOrder', said: event.failure.code, requestId: event.failure.requestId, at };
  }
}
