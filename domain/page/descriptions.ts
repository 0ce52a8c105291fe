import type { Text } from '../locale.js';

const TEXTS = {
  paymentNotification: {
    en: 'A verified notification of WeChat Pay: the order was paid.',
    zh: '微信支付的已验签通知：订单已支付。',
  },
  closeNow: {
    en: 'Close the order at the first allowed instant, without waiting for its deadline.',
    zh: '不再等待截止时间，在允许的最早时刻关单。',
  },
  checkNow: {
    en: 'Ask WeChat Pay now. Finds an order paid; never closes one.',
    zh: '立即查单，可发现已支付；不会因此关单。',
  },
  extend: {
    en: 'Close the order later: { "payBefore": "2026-01-31T09:00:00+08:00" }.',
    zh: '推迟关单：{ "payBefore": "2026-01-31T09:00:00+08:00" }。',
  },
  placedAgain: {
    en: 'WeChat Pay accepted a placement under the same number once more: the 5 minutes begin anew.',
    zh: '同一单号再次下单成功：关单前的 5 分钟重新计算。',
  },
  placementFailed: {
    en: 'WeChat Pay answered the placement with a refusal: { "code": "PARAM_ERROR" }. Not for a time-out.',
    zh: '微信支付应答拒绝了下单：{ "code": "PARAM_ERROR" }。超时不适用。',
  },
  retry: {
    en: 'What was wrong is fixed: ask WeChat Pay again, with new patience.',
    zh: '问题已排除：再次查询微信支付，并重新计算等待期限。',
  },
  resolve: {
    en: 'Say how the order ended: { "as": "closed", "note": "…", "by": "…" }. WeChat Pay is asked again.',
    zh: '认定订单的结果：{ "as": "closed", "note": "…", "by": "…" }。会再查询一次微信支付。',
  },
  serviceOrderNotification: {
    en: 'A verified notification of WeChat Pay: the user confirmed the service order, or paid it.',
    zh: '微信支付的已验签通知：用户已确认服务订单，或已支付。',
  },
  requestCancel: {
    en: 'Cancel the service order: { "requestId": "…", "reason": "…" }. The same requestId is one request.',
    zh: '取消服务订单：{ "requestId": "…", "reason": "…" }。相同的 requestId 视为同一请求。',
  },
  resolveService: {
    en: 'Say how the service order ended: { "as": "cancelled", "note": "…", "by": "…" }. WeChat Pay is asked once more.',
    zh: '认定服务订单的结果：{ "as": "cancelled", "note": "…", "by": "…" }。会再查询一次微信支付。',
  },
  furtherNotification: {
    en: 'A further verified notification of WeChat Pay: the order was paid.',
    zh: '微信支付的又一条已验签通知：订单已支付。',
  },
  record: {
    en: 'What was done about the payments that you looked at: { "as": "refunded", "note": "…", "by": "…", "transactionIds": ["…"] }. It ends the watch.',
    zh: '登记对已核对付款的处理：{ "as": "refunded", "note": "…", "by": "…", "transactionIds": ["…"] }。登记后即停止跟踪。',
  },
  retryDelivery: {
    en: 'What was wrong is fixed: post the events again now, and for three more days.',
    zh: '问题已排除：立即再次投递，并重新计算三天期限。',
  },
  giveUp: {
    en: 'Post the events no more: { "ids": ["evt_…"], "note": "…", "by": "…" }. The order is not changed by that.',
    zh: '不再投递：{ "ids": ["evt_…"], "note": "…", "by": "…" }。订单本身不受影响。',
  },
  outcomeEvent: { en: 'An event that the checkout is to be told.', zh: '须通知商户系统的事件。' },
} as const satisfies Record<string, Text>;

/** What Temporal UI shows of a message that can be sent: in both languages, since its reader is not known. */
export function descriptionOf(message: keyof typeof TEXTS): string {
  const { en, zh } = TEXTS[message];
  return `${en} ${zh}`;
}
