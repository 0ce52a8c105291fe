import type { WriteFailure } from '../calls.js';
import {
  serviceOrderWorkflowId,
  stageOf,
  type CancelServiceOrderResult,
  type ServiceOrderAnswer,
  type ServiceOrderFound,
} from './order.js';
import type { ServiceOrderEvent, ServiceOrderState } from './state.js';
import type { Text } from '../locale.js';
import { progressOf } from './write.js';
import { failureTrigger, REFUSAL_TRIGGERS } from '../waiting.js';

/** What an event can mean, as rows name it. */
export const TRIGGERS = {
  timer: { en: 'the wait or the pause is over', zh: '等待或暂停结束' },
  cancelRequested: { en: '`requestCancel` with a new `requestId`', zh: '`requestCancel`，新的 `requestId`' },
  requestRepeated: {
    en: '`requestCancel` with a `requestId` that is known: no row',
    zh: '`requestCancel`，已知的 `requestId`：无对应行',
  },
  retryRequested: { en: '`retry`', zh: '`retry`' },
  resolveRequested: { en: '`resolve`', zh: '`resolve`' },
  releaseRequested: { en: '_Request Cancellation_', zh: '_Request Cancellation_' },
  notificationConfirmed: { en: 'a verified notification: USER_CONFIRM', zh: '已验签的通知：USER_CONFIRM' },
  notificationPaid: { en: 'a verified notification: USER_PAID', zh: '已验签的通知：USER_PAID' },
  notificationForeign: { en: 'a notification of another service order: no row', zh: '其他服务订单的通知：无对应行' },
  created: { en: 'query: CREATED', zh: '查询：CREATED' },
  inService: { en: 'query: DOING, USER_CONFIRM', zh: '查询：DOING，USER_CONFIRM' },
  completed: {
    en: 'query: DOING, and MCH_COMPLETE, an amount due, or USER_PAYING',
    zh: '查询：DOING，且 MCH_COMPLETE、有应付金额或 USER_PAYING',
  },
  otherDoing: { en: 'query: DOING, and nothing more', zh: '查询：DOING，无其他信息' },
  paid: { en: 'query: CREATED or DOING, and USER_PAID', zh: '查询：CREATED 或 DOING，且 USER_PAID' },
  done: { en: 'query: DONE', zh: '查询：DONE' },
  revoked: { en: 'query: REVOKED', zh: '查询：REVOKED' },
  expired: { en: 'query: EXPIRED', zh: '查询：EXPIRED' },
  notFound: { en: 'query: signed, and the number is not known', zh: '查询：已签名，查不到该单号' },
  'cancel:accepted': {
    en: 'cancel: 200, 204 or ORDER_CANCELED; no query shows it yet',
    zh: '取消：200、204 或 ORDER_CANCELED；查询尚未体现',
  },
  'cancel:done': { en: 'cancel: ORDER_DONE; no query shows it yet', zh: '取消：ORDER_DONE；查询尚未体现' },
  'cancel:inProgress': { en: 'cancel: refused, the user is being charged', zh: '取消：被拒绝，正在扣款' },
  'cancel:tooOften': { en: 'cancel: refused, too many requests', zh: '取消：被拒绝，请求过于频繁' },
  'cancel:notFound': { en: 'cancel: refused, the number is not known', zh: '取消：被拒绝，查不到该单号' },
  'cancel:refusedState': { en: 'cancel: refused for the state of the service order', zh: '取消：因订单状态被拒绝' },
  'cancel:refusedRequest': {
    en: 'cancel: refused as a faulty request, and the service order is as it was',
    zh: '取消：以请求有误为由被拒绝，且订单状态未变',
  },
  'cancel:unclear': { en: 'cancel: sent, no answer that could be used', zh: '取消：已发送，未得到可用的应答' },
  'cancel:lost': {
    en: 'cancel: lost with its worker or given up, and it may have been sent',
    zh: '取消：随程序实例丢失或放弃，可能已发送',
  },
  'cancel:superseded': { en: 'cancel: cancelled, because another event superseded it', zh: '取消：因其他事件而中止' },
  unclear: {
    en: 'a call got no answer that could be used; no cancel was sent',
    zh: '调用未得到可用的应答；未发送取消',
  },
  ...REFUSAL_TRIGGERS,
} as const satisfies Record<string, Text>;

export type ServiceTrigger = keyof typeof TRIGGERS;

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
