import { decide, open, required, type Flow } from '../flow.js';
import { answeredIn } from '../guarded-write.js';
import { keyOf } from '../orders/order.js';
import type { EventContent } from '../outcome/event.js';
import { visibleLateState } from '../page/late.js';
import type { Instant } from '../time.js';
import { lengthOfPause, patienceFrom, patienceIsOver, pausesAfter, restoreTiming } from '../waiting.js';
import { initialLateFacts, isReportedAsKnown, learn } from './facts.js';
import {
  DEFAULT_LATE_TIMING,
  type LateDecision,
  type LateEvent,
  type LateOutcome,
  type LatePhase,
  type LateReason,
  type LateRecord,
  type LateStart,
  type LateState,
  type LateStep,
} from './state.js';
import { lateHappened } from './story.js';
import { GUARDS, LATE_PAYMENT, type LateRow } from './table.js';
import { type LateTrigger, triggerOf } from './triggers.js';

/** The life of a payment that is not part of its order's outcome. */
export const LATE_FLOW: Flow<LateState, LateEvent, LateTrigger, LateRow, LateStep> = {
  rows: LATE_PAYMENT,
  guards: GUARDS,
  triggerOf,
  learn,
  follow,
  stepOf,
  eventOf,
  story: { happened: lateHappened, visible: visibleLateState },
  restore,
};

/** A late payment, as a verified notification or an earlier query reported it. */
export function openLate(start: LateStart, now: Instant): LateDecision {
  const { order, ended, notification } = start;
  const facts = { ...initialLateFacts(start, now), patienceFrom: now };
  const isKnown = isReportedAsKnown(order, ended, notification);
  return open(LATE_FLOW, isKnown ? { ...facts, ...end({ ended: 'known' }) } : { ...facts, phase: 'checking' }, now);
}

export const decideLate = (state: LateState, event: LateEvent, now: Instant): LateDecision =>
  decide(LATE_FLOW, state, event, now);

function restore(soFar: LateState): LateState {
  const { order, ended, told, last } = soFar;
  const notification = { ...told[0], order: order.ref };
  const timing = restoreTiming(DEFAULT_LATE_TIMING, soFar.timing);
  return { ...initialLateFacts({ order, ended, notification, timing }, last.at), ...soFar, timing };
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

/** A late payment is told to the checkout once a person is needed, and then also how it was settled. */
function eventOf(state: LateState): EventContent | undefined {
  const { ended, told: payments, telling } = state;
  const data = { order: keyOf(state.order.ref), ended, payments };
  if (state.phase === 'needsAttention') return { type: 'late-payment.found', data: { ...data, reason: state.reason } };
  if (state.phase !== 'ended' || telling.asked === 0) return undefined;
  return { type: 'late-payment.settled', data: { ...data, outcome: state.outcome } };
}

function follow(state: LateState, row: LateRow, event: LateEvent, now: Instant): LateState {
  const pause = 'pause' in row ? row.pause : undefined;
  const facts = {
    ...state,
    pauses: pausesAfter(state.pauses, answeredIn(event), pause),
    patienceFrom: patienceFrom(state, true, now),
  };
  switch (row.to) {
    case 'checking':
      return { ...facts, phase: 'checking' };
    case 'unsettled': {
      if (patienceIsOver(facts, facts.timing, now)) return askPerson(facts, 'patience-over', now);
      return { ...facts, phase: 'unsettled', until: now + lengthOfPause(row.pause, facts, facts.timing) };
    }
    case 'needsAttention':
      return askPerson(facts, row.reason === 'asBefore' ? required(facts.asked, 'a reason') : row.reason, now);
    case 'end:known':
      return { ...facts, ...end({ ended: 'known' }) };
    case 'end:refunded':
      return { ...facts, ...end({ ended: 'refunded' }) };
    case 'end:recorded':
      return { ...facts, ...end(recorded(required(event.type === 'recorded' ? event : null, 'a record'))) };
    case 'end:released':
      return { ...facts, ...end({ ended: 'released' }) };
  }
}

function askPerson(state: LateState, reason: LateReason, now: Instant): LateState {
  const until = now + state.timing.pauses.needsAttention.first;
  return { ...state, asked: reason, phase: 'needsAttention', reason, until };
}

function end(outcome: LateOutcome): LatePhase {
  return { phase: 'ended', outcome };
}

function recorded({ as, note, by }: LateRecord): LateOutcome {
  return { ended: 'recorded', as, note, by };
}
