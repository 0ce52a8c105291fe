import type { CallFailure, GuardedResult, OrderAnswer } from '../calls.js';
import type { Call } from '../call-policies.js';
import type { Instant } from '../time.js';
import type { LastAnswer, OrderEvent } from './state.js';
import type { Trigger } from './triggers.js';

/** WeChat Pay's answer in an event, for people. `null`: the event has none. */
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
      return answered(event.answer, at);
    case 'queryFailed':
    case 'closeFailed':
      return lastOfFailure(event.failure, at);
    case 'closeAnswered':
      return lastOfWrite('closeOrder', event.result, trigger, at, answered);
  }
}

function answered({ tradeState, requestId }: OrderAnswer, at: Instant): LastAnswer {
  return { call: 'queryOrder', said: tradeState, requestId, at };
}

export function lastOfFailure({ call, code, requestId }: CallFailure, at: Instant): LastAnswer {
  return { call, said: code, requestId, at };
}

/** The answer to the write, if the trigger comes from it; otherwise the answer to the last query. */
export function lastOfWrite<Answer>(
  call: Call,
  { before, write, after }: GuardedResult<Answer, WriteAnswer>,
  trigger: string,
  at: Instant,
  answered: (answer: Answer, at: Instant) => LastAnswer,
): LastAnswer | null {
  const isAboutWrite = trigger.includes(':') || trigger === 'hint' || trigger === 'fatal';
  if (write === null || !isAboutWrite) {
    const answer = after !== null && 'answer' in after ? after.answer : before;
    return answer && answered(answer, at);
  }
  if ('failure' in write) return lastOfFailure(write.failure, at);
  const { answer, code = answer, requestId } = write.answer;
  return { call, said: code, requestId, at };
}

interface WriteAnswer {
  readonly answer: string;
  readonly code?: string;
  readonly requestId: string | null;
}
