import type { WriteFailure } from '../calls.js';
import {
  serviceOrderWorkflowId,
  stageOf,
  type CancelServiceOrderResult,
  type ServiceOrderAnswer,
  type ServiceOrderFound,
} from './order.js';
import type { ServiceOrderEvent, ServiceOrderState } from './state.js';
import type { ServiceTrigger } from './table.js';
import { progressOf } from './write.js';
import { failureTrigger } from '../waiting.js';

type OpenTrigger = 'created' | 'inService' | 'completed' | 'otherDoing' | 'paid';

type AnswerTrigger = OpenTrigger | 'done' | 'revoked' | 'expired' | 'notFound';

/** The trigger of an event, for this service order. */
export function triggerOf(state: ServiceOrderState, event: ServiceOrderEvent): ServiceTrigger {
  switch (event.type) {
    case 'timerFired':
      return 'timer';
    case 'cancelRequested':
      return state.requests.some(({ requestId }) => requestId === event.request.requestId)
        ? 'requestRepeated'
        : 'cancelRequested';
    case 'retryRequested':
    case 'resolveRequested':
    case 'releaseRequested':
      return event.type;
    case 'notificationReceived': {
      const { order, said } = event.notification;
      if (serviceOrderWorkflowId(order) !== serviceOrderWorkflowId(state.order)) return 'notificationForeign';
      return said === 'USER_PAID' ? 'notificationPaid' : 'notificationConfirmed';
    }
    case 'queryAnswered':
      return answerTrigger(event.answer);
    case 'queryFailed':
      return failureTrigger(event.failure);
    case 'cancelAnswered':
      return cancelTrigger(event.result);
    case 'cancelFailed':
      return failedCancelTrigger(state, event.failure);
  }
}

export function answerTrigger(answer: ServiceOrderAnswer): AnswerTrigger {
  if (!answer.found) return 'notFound';
  switch (answer.state) {
    case 'CREATED':
    case 'DOING':
      return openTrigger(answer);
    case 'DONE':
      return 'done';
    case 'REVOKED':
      return 'revoked';
    case 'EXPIRED':
      return 'expired';
  }
}

/** Money that is paid or due goes before everything else in the answer. */
function openTrigger(found: ServiceOrderFound): OpenTrigger {
  if (found.collection === 'USER_PAID') return 'paid';
  switch (stageOf(found)) {
    case 'created':
      return 'created';
    case 'in-service':
      return found.description === null ? 'otherDoing' : 'inService';
    case 'completed':
      return 'completed';
  }
}

/** The trigger of a guarded cancel. An end in the last verified answer goes before the answer to the cancel. */
function cancelTrigger({ before, write, after }: CancelServiceOrderResult): ServiceTrigger {
  if (before === null) return 'unclear';
  const asked = after !== null && 'answer' in after ? after.answer : null;
  const shown = answerTrigger(asked ?? before);
  if (write === null || shown === 'done' || shown === 'revoked' || shown === 'expired') return shown;
  if ('failure' in write) {
    const trigger = failureTrigger(write.failure);
    return trigger === 'unclear' ? 'cancel:unclear' : trigger;
  }
  const { answer } = write.answer;
  if (answer === 'alreadyCancelled') return 'cancel:accepted';
  if (answer !== 'refusedRequest') return `cancel:${answer}`;
  return asked !== null && isAsBefore(asked, before) ? 'cancel:refusedRequest' : 'cancel:refusedState';
}

/** Whether nothing has changed that could explain a refusal. */
function isAsBefore(one: ServiceOrderAnswer, other: ServiceOrderAnswer): boolean {
  return answerTrigger(one) === answerTrigger(other) && progressOf(one).totalDue === progressOf(other).totalDue;
}

function failedCancelTrigger(state: ServiceOrderState, failure: WriteFailure): ServiceTrigger {
  const isSuperseded = state.phase === 'cancelling' && state.isSuperseded;
  if (isSuperseded && failure.code === 'LOCAL_SUPERSEDED') return 'cancel:superseded';
  const trigger = failureTrigger(failure);
  return trigger === 'unclear' && failure.sent !== 'no' ? 'cancel:lost' : trigger;
}
