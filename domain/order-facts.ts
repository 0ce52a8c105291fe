import type { CloseAnswer, Payment } from './activities.js';
import type { Order } from './order.js';
import type { Facts, LastAnswer, OrderEvent, OrderState, PaymentNotice } from './order-state.js';
import type { Trigger } from './timeout-then-close.js';
import type { Instant } from './time.js';

/** What is known of an order before anything happened to it. */
export function initialFacts(order: Order): Facts {
  return {
    order,
    closeRequested: null,
    paidClaimed: false,
    paidNoticed: false,
    closeSent: false,
    closeAcceptedAt: null,
    requestRefused: false,
    hints: 0,
    notFounds: 0,
    closedUnseen: false,
    seen: false,
    payingSince: null,
    patienceFrom: null,
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

/** Whether a notice is about this order, and has its amount. */
export function noticeIsRight({ order }: Facts, notice: PaymentNotice): boolean {
  return (
    notice.order.mchid === order.mchid && notice.order.outTradeNo === order.outTradeNo && amountIsRight(order, notice)
  );
}

/** What an event teaches, whatever phase it meets. */
export function learn(state: OrderState, event: OrderEvent, trigger: Trigger, now: Instant): OrderState {
  return { ...state, ...learned(state, event, trigger, now), last: lastAnswer(event, now) ?? state.last };
}

function learned(facts: OrderState, event: OrderEvent, trigger: Trigger, now: Instant): Partial<Facts> {
  switch (event.type) {
    case 'timerFired':
      return {};
    case 'closeRequested':
      return { closeRequested: requested(facts, event.replacedBy, now) };
    case 'paymentNotice':
      return {
        seen: true,
        paidClaimed: true,
        paidNoticed: facts.paidNoticed || trigger === 'noticePaid',
        closeSent: facts.closeSent || facts.phase === 'closing',
      };
    case 'queryAnswered':
      return ofQuery(facts, trigger, now);
    case 'closeAnswered':
      return ofClose(facts, event.answer.answer, now);
    case 'queryFailed':
      return trigger === 'hint' ? { hints: facts.hints + 1 } : {};
    case 'closeFailed':
      return { closeSent: true, hints: facts.hints + (trigger === 'hint' ? 1 : 0) };
  }
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
    hints: 0,
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
    hints: 0,
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
