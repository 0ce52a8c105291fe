import type { Payment } from '../calls.js';
import { failed, written, type Happened } from '../story.js';
import { toRfc3339 } from '../time.js';
import type { OrderEvent } from './state.js';

/** A verified notification of a payment, as a step. */
export function notified({ transactionId }: Pick<Payment, 'transactionId'>): Happened {
  return { what: 'notification', said: ['SUCCESS'], ...(transactionId !== null && { about: transactionId }) };
}

/** What happened to an order, by an event. */
export function orderHappened(event: OrderEvent): Happened {
  switch (event.type) {
    case 'timerFired':
      return { what: 'timer' };
    case 'paymentNotification':
      return notified(event.notification);
    case 'closeRequested':
      return { what: 'closeNow', ...(event.replacedBy !== undefined && { about: event.replacedBy }) };
    case 'checkRequested':
      return { what: 'checkNow' };
    case 'extended':
      return { what: 'extend', about: toRfc3339(event.payBefore) };
    case 'placedAgain':
      return { what: 'placedAgain' };
    case 'placementFailed':
      return { what: 'placementFailed', about: event.code };
    case 'retryRequested':
      return { what: 'retry' };
    case 'resolveRequested':
      return { what: 'resolve', about: event.resolution.as, by: event.resolution.by };
    case 'releaseRequested':
      return { what: 'requestCancellation' };
    case 'queryAnswered':
      return { what: 'queryOrder', said: [event.answer.tradeState], requestId: event.answer.requestId };
    case 'queryFailed':
    case 'closeFailed':
      return failed(event.failure);
    case 'closeAnswered':
      return written('closeOrder', event.result, ({ tradeState }) => tradeState);
  }
}
