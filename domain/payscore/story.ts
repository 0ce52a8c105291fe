import { failed, written, type Happened } from '../story.js';
import { statesIn } from './last-answer.js';
import type { ServiceOrderEvent } from './state.js';

/** What happened to a service order, by an event. */
export function serviceOrderHappened(event: ServiceOrderEvent): Happened {
  switch (event.type) {
    case 'timerFired':
      return { what: 'timer' };
    case 'notificationReceived':
      return { what: 'notification', said: [event.notification.said] };
    case 'cancelRequested':
      return { what: 'requestCancel', about: event.request.requestId };
    case 'retryRequested':
      return { what: 'retry' };
    case 'resolveRequested':
      return { what: 'resolve', about: event.resolution.as, by: event.resolution.by };
    case 'releaseRequested':
      return { what: 'requestCancellation' };
    case 'queryAnswered':
      return { what: 'queryServiceOrder', said: [statesIn(event.answer)], requestId: event.answer.requestId };
    case 'queryFailed':
    case 'cancelFailed':
      return failed(event.failure);
    case 'cancelAnswered':
      return written('cancelServiceOrder', event.result, statesIn);
  }
}
