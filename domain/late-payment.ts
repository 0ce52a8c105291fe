import type { QueryOrderResult } from './activities.js';
import { amountIsRight } from './order-facts.js';
import type { CallFailure, Outcome, PaymentNotice } from './order-state.js';
import type { Order } from './order.js';
import type { Instant } from './time.js';
import { lengthOfPause, PATIENCE, PAUSES } from './timing.js';

/** What became of a payment that a notice told of after its order had ended. */
export type LateOutcome =
  /** The order ended as paid, with this very payment. */
  | { readonly ended: 'known' }
  /** WeChat Pay shows it refunded. */
  | { readonly ended: 'refunded' }
  /** A person recorded what was done about it. */
  | { readonly ended: 'recorded'; readonly as: 'refunded' | 'reopened'; readonly note: string; readonly by: string };

export type LateReason = 'paid-after-close' | 'paid-twice' | 'notice-and-query-disagree' | 'patience-over';

export type LatePhase =
  | { readonly phase: 'checking' }
  | { readonly phase: 'unsettled'; readonly until: Instant }
  | { readonly phase: 'needsAttention'; readonly reason: LateReason; readonly until: Instant }
  | { readonly phase: 'ended'; readonly outcome: LateOutcome };

export type LateState = LatePhase & {
  readonly order: Order;
  readonly notice: PaymentNotice;
  readonly since: Instant;
  /** Pauses in a row. */
  readonly pauses: number;
  /** The order had ended as paid, with another payment than this: it stays a second payment, whatever the query says. */
  readonly isSecond: boolean;
};

export type LateEvent =
  | { readonly type: 'timerFired' }
  | { readonly type: 'queryAnswered'; readonly answer: QueryOrderResult }
  | { readonly type: 'queryFailed'; readonly failure: CallFailure }
  | { readonly type: 'retryRequested' }
  | {
      readonly type: 'recorded';
      readonly as: 'refunded' | 'reopened';
      readonly note: string;
      readonly by: string;
    };

export type LateStep =
  | { readonly do: 'query' }
  | { readonly do: 'wait'; readonly until: Instant }
  | { readonly do: 'askPerson'; readonly reason: LateReason; readonly until: Instant }
  | { readonly do: 'finish'; readonly outcome: LateOutcome };

export interface LateDecision {
  readonly state: LateState;
  readonly step: LateStep;
}

export type LateTrigger = 'timer' | 'retryRequested' | 'recorded' | 'paid' | 'refunded' | 'closed' | 'unclear';

export interface LateRow {
  readonly from: readonly LatePhase['phase'][];
  readonly on: readonly LateTrigger[];
  readonly when?: 'isSecond';
  readonly to: 'checking' | 'unsettled' | 'end:refunded' | 'end:recorded' | { readonly person: LateReason };
}

const waiting = ['unsettled', 'needsAttention'] as const;

/** What happens to a payment after the end of its order, as rows: the first that fits is taken. */
export const LATE_PAYMENT = [
  { from: ['checking'], on: ['paid', 'refunded'], when: 'isSecond', to: { person: 'paid-twice' } },
  { from: ['checking'], on: ['refunded'], to: 'end:refunded' },
  { from: ['checking'], on: ['paid'], to: { person: 'paid-after-close' } },
  { from: ['checking'], on: ['closed'], to: { person: 'notice-and-query-disagree' } },
  { from: ['checking'], on: ['unclear'], to: 'unsettled' },
  { from: waiting, on: ['timer', 'retryRequested'], to: 'checking' },
  { from: ['checking', ...waiting], on: ['recorded'], to: 'end:recorded' },
] as const satisfies readonly LateRow[];

/**
 * A verified notice for an order that has ended.
 *
 * @param ended how the order had ended
 */
export function openLate(order: Order, ended: Outcome, notice: PaymentNotice, now: Instant): LateDecision {
  const facts = { order, notice, since: now, pauses: 0, isSecond: ended.ended === 'paid' };
  const isKnown =
    ended.ended === 'paid' && ended.transactionId === notice.transactionId && amountIsRight(order, notice);
  if (isKnown) return decisionOf({ ...facts, phase: 'ended', outcome: { ended: 'known' } });
  return decisionOf({ ...facts, phase: 'checking' });
}

/** What an event does to a late payment, and what is to be done next. Pure. */
export function decideLate(state: LateState, event: LateEvent, now: Instant): LateDecision {
  const trigger = triggerOf(event);
  const rows: readonly LateRow[] = LATE_PAYMENT;
  const row = rows.find(
    ({ from, on, when }) => from.includes(state.phase) && on.includes(trigger) && (when === undefined || state[when]),
  );
  return decisionOf(row === undefined ? state : { ...state, ...follow(state, row, event, now) });
}

function decisionOf(state: LateState): LateDecision {
  return { state, step: stepOf(state) };
}

function stepOf(state: LateState): LateStep {
  switch (state.phase) {
    case 'checking':
      return { do: 'query' };
    case 'unsettled':
      return { do: 'wait', until: state.until };
    case 'needsAttention':
      return { do: 'askPerson', reason: state.reason, until: state.until };
    case 'ended':
      return { do: 'finish', outcome: state.outcome };
  }
}

function follow(state: LateState, row: LateRow, event: LateEvent, now: Instant): LatePhase & { pauses?: number } {
  if (typeof row.to === 'object') return needsAttention(row.to.person, now);
  switch (row.to) {
    case 'checking':
      return { phase: 'checking' };
    case 'unsettled':
      if (now - state.since >= PATIENCE) return needsAttention('patience-over', now);
      return { phase: 'unsettled', until: now + lengthOfPause(PAUSES.unclear, state.pauses), pauses: state.pauses + 1 };
    case 'end:refunded':
      return { phase: 'ended', outcome: { ended: 'refunded' } };
    case 'end:recorded':
      return { phase: 'ended', outcome: recorded(event) };
  }
}

function needsAttention(reason: LateReason, now: Instant): LatePhase {
  return { phase: 'needsAttention', reason, until: now + PAUSES.needsAttention.first };
}

function recorded(event: LateEvent): LateOutcome {
  if (event.type !== 'recorded') throw new Error(`a row ends a late payment as recorded on ${event.type}`);
  return { ended: 'recorded', as: event.as, note: event.note, by: event.by };
}

function triggerOf(event: LateEvent): LateTrigger {
  switch (event.type) {
    case 'timerFired':
      return 'timer';
    case 'retryRequested':
    case 'recorded':
      return event.type;
    case 'queryFailed':
      return 'unclear';
    case 'queryAnswered':
      return triggerOfState(event.answer.tradeState);
  }
}

function triggerOfState(tradeState: QueryOrderResult['tradeState']): LateTrigger {
  switch (tradeState) {
    case 'SUCCESS':
      return 'paid';
    case 'REFUND':
      return 'refunded';
    case 'CLOSED':
    case 'REVOKED':
      return 'closed';
    case 'NOTPAY':
    case 'PAYERROR':
    case 'USERPAYING':
    case 'NOT_FOUND':
      return 'unclear';
  }
}
