import type { Payment } from '../calls.js';
import { decide, open, required, type Flow } from '../flow.js';
import { answeredIn } from '../guarded-write.js';
import { lifeEvent } from '../outcome/telling.js';
import { visibleState } from '../page/order.js';
import type { Instant, Milliseconds } from '../time.js';
import {
  lengthOfPause,
  notFoundApart,
  patienceFrom,
  patienceIsOver,
  pausesAfter,
  restoreTiming,
  type PauseName,
} from '../waiting.js';
import { amountIsRight, dueAt, initialFacts, isDue, learn } from './facts.js';
import { GUARDS } from './guards.js';
import { DEFAULT_ORDER_TIMING, keyOf, type Order } from './order.js';
import type {
  AttentionReason,
  Facts,
  OrderDecision,
  OrderEvent,
  OrderState,
  Outcome,
  Phase,
  Rest,
  Step,
} from './state.js';
import { orderHappened } from './story.js';
import { PHASES, TIMEOUT_THEN_CLOSE, type Row } from './table.js';
import { type Trigger, triggerOf } from './triggers.js';
import type { Allowed } from './write.js';

/** The life of an order, from its creation to its one outcome. */
export const ORDER_FLOW: Flow<OrderState, OrderEvent, Trigger, Row, Step> = {
  rows: TIMEOUT_THEN_CLOSE,
  guards: GUARDS,
  triggerOf,
  learn,
  follow,
  stepOf,
  eventOf: (state) => lifeEvent('order', keyOf(state.order.ref), state, PHASES),
  story: {
    happened: (event, trigger) => (trigger === 'notificationForeign' ? null : orderHappened(event)),
    visible: visibleState,
  },
  restore: (soFar) => ({ ...initialFacts(soFar.order), ...soFar, order: restoreOrder(soFar.order) }),
};

function restoreOrder(order: Order): Order {
  return { ...order, timing: restoreTiming(DEFAULT_ORDER_TIMING, order.timing) };
}

/** An order at the beginning of its life. If its deadline has passed, it is due at its floor. */
export function openOrder(order: Order, now: Instant): OrderDecision {
  return open(ORDER_FLOW, { ...initialFacts(order), phase: 'awaitingPayment' }, now);
}

export const decideOrder = (state: OrderState, event: OrderEvent, now: Instant): OrderDecision =>
  decide(ORDER_FLOW, state, event, now);

function stepOf(state: OrderState, now: Instant): Step {
  switch (state.phase) {
    case 'awaitingPayment':
      return { do: 'wait', until: dueAt(state) };
    case 'checking':
      return { do: 'query' };
    case 'closing':
      return { do: 'close', allows: state.allows, isSuperseded: state.isSuperseded };
    case 'confirming':
      return now < state.until ? { do: 'wait', until: state.until } : { do: 'query' };
    case 'userIsPaying':
    case 'notFoundYet':
    case 'unsettled':
      return { do: 'wait', until: state.until };
    case 'needsAttention':
      return { do: 'askPerson', reason: state.reason, until: state.until };
    case 'ended':
      return { do: 'finish', outcome: state.outcome };
  }
}

function follow(state: OrderState, row: Row, event: OrderEvent, now: Instant): OrderState {
  const pause = 'pause' in row ? row.pause : undefined;
  const isBackInWait = row.to === 'awaitingPayment' && !isDue(state, now);
  // A placement that failed is not overdue, and needs no person.
  const isOverdue = isDue(state, now) && state.placementFailed === null;
  const facts = {
    ...state,
    pauses: isBackInWait ? {} : pausesAfter(state.pauses, answeredIn(event), pause),
    patienceFrom: isBackInWait ? null : patienceFrom(state, isOverdue, now),
    // A person's resolution holds for one query.
    resolution: row.to === 'needsAttention' ? null : state.resolution,
  };
  const isPatienceOver = pause !== undefined && isOverdue && patienceIsOver(facts, facts.order.timing, now);
  const phase = isPatienceOver ? needAPerson('patience-over', facts, now) : phaseOf(row, event, facts, now);
  return { ...facts, interrupted: event.type === 'checkRequested' ? restOf(state) : null, ...phase };
}

/** The phase that a row leads to, with its fields. */
function phaseOf(row: Row, event: OrderEvent, facts: OrderState, now: Instant): Phase {
  switch (row.to) {
    case 'awaitingPayment':
    case 'checking':
      return { phase: row.to };
    case 'closing':
      return { phase: 'closing', allows: allowsOf(row.allows, facts), isSuperseded: false, extension: null };
    case 'confirming':
      return { phase: 'confirming', until: now + lengthOf(row.pause, facts) };
    case 'notFoundYet':
      return { phase: 'notFoundYet', until: askAgainAt(row.pause, facts, now) };
    case 'userIsPaying':
    case 'unsettled':
      return { phase: row.to, until: now + lengthOf(row.pause, facts) };
    case 'needsAttention':
      return needAPerson(row.reason, facts, now);
    case 'back':
      return required(facts.interrupted, 'a wait that a check interrupted');
    case 'end:paid':
      return end(paid(event, facts));
    case 'end:closed':
      return end({ ended: 'closed', closeSent: facts.closeSent, ...replaced(facts) });
    case 'end:neverExisted':
      return end({ ended: 'never-existed', ...replaced(facts) });
    case 'end:resolved':
      return end(resolved(facts));
    case 'end:released':
      return end({ ended: 'released', ...replaced(facts) });
  }
}

function lengthOf(pause: PauseName | undefined, facts: Facts): Milliseconds {
  return pause === undefined ? 0 : lengthOfPause(pause, facts, facts.order.timing);
}

/** If the placement failed, WeChat Pay is asked again at the floor, and not later. */
function askAgainAt(pause: PauseName, facts: Facts, now: Instant): Instant {
  const { floor } = facts.order;
  if (facts.placementFailed === null || now >= floor) return now + lengthOf(pause, facts);
  return Math.max(now + notFoundApart(facts.order.timing), floor);
}

function allowsOf(allows: 'paying' | 'notFound' | undefined, { placementFailed }: Facts): readonly Allowed[] {
  if (allows === undefined) return ['unpaid'];
  // If WeChat Pay shows the order after all, `learn` forgets that its placement failed, and its deadline counts again.
  return allows === 'notFound' && placementFailed !== null ? ['notFound'] : ['unpaid', allows];
}

function end(outcome: Outcome): Phase {
  return { phase: 'ended', outcome };
}

function needAPerson(reason: AttentionReason, { order }: Facts, now: Instant): Phase {
  return { phase: 'needsAttention', reason, until: now + order.timing.pauses.needsAttention.first };
}

/** The wait that the order is in. `null`: it is not waiting. */
function restOf(state: OrderState): Rest | null {
  switch (state.phase) {
    case 'awaitingPayment':
      return { phase: 'awaitingPayment' };
    case 'confirming':
    case 'userIsPaying':
    case 'notFoundYet':
    case 'unsettled':
      return { phase: state.phase, until: state.until };
    case 'needsAttention':
      return { phase: 'needsAttention', reason: state.reason, until: state.until };
    case 'checking':
    case 'closing':
    case 'ended':
      return null;
  }
}

function paid(event: OrderEvent, facts: Facts): Outcome {
  const { payment, refunded, toldBy } = paymentIn(event, facts);
  const { transactionId, amount, paidAt } = payment;
  return { ended: 'paid', refunded, toldBy, transactionId, amount, paidAt, ...replaced(facts) };
}

interface Reported {
  readonly payment: Payment;
  readonly refunded: boolean;
  readonly toldBy: 'notification' | 'query';
}

/** The payment that an order ends with: from the event, or from a notification that came during a close. */
function paymentIn(event: OrderEvent, { told, order }: Facts): Reported {
  if (event.type === 'paymentNotification') return notified(event.notification);
  const answer = answerIn(event);
  if (answer !== null && 'payment' in answer && amountIsRight(order, answer.payment)) {
    return { payment: answer.payment, refunded: answer.tradeState === 'REFUND', toldBy: 'query' };
  }
  const isRight = (each: Payment): boolean => amountIsRight(order, each);
  return notified(required(told.find(isRight), 'a payment of the right amount'));
}

function notified(payment: Payment): Reported {
  return { payment, refunded: false, toldBy: 'notification' };
}

function answerIn(event: OrderEvent) {
  if (event.type === 'queryAnswered') return event.answer;
  if (event.type !== 'closeAnswered') return null;
  const { before, after } = event.result;
  return after !== null && 'answer' in after ? after.answer : before;
}

function resolved(facts: Facts): Outcome {
  const { as, note, by } = required(facts.resolution, 'a resolution');
  return { ended: 'resolved', as, note, by, said: facts.last?.said ?? 'nothing', ...replaced(facts) };
}

function replaced({ closeRequested }: Facts): { replacedBy?: string } {
  return closeRequested?.replacedBy === undefined ? {} : { replacedBy: closeRequested.replacedBy };
}
