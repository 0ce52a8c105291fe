import type { CloseOrderResult, OrderAnswer, WriteFailure } from '../calls.js';
import { amountIsRight, notificationIsOurs } from './facts.js';
import type { OrderEvent, OrderState } from './state.js';
import type { Text } from '../locale.js';
import { foundBy } from './write.js';
import { failureTrigger, REFUSAL_TRIGGERS } from '../waiting.js';

/** What an event can mean, as rows name it. */
export const TRIGGERS = {
  timer: { en: 'the wait or the pause is over', zh: '等待或暂停结束' },
  closeRequested: { en: '`closeNow`', zh: '`closeNow`' },
  checkRequested: { en: '`checkNow`', zh: '`checkNow`' },
  extended: { en: '`extend`: no row; the deadline has moved', zh: '`extend`：无对应行；截止时间已推迟' },
  placedAgain: { en: '`placedAgain`: no row; the floor has moved', zh: '`placedAgain`：无对应行；最早关单时间已后移' },
  placementFailed: { en: '`placementFailed`', zh: '`placementFailed`' },
  retryRequested: { en: '`retry`', zh: '`retry`' },
  resolveRequested: { en: '`resolve`', zh: '`resolve`' },
  releaseRequested: { en: '_Request Cancellation_', zh: '_Request Cancellation_' },
  notificationPaid: {
    en: 'a verified notification: paid, with the right amount',
    zh: '已验签的通知：已支付，金额相符',
  },
  notificationWrong: {
    en: 'a verified notification: paid, with another amount',
    zh: '已验签的通知：已支付，金额不符',
  },
  notificationForeign: { en: 'a notification of another order: no row', zh: '其他订单的通知：无对应行' },
  paid: { en: 'query: SUCCESS or REFUND, with the right amount', zh: '查单：SUCCESS 或 REFUND，金额相符' },
  wrongAmount: {
    en: 'query: SUCCESS or REFUND, with another amount, or none',
    zh: '查单：SUCCESS 或 REFUND，金额不符或未给出',
  },
  closed: { en: 'query: CLOSED or REVOKED', zh: '查单：CLOSED 或 REVOKED' },
  unpaid: { en: 'query: NOTPAY or PAYERROR', zh: '查单：NOTPAY 或 PAYERROR' },
  paying: { en: 'query: USERPAYING or ACCEPT', zh: '查单：USERPAYING 或 ACCEPT' },
  notFound: { en: 'query: signed, and the number is not known', zh: '查单：已签名，查不到该单号' },
  'close:accepted': {
    en: 'close: 204, v2’s SUCCESS or ORDER_CLOSED; no query shows it yet',
    zh: '关单：204、v2 的 SUCCESS 或 ORDER_CLOSED；查单尚未体现',
  },
  'close:paid': { en: 'close: ORDERPAID; no query shows it yet', zh: '关单：ORDERPAID；查单尚未体现' },
  'close:inProgress': { en: 'close: refused, a payment is in progress', zh: '关单：被拒绝，支付进行中' },
  'close:tooOften': { en: 'close: refused, too many requests', zh: '关单：被拒绝，请求过于频繁' },
  'close:notFound': { en: 'close: refused, the number is not known', zh: '关单：被拒绝，查不到该单号' },
  'close:refusedState': { en: 'close: refused for the state of the order', zh: '关单：因订单状态被拒绝' },
  'close:refusedRequest': {
    en: 'close: refused as a faulty request, and the order is as it was',
    zh: '关单：以请求有误为由被拒绝，且订单状态未变',
  },
  'close:unclear': { en: 'close: sent, no answer that could be used', zh: '关单：已发送，未得到可用的应答' },
  'close:lost': {
    en: 'close: lost with its worker or given up, and it may have been sent',
    zh: '关单：随程序实例丢失或放弃，可能已发送',
  },
  'close:superseded': { en: 'close: cancelled, because another event superseded it', zh: '关单：因其他事件而取消' },
  'close:tooEarly': { en: 'close: not sent, the floor has not passed', zh: '关单：未发送，未到最早关单时间' },
  unclear: { en: 'a call got no answer that could be used; no close was sent', zh: '调用未得到可用的应答；未发送关单' },
  ...REFUSAL_TRIGGERS,
} as const satisfies Record<string, Text>;

export type Trigger = keyof typeof TRIGGERS;

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
