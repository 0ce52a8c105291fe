import type { Instant } from '../time.js';
import { INITIAL_STORY } from '../story.js';
import { isSame } from '../validation.js';
import {
  MAX_EVENTS_KEPT,
  URL_BUSY,
  type DeliveryEvent,
  type DeliveryFacts,
  type DeliveryInput,
  type DeliveryState,
  type DeliverResult,
  type Undelivered,
} from './state.js';
import type { DeliveryTrigger } from './triggers.js';

/** What is known when the first event comes. */
export function initialDeliveryFacts({ locale = 'en', ...input }: DeliveryInput): DeliveryFacts {
  return {
    input: { ...input, locale },
    events: [],
    addedAt: null,
    notKept: 0,
    failures: 0,
    failingSince: null,
    last: null,
    releaseRequested: false,
    ...INITIAL_STORY,
  };
}

/** After a success, or for what begins anew. */
const NO_FAILURES: Pick<DeliveryFacts, 'failures' | 'failingSince'> = { failures: 0, failingSince: null };

/** Adds to the facts what an event teaches, in any phase. After the end, a further event may still come. */
export function learn(
  state: DeliveryState,
  event: DeliveryEvent,
  trigger: DeliveryTrigger,
  now: Instant,
): DeliveryState {
  if (state.phase === 'ended' && trigger !== 'added') return state;
  return { ...state, ...learnedFrom(state, event, trigger, now) };
}

function learnedFrom(
  state: DeliveryState,
  event: DeliveryEvent,
  trigger: DeliveryTrigger,
  now: Instant,
): Partial<DeliveryFacts> {
  switch (event.type) {
    case 'timerFired':
    case 'gaveUp':
      return {};
    case 'releaseRequested':
      // Temporal hands over what came at one moment in an order of its own: the person may not know of that event.
      return { releaseRequested: state.addedAt !== now };
    case 'retryRequested':
      return NO_FAILURES;
    case 'eventAdded': {
      if (trigger === 'repeated') return {};
      // Whoever gave up or asked to stop did not know of this event.
      const known = { addedAt: now, releaseRequested: false };
      if (state.phase !== 'ended') return { ...withEvent(state, event.added), ...known };
      return { ...withEvent({ ...state, events: [] }, event.added), ...NO_FAILURES, ...known };
    }
    case 'delivered': {
      const events = afterTry(state.events, event.given, event.result);
      const { failure } = event.result;
      // A worker that stops may have posted nothing.
      const wasTaken = !isSame(event.result.left, event.given);
      if (failure === null) return { events, ...(wasTaken && NO_FAILURES) };
      const last = { ...failure, at: now };
      if (failure.said === URL_BUSY) return { events, last };
      return {
        events,
        last,
        failures: state.failures + 1,
        failingSince: state.failingSince ?? now,
      };
    }
  }
}

export function isKept({ events }: Pick<DeliveryFacts, 'events'>, { event }: Undelivered): boolean {
  return events.some((each) => each.event.id === event.id);
}

/**
 * Keeps an event. If there is no room, one that only asked for a person gives way, since what comes after it is newer.
 * Signals can bring any number, and state must stay small.
 */
function withEvent({ events, notKept }: DeliveryFacts, added: Undelivered): Pick<DeliveryFacts, 'events' | 'notKept'> {
  if (events.length < MAX_EVENTS_KEPT) return { events: [...events, added], notKept };
  const spare = events.findIndex(({ event }) => 'reason' in event.data);
  if (spare === -1) return { events, notKept: notKept + 1 };
  return { events: [...events.filter((_, index) => index !== spare), added], notKept: notKept + 1 };
}

/** What is left after a try. Events that came meanwhile were not part of it. */
function afterTry(
  events: readonly Undelivered[],
  given: readonly Undelivered[],
  { left }: DeliverResult,
): readonly Undelivered[] {
  const leftOf = (each: Undelivered): readonly Undelivered[] => {
    if (!isKept({ events: given }, each)) return [each];
    const still = left.find(({ event }) => event.id === each.event.id);
    return still === undefined ? [] : [still];
  };
  return events.flatMap(leftOf);
}
