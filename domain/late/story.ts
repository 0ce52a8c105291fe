import { notified } from '../orders/story.js';
import { failed, type Happened } from '../story.js';
import type { LateEvent } from './state.js';

/** What happened to a late payment, by an event. */
export function lateHappened(event: LateEvent): Happened {
  switch (event.type) {
    case 'timerFired':
      return { what: 'timer' };
    case 'paymentNotification':
      return notified(event.notification);
    case 'queryAnswered':
      return { what: 'queryOrder', said: [event.answer.tradeState], requestId: event.answer.requestId };
    case 'queryFailed':
      return failed(event.failure);
    case 'retryRequested':
      return { what: 'retry' };
    case 'recorded':
      return { what: 'record', about: event.as, by: event.by };
    case 'releaseRequested':
      return { what: 'requestCancellation' };
  }
}
