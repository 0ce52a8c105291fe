import type { Happened } from '../story.js';
import type { DeliveryEvent } from './state.js';

/** What happened to a delivery, by an event. */
export function deliveryHappened(event: DeliveryEvent): Happened {
  switch (event.type) {
    case 'timerFired':
      return { what: 'timer' };
    case 'eventAdded':
      return { what: 'event', about: event.added.event.type };
    case 'delivered': {
      const { failure, left } = event.result;
      const said = failure?.said ?? (left.length === 0 ? 'delivered' : 'not-delivered');
      return { what: 'deliverOutcomes', said: [said], ...(failure?.host && { about: failure.host }) };
    }
    case 'retryRequested':
      return { what: 'retry' };
    case 'gaveUp':
      return { what: 'giveUp', by: event.by };
    case 'releaseRequested':
      return { what: 'requestCancellation' };
  }
}
