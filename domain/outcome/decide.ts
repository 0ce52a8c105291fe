import { decide, open, required, type Flow } from '../flow.js';
import { visibleDeliveryState } from '../page/outcome.js';
import type { Instant, Milliseconds } from '../time.js';
import { HOUR } from '../time.js';
import { doubled } from '../waiting.js';
import { initialDeliveryFacts, learn } from './facts.js';
import {
  DELIVERY_PAUSE,
  SILENT_PAUSE,
  URL_SILENT,
  type DeliveryDecision,
  type DeliveryEvent,
  type DeliveryFacts,
  type DeliveryInput,
  type DeliveryOutcome,
  type DeliveryPhase,
  type DeliveryState,
  type DeliveryStep,
} from './state.js';
import { deliveryHappened } from './story.js';
import { GUARDS, OUTCOME_DELIVERY, type DeliveryRow } from './table.js';
import { type DeliveryTrigger, triggerOf } from './triggers.js';

/** How often the events are posted while a person is asked. */
export const WHILE_ASKED = HOUR;

/** The delivery of what a checkout could not be told at once. */
export const DELIVERY_FLOW: Flow<DeliveryState, DeliveryEvent, DeliveryTrigger, DeliveryRow, DeliveryStep> = {
  rows: OUTCOME_DELIVERY,
  guards: GUARDS,
  triggerOf,
  learn,
  follow,
  stepOf,
  story: { happened: deliveryHappened, visible: visibleDeliveryState },
  restore: (soFar) => ({ ...initialDeliveryFacts(soFar.input), ...soFar }),
};

/** A delivery at its beginning. Its first event comes as a signal, in the same task. */
export function openDelivery(input: DeliveryInput, now: Instant): DeliveryDecision {
  return open(DELIVERY_FLOW, { ...initialDeliveryFacts(input), phase: 'delivering' }, now);
}

export const decideDelivery = (state: DeliveryState, event: DeliveryEvent, now: Instant): DeliveryDecision =>
  decide(DELIVERY_FLOW, state, event, now);

function stepOf(state: DeliveryState): DeliveryStep {
  switch (state.phase) {
    case 'delivering':
      return { do: 'deliver' };
    case 'retrying':
      return { do: 'wait', until: state.until };
    case 'needsAttention':
      return { do: 'askPerson', reason: state.reason, until: state.until };
    case 'ended':
      return { do: 'finish', outcome: state.outcome };
  }
}

function follow(state: DeliveryState, row: DeliveryRow, event: DeliveryEvent, now: Instant): DeliveryState {
  return { ...state, ...phaseOf(state, row, event, now) };
}

function phaseOf(state: DeliveryFacts, row: DeliveryRow, event: DeliveryEvent, now: Instant): DeliveryPhase {
  switch (row.to) {
    case 'delivering':
      return { phase: 'delivering' };
    case 'retrying':
      return { phase: 'retrying', until: now + pauseOf(state) };
    case 'needsAttention':
      return { phase: 'needsAttention', reason: row.reason, until: now + WHILE_ASKED };
    case 'end:delivered':
      return end({ ended: 'delivered' });
    case 'end:givenUp': {
      const { note, by } = required(event.type === 'gaveUp' ? event : null, 'who gave up');
      return end({ ended: 'given-up', note, by });
    }
    case 'end:released':
      return end({ ended: 'released' });
  }
}

function pauseOf({ failures, last }: DeliveryFacts): Milliseconds {
  const pause = doubled(DELIVERY_PAUSE, failures || 1);
  return last?.said === URL_SILENT ? Math.max(pause, SILENT_PAUSE) : pause;
}

function end(outcome: DeliveryOutcome): DeliveryPhase {
  return { phase: 'ended', outcome };
}
