import type { CloseOrderResult } from '../calls.js';
import type { Instant } from '../time.js';
import type { LastAnswer, OrderEvent } from './state.js';
import type { Trigger } from './table.js';

/** WeChat Pay's last answer, as an event shows it. `null`: the event has none. */
export function lastAnswer(event: OrderEvent, trigger: Trigger, at: Instant): LastAnswer | null {
  switch (event.type) {
    case 'timerFired':
    case 'closeRequested':
    case 'checkRequested':
    case 'extended':
    case 'placedAgain':
    case 'placementFailed':
    case 'retryRequested':
    case 'resolveRequested':
    case 'releaseRequested':
      return null;
    case 'paymentNotification':
      return trigger === 'notificationForeign' ? null : { call: 'notification', said: 'SUCCESS', requestId: null, at };
    case 'queryAnswered':
      return { call: 'queryOrder', said: event.answer.tradeState, requestId: event.answer.requestId, at };
    case 'queryFailed':
    case 'closeFailed': {
      const { call, code, requestId } = event.failure;
      return { call, said: code, requestId, at };
    }
    case 'closeAnswered':
      return ofClose(event.result, trigger, at);
  }
}

/** The query's answer, if it explains what comes next; otherwise the answer to the close itself. */
function ofClose({ before, write, after }: CloseOrderResult, trigger: Trigger, at: Instant): LastAnswer | null {
  const shown = after !== null && 'answer' in after ? after.answer : before;
  const query = shown && ({ call: 'queryOrder', said: shown.tradeState, requestId: shown.requestId, at } as const);
  const isAboutWrite = trigger.startsWith('close:') || trigger === 'hint' || trigger === 'fatal';
  if (write === null || !isAboutWrite) return query;
  if ('failure' in write) {
    const { call, code, requestId } = write.failure;
    return { call, said: code, requestId, at };
  }
  const { answer, code = answer, requestId } = write.answer;
  return { call: 'closeOrder', said: code, requestId, at };
}
