import type { LastAnswer } from '../orders/state.js';
import type { Instant } from '../time.js';
import type { CancelServiceOrderResult, ServiceOrderAnswer } from './order.js';
import type { ServiceOrderEvent } from './state.js';
import type { ServiceTrigger } from './table.js';

/** WeChat Pay's last answer, as an event shows it. `null`: the event has none. */
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
      return ofAnswer(event.answer, at);
    case 'queryFailed':
    case 'cancelFailed': {
      const { call, code, requestId } = event.failure;
      return { call, said: code, requestId, at };
    }
    case 'cancelAnswered':
      return ofCancel(event.result, trigger, at);
  }
}

function ofAnswer(answer: ServiceOrderAnswer, at: Instant): LastAnswer {
  return { call: 'queryServiceOrder', said: saidBy(answer), requestId: answer.requestId, at };
}

/** The query's answer, if it explains what comes next; otherwise the answer to the cancel itself. */
function ofCancel(result: CancelServiceOrderResult, trigger: ServiceTrigger, at: Instant): LastAnswer | null {
  const { before, write, after } = result;
  const shown = after !== null && 'answer' in after ? after.answer : before;
  const isAboutWrite = trigger.startsWith('cancel:') || trigger === 'hint' || trigger === 'fatal';
  if (write === null || !isAboutWrite) return shown && ofAnswer(shown, at);
  if ('failure' in write) {
    const { call, code, requestId } = write.failure;
    return { call, said: code, requestId, at };
  }
  const { answer, code = answer, requestId } = write.answer;
  return { call: 'cancelServiceOrder', said: code, requestId, at };
}

/** As in `DOING, MCH_COMPLETE, USER_PAYING`. */
function saidBy(answer: ServiceOrderAnswer): string {
  if (!answer.found) return 'NOT_FOUND';
  return [answer.state, answer.description, answer.collection].filter((part) => part !== null).join(', ');
}
