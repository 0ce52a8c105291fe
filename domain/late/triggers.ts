import type { QueryOrderResult } from '../calls.js';
import { isAnotherPayment } from './facts.js';
import type { Text } from '../locale.js';
import type { LateEvent, LateState } from './state.js';
import { failureTrigger } from '../waiting.js';

/** What an event can mean, as rows name it. */
export const TRIGGERS = {
  timer: { en: 'the pause is over', zh: '暂停结束' },
  retryRequested: { en: '`retry`', zh: '`retry`' },
  recorded: { en: '`record`', zh: '`record`' },
  releaseRequested: { en: '_Request Cancellation_', zh: '_Request Cancellation_' },
  notificationAnother: {
    en: 'a further verified notification, of another payment than those that are known: its number differs, or else its amount',
    zh: '又一个已验签的通知，报告另一笔付款（按单号，否则按金额区分）',
  },
  notificationRepeated: {
    en: 'a further notification of a payment that is known: no row',
    zh: '已知付款的又一个通知：无对应行',
  },
  paid: { en: 'query: SUCCESS', zh: '查单：SUCCESS' },
  refunded: { en: 'query: REFUND', zh: '查单：REFUND' },
  closed: { en: 'query: CLOSED or REVOKED', zh: '查单：CLOSED 或 REVOKED' },
  unnamed: {
    en: 'query: SUCCESS or REFUND without a transaction number, of an order that had ended as paid',
    zh: '查单：SUCCESS 或 REFUND 但无微信支付订单号，且订单此前以已支付了结',
  },
  unclear: {
    en: 'query: NOTPAY, PAYERROR, USERPAYING, not found; or no answer that could be used',
    zh: '查单：NOTPAY、PAYERROR、USERPAYING、查不到；或未得到可用的应答',
  },
  hint: {
    en: 'the query was refused for its signature, or by an answer that is not signed',
    zh: '查单因签名被拒绝，或拒绝的应答未签名',
  },
  fatal: { en: 'the query was refused in a way that repeating cannot fix', zh: '查单被拒绝，重试无法解决' },
} as const satisfies Record<string, Text>;

export type LateTrigger = keyof typeof TRIGGERS;

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
