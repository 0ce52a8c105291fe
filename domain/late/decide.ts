import { initialLateFacts, isToldAsKnown, learnLate } from './facts.js';
import { lateRowFor, numberOfLateRow, type LateRow } from './late-payment.js';
import type { LateOrder } from './late-order.js';
import type {
  LateDecision,
  LateEvent,
  LateFacts,
  LateOutcome,
  LatePhase,
  LateReason,
  LateState,
  LateStep,
} from './state.js';
import { lateTriggerOf } from './triggers.js';
import type { Outcome, PaymentNotification } from '../orders/state.js';
import type { Instant, Milliseconds } from '../time.js';
import { lengthOfPause, PATIENCE, PAUSES } from '../timing.js';

/**
 * A payment that its order did not end with, as a verified notification or an earlier query told of it.
 *
 * @param ended how the order had ended
 */
export function openLate(
  order: LateOrder,
  ended: Outcome,
  notification: PaymentNotification,
  now: Instant,
): LateDecision {
  const facts = initialLateFacts(order, ended, notification, now);
  return decisionOf({
    ...facts,
    ...(isToldAsKnown(order, ended, notification) ? end({ ended: 'known' }) : { phase: 'checking' }),
  });
}

/**
 * What an event does to a late payment, and what is to be done next. Pure.
 *
 * @param now the server's clock when the event is handled
 */
export function decideLate(state: LateState, event: LateEvent, now: Instant): LateDecision {
  const trigger = lateTriggerOf(state, event);
  const learned = learnLate(state, event, trigger, now);
  const row = lateRowFor(learned, trigger, now);
  if (row === undefined) return decisionOf(learned);
  return { ...decisionOf(follow(learned, row, event, now)), row: numberOfLateRow(row) };
}

function decisionOf(state: LateState): LateDecision {
  return { state, step: lateStepOf(state) };
}

/** What a late payment in this state needs next. */
export function lateStepOf(state: LateState): LateStep {
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

function follow(state: LateState, row: LateRow, event: LateEvent, now: Instant): LateState {
  switch (row.to) {
    case 'checking':
      return { ...state, phase: 'checking' };
    case 'unsettled':
      return rest(state, row.pause, now);
    case 'needsAttention':
      return askPerson(state, row.reason === 'asBefore' ? state.asked : row.reason, now);
    case 'end:known':
      return { ...state, ...end({ ended: 'known' }) };
    case 'end:refunded':
      return { ...state, ...end({ ended: 'refunded' }) };
    case 'end:recorded':
      return { ...state, ...end(recorded(event)) };
    case 'end:released':
      return { ...state, ...end({ ended: 'released' }) };
  }
}

/** Patience ends where a late payment would pause once more. */
function rest(state: LateState, pause: 'unclear' | 'hint', now: Instant): LateState {
  if (now - state.patienceFrom >= PATIENCE) return askPerson(state, 'patience-over', now);
  return { ...state, ...counted(state, pause), phase: 'unsettled', until: now + lengthOf(pause, state) };
}

function counted({ unclear }: LateFacts, pause: 'unclear' | 'hint'): Partial<LateFacts> {
  return { unclear: pause === 'unclear' ? unclear + 1 : unclear };
}

/** Only pauses of one kind grow; each row of them begins with the shortest. */
function lengthOf(pause: 'unclear' | 'hint', { unclear }: LateFacts): Milliseconds {
  return lengthOfPause(PAUSES[pause], pause === 'unclear' ? unclear : 0);
}

function askPerson(state: LateState, reason: LateReason | null, now: Instant): LateState {
  if (reason === null) throw new Error('a row goes on asking a person who is not asked');
  const until = now + PAUSES.needsAttention.first;
  return { ...state, asked: reason, unclear: 0, phase: 'needsAttention', reason, until };
}

function end(outcome: LateOutcome): LatePhase {
  return { phase: 'ended', outcome };
}

function recorded(event: LateEvent): LateOutcome {
  if (event.type !== 'recorded') throw new Error(`a row ends a late payment as recorded on ${event.type}`);
  return { ended: 'recorded', as: event.as, note: event.note, by: event.by };
}
