import type { ServiceOrderEvent, ServiceOrderState } from './payscore-state.js';
import { serviceOrderWorkflowId, type CancelAnswer, type ServiceOrderFound } from './service-order.js';

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
  | 'noticeConfirmed'
  | 'noticePaid'
  /** A notice about another service order teaches nothing. */
  | 'noticeStranger'
  /** What a query answered. */
  | OpenTrigger
  | 'done'
  | 'revoked'
  | 'expired'
  | 'notFound'
  /** What a cancel answered. */
  | `cancel:${CancelAnswer}`
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
    case 'noticeReceived': {
      const { order, said } = event.notice;
      if (serviceOrderWorkflowId(order) !== serviceOrderWorkflowId(state.order)) return 'noticeStranger';
      return said === 'USER_PAID' ? 'noticePaid' : 'noticeConfirmed';
    }
    case 'queryAnswered':
      return event.answer.found ? triggerOfFound(event.answer) : 'notFound';
    case 'cancelAnswered':
      return `cancel:${event.answer.answer}`;
    case 'queryFailed':
    case 'cancelFailed':
      return event.failure.kind === 'fatal' || event.failure.kind === 'hint' ? event.failure.kind : 'unclear';
  }
}

function triggerOfFound({ state, description, collection }: ServiceOrderFound): ServiceTrigger {
  switch (state) {
    case 'CREATED':
      return 'created';
    case 'DONE':
      return 'done';
    case 'REVOKED':
      return 'revoked';
    case 'EXPIRED':
      return 'expired';
    case 'DOING':
      if (collection === 'USER_PAID') return 'paid';
      if (description === null) return 'otherDoing';
      return description === 'MCH_COMPLETE' ? 'completed' : 'inService';
  }
}
