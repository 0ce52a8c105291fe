import type { QueryOrderResult } from '../activities.js';
import { amountIsRight, notificationIsOurs } from './facts.js';
import type { CallFailure, OrderEvent, OrderState } from './state.js';
import type { Trigger } from './timeout-then-close.js';

/** The trigger that an event is, for this order. */
export function triggerOf(state: OrderState, event: OrderEvent): Trigger {
  switch (event.type) {
    case 'timerFired':
      return 'timer';
    case 'closeRequested':
    case 'checkRequested':
    case 'extended':
    case 'placedAgain':
    case 'retryRequested':
    case 'resolveRequested':
    case 'releaseRequested':
      return event.type;
    case 'paymentNotification':
      if (!notificationIsOurs(state, event.notification)) return 'notificationForeign';
      return amountIsRight(state.order, event.notification) ? 'notificationPaid' : 'notificationWrong';
    case 'queryAnswered':
      return triggerOfAnswer(state, event.answer);
    case 'closeAnswered':
      return state.phase === 'closing' ? `close:${event.answer.answer}` : 'overtaken';
    case 'closeFailed':
      return state.phase === 'closing' ? triggerOfFailure(event.failure) : 'overtaken';
    case 'queryFailed':
      return triggerOfFailure(event.failure);
  }
}

function triggerOfFailure({ kind }: CallFailure): Trigger {
  return kind === 'fatal' || kind === 'hint' ? kind : 'unclear';
}

function triggerOfAnswer(state: OrderState, answer: QueryOrderResult): Trigger {
  switch (answer.tradeState) {
    case 'SUCCESS':
    case 'REFUND':
      return amountIsRight(state.order, answer.payment) ? 'paid' : 'wrongAmount';
    case 'CLOSED':
    case 'REVOKED':
      return 'closed';
    case 'NOTPAY':
    case 'PAYERROR':
      return 'unpaid';
    case 'USERPAYING':
      return 'paying';
    case 'NOT_FOUND':
      return 'notFound';
  }
}
