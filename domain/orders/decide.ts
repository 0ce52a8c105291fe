import type { Payment } from '../activities.js';
import { dueAt, initialFacts, learn } from './facts.js';
import type { AttentionReason, Decision, Facts, OrderEvent, OrderState, Outcome, Phase, Rest, Step } from './state.js';
import type { Order } from './order.js';
import { triggerOf } from './triggers.js';
import { numberOf, rowFor, type Row } from './timeout-then-close.js';
import type { Instant, Milliseconds } from '../time.js';
import { lengthOfPause } from '../timing.js';

/** An order at the beginning of its life. A deadline that has passed is due at once, after the floor. */
export function open(order: Order, now: Instant): Decision {
  const state: OrderState = { ...initialFacts(order), phase: 'awaitingPayment' };
  return { state, step: stepOf(state, now) };
}

/** An order that goes on in a new run. A fact that the version before did not know is as it was at the beginning. */
export function goOn(soFar: OrderState, now: Instant): Decision {
  const state: OrderState = { ...initialFacts(soFar.order), ...soFar };
  return { state, step: stepOf(state, now) };
}

/**
 * What an event does to an order, and what is to be done next. Pure: the same arguments give the same decision.
 *
 * @param now the server's clock when the event is handled
 */
export function decide(state: OrderState, event: OrderEvent, now: Instant): Decision {
  if (state.phase === 'ended') return { state, step: stepOf(state, now) };
  const trigger = triggerOf(state, event);
  const learned = learn(state, event, trigger, now);
  const row = rowFor(learned, trigger, now);
  const next = row === undefined ? learned : follow(learned, row, event, now);
  return { state: next, step: stepOf(next, now), ...(row !== undefined && { row: numberOf(row) }) };
}

/** What an order in this state needs next. */
export function stepOf(state: OrderState, now: Instant): Step {
  switch (state.phase) {
    case 'awaitingPayment':
      return { do: 'wait', until: dueAt(state) };
    case 'checking':
      return { do: 'query' };
    case 'closing':
      return { do: 'close', queriedAt: state.queriedAt };
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
  const facts = {
    ...state,
    patienceFrom: patienceFrom(state, now),
    lull: lullOf(state, row),
    // A person's word is good for one query.
    resolution: row.to === 'needsAttention' ? null : state.resolution,
  };
  const phase = patienceIsOver(facts, row, now)
    ? needAPerson('patience-over', facts, now)
    : phaseOf(row, event, facts, now);
  return { ...facts, interrupted: event.type === 'checkRequested' ? restOf(state) : null, ...phase };
}

/** The phase that a row leads to, with what belongs to it. */
function phaseOf(row: Row, event: OrderEvent, facts: Facts, now: Instant): Phase {
  switch (row.to) {
    case 'awaitingPayment':
    case 'checking':
      return { phase: row.to };
    case 'closing':
      return { phase: 'closing', queriedAt: askedAt(event) };
    case 'confirming':
      return { phase: 'confirming', until: row.pause === undefined ? now : now + lengthOf(facts) };
    case 'userIsPaying':
    case 'notFoundYet':
    case 'unsettled':
      return { phase: row.to, until: now + lengthOf(facts) };
    case 'needsAttention':
      return needAPerson(row.reason, facts, now);
    case 'back':
      return interrupted(facts);
    case 'end:paid':
      return { phase: 'ended', outcome: paid(event, facts) };
    case 'end:closed':
      return {
        phase: 'ended',
        outcome: { ended: 'closed', by: facts.closeSent ? 'us' : 'elsewhere', ...replaced(facts) },
      };
    case 'end:neverExisted':
      return { phase: 'ended', outcome: { ended: 'never-existed', ...replaced(facts) } };
    case 'end:resolved':
      return { phase: 'ended', outcome: resolved(facts) };
    case 'end:released':
      return { phase: 'ended', outcome: { ended: 'released', ...replaced(facts) } };
  }
}

function needAPerson(reason: AttentionReason, { order }: Facts, now: Instant): Phase {
  return { phase: 'needsAttention', reason, until: now + order.timing.pauses.needsAttention.first };
}

function interrupted(facts: Facts): Phase {
  if (facts.interrupted === null) throw new Error('a row leads back, and no rest was interrupted');
  return facts.interrupted;
}

/** The rest that an order is in, without what is known of it; `null` where it has none. */
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

/** Only a query's answer allows a close. Anything else counts as a query so old that no close is sent. */
function askedAt(event: OrderEvent): Instant {
  return event.type === 'queryAnswered' ? event.answer.askedAt : 0;
}

function paid(event: OrderEvent, facts: Facts): Outcome {
  const { payment, refunded, toldBy } = tellsOfPayment(event);
  return {
    ended: 'paid',
    refunded,
    toldBy,
    transactionId: payment.transactionId,
    amount: payment.amount,
    paidAt: payment.paidAt,
    ...replaced(facts),
  };
}

function resolved(facts: Facts): Outcome {
  if (facts.resolution === null) throw new Error('a row ends an order as resolved, and nobody resolved it');
  const { as, note, by } = facts.resolution;
  return { ended: 'resolved', as, note, by, said: facts.last?.said ?? 'nothing', ...replaced(facts) };
}

function tellsOfPayment(event: OrderEvent): { payment: Payment; refunded: boolean; toldBy: 'notification' | 'query' } {
  if (event.type === 'paymentNotification')
    return { payment: event.notification, refunded: false, toldBy: 'notification' };
  if (event.type === 'queryAnswered' && 'payment' in event.answer) {
    return { payment: event.answer.payment, refunded: event.answer.tradeState === 'REFUND', toldBy: 'query' };
  }
  throw new Error(`a row ends an order as paid on ${event.type}, which tells of no payment`);
}

function replaced({ closeRequested }: Facts): { replacedBy?: string } {
  return closeRequested?.replacedBy === undefined ? {} : { replacedBy: closeRequested.replacedBy };
}

/** The clock of patience starts with the first step after the order became due. */
function patienceFrom(facts: Facts, now: Instant): Instant | null {
  return facts.patienceFrom ?? (now >= dueAt(facts) ? now : null);
}

/** Patience ends where an order that is due would pause once more. */
function patienceIsOver(facts: Facts, row: Row, now: Instant): boolean {
  const { patienceFrom, order } = facts;
  const isSpent = patienceFrom !== null && now - patienceFrom >= order.timing.patience;
  return 'pause' in row && isSpent && now >= dueAt(facts);
}

/** The same pause in a row grows; another begins anew; back in the wait, all is forgotten. */
function lullOf({ lull }: Facts, row: Row): Facts['lull'] {
  if (row.to === 'awaitingPayment') return null;
  if (!('pause' in row) || row.pause === undefined) return lull;
  return { pause: row.pause, count: lull?.pause === row.pause ? lull.count + 1 : 0 };
}

function lengthOf({ lull, order }: Facts): Milliseconds {
  if (lull === null) return 0;
  return lengthOfPause(order.timing.pauses[lull.pause], lull.count);
}
