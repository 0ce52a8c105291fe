import type { QueryOrderResult } from '../calls.js';
import { isAnotherPayment } from './facts.js';
import type { LateTrigger } from './table.js';
import type { LateEvent, LateState } from './state.js';
import { failureTrigger } from '../waiting.js';

/** The trigger of an event, for this late payment. */
export function triggerOf(state: LateState, event: LateEvent): LateTrigger {
  switch (event.type) {
    case 'timerFired':
      return 'timer';
    case 'retryRequested':
    case 'recorded':
    case 'releaseRequested':
      return event.type;
    case 'paymentNotification':
      return isAnotherPayment(state, event.notification) ? 'notificationAnother' : 'notificationRepeated';
    case 'queryFailed':
      return failureTrigger(event.failure);
    case 'queryAnswered': {
      const isUnnamed = 'payment' in event.answer && event.answer.payment.transactionId === null;
      return isUnnamed && state.known !== null ? 'unnamed' : triggerOfState(event.answer.tradeState);
    }
  }
}

function triggerOfState(tradeState: QueryOrderResult['tradeState']): LateTrigger {
  switch (tradeState) {
    case 'SUCCESS':
      return 'paid';
    case 'REFUND':
      return 'refunded';
    case 'CLOSED':
    case 'REVOKED':
      return 'closed';
    case 'NOTPAY':
    case 'PAYERROR':
    case 'USERPAYING':
    case 'NOT_FOUND':
      return 'unclear';
  }
}
