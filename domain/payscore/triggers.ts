import type { ServiceOrderEvent, ServiceOrderState } from './state.js';
import { stageOf } from './stage.js';
import {
  serviceOrderWorkflowId,
  type CancelAnswer,
  type ServiceCallFailure,
  type ServiceOrderFound,
} from './service-order.js';

/** What a query can show of a service order that is still open. */
type OpenTrigger = 'created' | 'inService' | 'completed' | 'otherDoing' | 'paid';

/** What an event amounts to, whichever call or message brought it. */
export type ServiceTrigger =
  | 'timer'
  | 'cancelRequested'
  /** A request whose id is known: it was taken once. */
  | 'requestRepeated'
  | 'retryRequested'
  | 'resolveRequested'
  | 'releaseRequested'
  | 'notificationConfirmed'
  | 'notificationPaid'
  /** A notification about another service order teaches nothing. */
  | 'notificationStranger'
  /** What a query answered. */
  | OpenTrigger
  | 'done'
  | 'revoked'
  | 'expired'
  | 'notFound'
  /** What a cancel answered. */
  | `cancel:${CancelAnswer}`
  /** A cancel that failed before WeChat Pay could carry it out. */
  | 'cancel:notSent'
  /** What any call can come to. */
  | 'unclear'
  | 'hint'
  | 'fatal';

/** The trigger that an event is, for this service order. */
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
      if (serviceOrderWorkflowId(order) !== serviceOrderWorkflowId(state.order)) return 'notificationStranger';
      return said === 'USER_PAID' ? 'notificationPaid' : 'notificationConfirmed';
    }
    case 'queryAnswered':
      return event.answer.found ? triggerOfFound(event.answer) : 'notFound';
    case 'cancelAnswered':
      return `cancel:${event.answer.answer}`;
    case 'queryFailed':
      return triggerOfFailure(event.failure) ?? 'unclear';
    case 'cancelFailed':
      return triggerOfFailure(event.failure) ?? (event.failure.mayHaveTakenEffect ? 'unclear' : 'cancel:notSent');
  }
}

function triggerOfFailure({ kind }: ServiceCallFailure): 'fatal' | 'hint' | undefined {
  return kind === 'fatal' || kind === 'hint' ? kind : undefined;
}

function triggerOfFound(found: ServiceOrderFound): ServiceTrigger {
  switch (found.state) {
    case 'CREATED':
    case 'DOING':
      return triggerOfOpen(found);
    case 'DONE':
      return 'done';
    case 'REVOKED':
      return 'revoked';
    case 'EXPIRED':
      return 'expired';
  }
}

/** Money that is paid or due goes before anything that the answer says besides. */
function triggerOfOpen(found: ServiceOrderFound): OpenTrigger {
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
