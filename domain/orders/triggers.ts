import type { CloseOrderResult, OrderAnswer, WriteFailure } from '../calls.js';
import { amountIsRight, notificationIsOurs } from './facts.js';
import type { OrderEvent, OrderState } from './state.js';
import type { Trigger } from './table.js';
import { foundBy } from './write.js';
import { failureTrigger } from '../waiting.js';

type Answer = 'paid' | 'wrongAmount' | 'closed' | 'unpaid' | 'paying' | 'notFound';

/** The trigger of an event, for this order. */
export function triggerOf(state: OrderState, event: OrderEvent): Trigger {
  switch (event.type) {
    case 'timerFired':
      return 'timer';
    case 'closeRequested':
    case 'checkRequested':
    case 'extended':
    case 'placedAgain':
    case 'placementFailed':
    case 'retryRequested':
    case 'resolveRequested':
    case 'releaseRequested':
      return event.type;
    case 'paymentNotification':
      if (!notificationIsOurs(state, event.notification)) return 'notificationForeign';
      return amountIsRight(state.order, event.notification) ? 'notificationPaid' : 'notificationWrong';
    case 'queryAnswered':
      return answerTrigger(state, event.answer);
    case 'queryFailed':
      return failureTrigger(event.failure);
    case 'closeAnswered':
      return closeTrigger(state, event.result);
    case 'closeFailed':
      return failedCloseTrigger(state, event.failure);
  }
}

export function answerTrigger({ order }: Pick<OrderState, 'order'>, answer: OrderAnswer): Answer {
  if ('payment' in answer) return amountIsRight(order, answer.payment) ? 'paid' : 'wrongAmount';
  return foundBy(answer);
}

/** The trigger of a guarded close. A payment or an end in the last verified answer goes before the answer to the close. */
function closeTrigger(state: OrderState, result: CloseOrderResult): Trigger {
  const { before, write, after } = result;
  if (before === null) return 'close:tooEarly';
  const asked = after !== null && 'answer' in after ? after.answer : null;
  const shown = answerTrigger(state, asked ?? before);
  if (write === null || shown === 'paid' || shown === 'wrongAmount' || shown === 'closed') return shown;
  if ('failure' in write) {
    const trigger = failureTrigger(write.failure);
    if (trigger !== 'unclear') return trigger;
    return asked === null || shown === 'unpaid' ? 'close:unclear' : shown;
  }
  const { answer } = write.answer;
  if (answer === 'paid') return 'close:paid';
  if (answer === 'accepted' || answer === 'alreadyClosed') return 'close:accepted';
  if (asked === null) return answer === 'refusedRequest' ? 'close:refusedState' : `close:${answer}`;
  if (answer === 'refusedRequest' && shown === answerTrigger(state, before)) return 'close:refusedRequest';
  if (shown !== 'unpaid') return shown;
  return answer === 'refusedRequest' ? 'close:refusedState' : `close:${answer}`;
}

function failedCloseTrigger(state: OrderState, failure: WriteFailure): Trigger {
  if (state.phase === 'closing' && state.isSuperseded && failure.code === 'LOCAL_SUPERSEDED') return 'close:superseded';
  const trigger = failureTrigger(failure);
  return trigger === 'unclear' && failure.sent !== 'no' ? 'close:lost' : trigger;
}
