import type { Text } from '../locale.js';
import type { LateReason, LateRecord } from '../late/state.js';

export const LATE = {
  summary: {
    en: 'Payment after the end of WeChat Pay order {number} of merchant {merchant}, {amount}',
    zh: '微信支付订单 {number} 了结后收到付款，商户 {merchant}，{amount}',
  },
  identity: {
    en: 'Order {id} ({api}), {amount}. It had ended: {ended}.',
    zh: '订单 {id}（{api}），{amount}。该单此前的结果：{ended}。',
  },
  shown: { en: 'The query shows: {facts}.', zh: '查单显示：{facts}。' },
  releasing: {
    en: 'A person asked to stop watching: the query in flight is awaited first.',
    zh: '已有人要求停止跟踪：进行中的查单会先等到结果。',
  },
} as const satisfies Record<string, Text>;

/** How the order had ended, within a sentence. */
export const HAD_ENDED = {
  paid: { en: 'paid, {facts}', zh: '已支付，{facts}' },
  closed: {
    yes: { en: 'closed, after a close of this worker', zh: '已关闭，本程序曾发送关单' },
    maybe: { en: 'closed, maybe after a close of this worker', zh: '已关闭，本程序可能曾发送关单' },
    no: { en: 'closed, without a close of this worker', zh: '已关闭，本程序未发送关单' },
  },
  neverExisted: { en: 'as one that never existed', zh: '从未存在' },
  resolved: { en: 'resolved as {as} by {by}: {note}', zh: '人工认定为 {as}，经办人 {by}：{note}' },
  released: { en: 'released, and no longer watched', zh: '已按人工要求停止跟踪' },
} as const;

export const LATE_UNSETTLED: Text = {
  en: 'An answer that is lost, unsigned or unclear, or that shows no payment yet, proves nothing, so WeChat Pay is asked again. The report of the payment was verified: do not take it for a mistake.',
  zh: '丢失、未签名、含义不明或尚未显示付款的应答不能作为依据，因此会再次查询。告知付款的消息已验签，请勿当作误报。',
};

/** Why a person is needed, and what is to be done. */
export const LATE_REASONS_TEXT = {
  'paid-after-close': {
    en: 'The order is paid although it had ended, so the shopper has paid and gets nothing. Refund the payment on the merchant platform, or reopen the order in the shop and deliver; then record which. The worker does neither.',
    zh: '订单了结后仍被支付：用户已付款，却得不到商品。请在商户平台退款，或在商城恢复订单并发货，然后登记处理结果。程序不会自动处理。',
  },
  'paid-twice': {
    en: 'There are two payments of one order. Compare the transactions above with the merchant platform, and refund every one except the one that the order was delivered for; then record it. The query shows one of them only.',
    zh: '同一订单有两笔付款。请将上方的微信支付订单号与商户平台核对，只保留已发货对应的一笔，其余退款，然后登记处理结果。查单只会显示其中一笔。',
  },
  'amount-differs': {
    en: 'The payment has another amount than the order had, or than it ended with. Compare them on the merchant platform, refund the payment or accept it, then record it.',
    zh: '付款金额与订单金额或了结时的金额不符。请在商户平台核对，决定退款或接受，然后登记处理结果。',
  },
  'notification-and-query-disagree': {
    en: 'WeChat Pay reported this payment, verified; the query does not show it, or shows another. Look at the order on the merchant platform, and ask WeChat Pay which is right. If money was taken, refund it or reopen the order, and record that. Only once WeChat Pay has confirmed that none was taken, stop the watching.',
    zh: '微信支付告知收到该笔付款（已验签），查单却未显示，或显示了另一笔。请在商户平台核对，并向微信支付确认以何者为准。若确已收款，请退款或恢复订单并登记；只有微信支付确认未收款后，才可停止跟踪。',
  },
  'fatal-answer': {
    en: 'Asking again does not fix the problem that the last answer reports. Fix it, then retry. Until then treat the payment as real: its report was verified.',
    zh: '最近一次应答指出的问题，重复查询无法解决。请先排除问题再重试。在此之前请视为确已收款：告知付款的消息已验签。',
  },
  'signature-refused': {
    en: 'WeChat Pay refused our signature three times in a row. Fix that, then retry. Until then treat the payment as real: its report was verified.',
    zh: '微信支付连续三次拒绝我方签名。请先排除问题再重试。在此之前请视为确已收款：告知付款的消息已验签。',
  },
  'patience-over': {
    en: 'The query did not show the payment for a day. Look at the order on the merchant platform. If it is paid there, refund it or reopen the order, and record that; otherwise fix the problem that the last answer reports, then retry.',
    zh: '一天之内查单始终未显示该笔付款。请在商户平台查看该订单：若确已支付，请退款或恢复订单并登记；否则请排除最近一次应答指出的问题，然后重试。',
  },
} as const satisfies Record<LateReason, Text>;

/** How a late payment ended. */
export const LATE_ENDS = {
  known: {
    en: '**Known**: the order had ended with this same payment. Nothing needs to be done.',
    zh: '**已知付款**：订单此前正是以该笔付款了结，无需处理。',
  },
  refunded: {
    en: '**Refunded**: the query shows it as refunded. WeChat Pay also shows this if only a part was refunded: check on the merchant platform that all of it was.',
    zh: '**已退款**：查单显示已转入退款。部分退款时微信支付也如此显示：请在商户平台确认已全额退款。',
  },
  recorded: {
    en: '**Recorded as {as}** ({code}) by {by}: {note}.',
    zh: '**已登记为{as}**（{code}），经办人 {by}：{note}。',
  },
  released: {
    en: '**No longer watched**, as a person asked. Whether the payment was refunded is not known here.',
    zh: '**已按人工要求停止跟踪**。此处不掌握该笔付款是否已退款。',
  },
} as const satisfies Record<string, Text>;

export const RECORDED_AS = {
  refunded: { en: 'refunded', zh: '已退款' },
  reopened: { en: 'reopened', zh: '已恢复订单' },
} as const satisfies Record<LateRecord['as'], Text>;

/** What an activity is for, in one line of the history. */
export const LATE_STEPS = {
  checking: { en: 'Is there a payment after the end?', zh: '查单：了结后是否有付款' },
} as const satisfies Record<string, Text>;

export const LATE_OFFERS = {
  record: {
    en: 'say what was done about the payment. This ends the watch, and WeChat Pay is not asked to confirm it. Instead of {as}, it can be {others}; `note` and `by` are yours to write. `transactionIds` are the payments that you looked at: the update is refused if a notification has reported another.',
    zh: '登记对该笔付款的处理；登记后即停止跟踪，不再向微信支付核实。{as} 可改为 {others}；`note` 与 `by` 请如实填写。`transactionIds` 须列出已核对的全部付款；若其间通知又有另一笔付款，则会被拒绝。',
  },
  retry: {
    en: 'ask WeChat Pay again now, with new patience.',
    zh: '立即再次查询微信支付，并重新计算等待期限。',
  },
  note: { en: 'which refund, or which order', zh: '请写明退款单号或恢复的订单' },
  stopWatching: {
    en: '**Request Cancellation** only stops the watching. The money stays where it is.',
    zh: '按钮 **Request Cancellation** 只是停止跟踪，款项不会因此退回。',
  },
} as const satisfies Record<string, Text>;
