import { lastOfFailure, lastOfWrite } from '../orders/last-answer.js';
import type { LastAnswer } from '../orders/state.js';
import type { Instant } from '../time.js';
import type { ServiceOrderAnswer } from './order.js';
import type { ServiceOrderEvent } from './state.js';
import type { ServiceTrigger } from './triggers.js';

/** WeChat Pay's answer in an event, for people. `null`: the event has none. */
export function lastAnswer(event: ServiceOrderEvent, trigger: ServiceTrigger, at: Instant): LastAnswer | null {
  switch (event.type) {
    case 'timerFired':
    case 'cancelRequested':
    case 'retryRequested':
    case 'resolveRequested':
    case 'releaseRequested':
      return null;
    case 'notificationReceived':
      return trigger === 'notificationForeign'
        ? null
        : { call: 'notification', said: event.notification.said, requestId: null, at };
    case 'queryAnswered':
      return answered(event.answer, at);
    case 'queryFailed':
    case 'cancelFailed':
      return lastOfFailure(event.failure, at);
    case 'cancelAnswered':
      return lastOfWrite('cancelServiceOrder', event.result, trigger, at, answered);
  }
}

function answered(answer: ServiceOrderAnswer, at: Instant): LastAnswer {
  return { call: 'queryServiceOrder', said: statesIn(answer), requestId: answer.requestId, at };
}

/** As in `DOING, MCH_COMPLETE, USER_PAYING`. */
export function statesIn(answer: ServiceOrderAnswer): string {
  if (!answer.found) return 'NOT_FOUND';
  return [answer.state, answer.description, answer.collection].filter((part) => part !== null).join(', ');
}
