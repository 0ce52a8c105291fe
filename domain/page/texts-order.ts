import type { Sent } from '../calls.js';
import type { Text } from '../locale.js';
import type { AttentionReason, Resolution } from '../orders/state.js';

export const ORDER = {
  summary: {
    en: 'WeChat Pay order {number} of merchant {merchant}, {amount}',
    zh: '微信支付订单 {number}，商户 {merchant}，{amount}',
  },
  identity: { en: 'Order {id} ({api}), {amount}.', zh: '订单 {id}（{api}），{amount}。' },
  times: {
    en: 'Created {createdAt}, to be paid before {payBefore}; never closed before {floor}.',
    zh: '创建于 {createdAt}，须在 {payBefore} 前支付；{floor} 之前绝不关单。',
  },
} as const satisfies Record<string, Text>;

export const PLANS = {
  until: { en: ' until {until}', zh: '，至 {until}' },
  deadline: { en: 'If unpaid, it is closed from {at} on.', zh: '若仍未支付，将自 {at} 起关单。' },
  paidClaimed: {
    en: 'WeChat Pay calls it paid: no close is sent any more.',
    zh: '微信支付称该订单已支付：不再发起关单。',
  },
  placementFailed: {
    en: 'The checkout says that WeChat Pay refused the placement ({code}). Nothing needs to be done: if WeChat Pay does not know the number, it ends as never existed.',
    zh: '收银系统称微信支付拒绝了下单（{code}）。无需处理：若微信支付查不到该单号，则以从未存在了结。',
  },
  notPlaced: {
    en: 'WeChat Pay has never shown this number: the shopper did not get as far as paying, or the checkout never placed it. Nothing needs to be done: if WeChat Pay does not show it, it ends by itself as never existed, from {at} on.',
    zh: '微信支付从未查到该单号：用户尚未进入支付，或收银系统从未下单。无需处理：若始终查不到，自 {at} 起自动以从未存在了结。',
  },
  closeRequested: { en: 'A close was requested at {at}.', zh: '已于 {at} 收到关单请求。' },
  replacedBy: {
    en: 'It was placed anew as {number}: if this one is paid too, one of the two payments must be refunded.',
    zh: '该单已用新单号 {number} 重新下单：若本单仍被支付，两笔付款须退一笔。',
  },
  resolving: {
    en: 'A person resolved it as {as}; WeChat Pay is asked a last time.',
    zh: '已由人工认定为 {as}；正在向微信支付做最后一次查询。',
  },
  releasing: {
    en: 'A person asked to stop watching: a call in flight is awaited first.',
    zh: '已有人要求停止跟踪：进行中的请求会先等到结果。',
  },
} as const satisfies Record<string, Text>;

export const UNSETTLED: Text = {
  en: 'An answer that is lost, unsigned, unclear or late proves nothing, so the order is asked about again. It ends only by a verified answer.',
  zh: '丢失、未签名、含义不明或过时的应答不能作为依据，因此会再次查询。只有通过验签的应答才能了结订单。',
};

/** Why a person is needed, and what is to be looked at first. */
export const REASONS = {
  'amount-differs': {
    en: 'It is paid, but not with the expected {amount}. Do not deliver yet: compare the two amounts on the merchant platform, then refund the payment or accept it, and resolve the order as `paid`.',
    zh: '订单已支付，但金额与应付的 {amount} 不符。请先不要发货：在商户平台核对两个金额，决定退款或接受后，将订单认定为 `paid`。',
  },
  'notification-and-query-disagree': {
    en: 'A verified notification, or an earlier answer, says paid; the query says closed. Do not deliver yet, and take no second payment: look at the order on the merchant platform, and ask WeChat Pay which is right. Resolve it as `closed` only once WeChat Pay has confirmed that no money was taken.',
    zh: '已验签的通知或此前的查单称已支付，而查单现称已关闭。请先不要发货，也不要再次收款：请在商户平台核对，并向微信支付确认以何者为准。只有微信支付确认未收款后，才可认定为 `closed`。',
  },
  'fatal-answer': {
    en: 'Asking again does not fix the problem that the last answer reports. Fix it, then retry. Until then the order may still be payable.',
    zh: '最近一次应答指出的问题，重复查询无法解决。请先排除问题再重试。在此之前订单可能仍可支付。',
  },
  'request-refused': {
    en: 'WeChat Pay refuses the close as a faulty request, and the order is unpaid: it can still be paid. Compare the numbers, appid and merchant with those of the placement, then retry.',
    zh: '微信支付以请求有误为由拒绝关单，而订单未支付，因此仍可被支付。请核对单号、appid、商户号与下单时是否一致，然后重试。',
  },
  'signature-refused': {
    en: 'WeChat Pay refused our signature three times in a row. Until that is fixed, the state of the order is not known. Fix it, then retry.',
    zh: '微信支付连续三次拒绝我方签名。在此期间无法得知订单状态：请先排除问题再重试。',
  },
  'resolution-contradicted': {
    en: 'WeChat Pay does not confirm what it was resolved as: compare the last answer. If that is right, wait or retry. Only if you have seen on the merchant platform that this is true, and that the order is paid or cannot be paid any more, resolve it again with `"force": true` added to the JSON. Then it ends whatever WeChat Pay says, and the worker does not close it.',
    zh: '微信支付没有证实人工认定的结果：请对照最近一次应答。若应答无误，请等待或重试。只有在商户平台亲自核实认定属实，并确认订单已支付或已不可能再被支付时，才可在 JSON 中加上 `"force": true` 再次认定。这样无论微信支付如何应答订单都会了结，且程序不再关单。',
  },
  'patience-over': {
    en: 'It could not be settled in the time that is set for it. Look at the order on the merchant platform, fix the problem that the last answer reports, then retry.',
    zh: '在设定的期限内未能了结。请在商户平台查看该订单，排除最近一次应答指出的问题，然后重试。',
  },
} as const satisfies Record<AttentionReason, Text>;

/** How an order ended. */
export const ENDS = {
  paid: { en: '**Paid**{facts}', zh: '**已支付**{facts}' },
  refunded: { en: '**Paid, and refunded since**{facts}', zh: '**已支付，其后有退款**{facts}' },
  closed: { en: '**Closed**; it cannot be paid any more.', zh: '**已关闭**，无法再被支付。' },
  neverExisted: {
    en: '**Never existed**: WeChat Pay never knew this number.',
    zh: '**从未存在**：微信支付始终查不到该单号。',
  },
  resolved: {
    en: '**Resolved as {as}** ({code}) by {by}: {note}. WeChat Pay had said {said}.',
    zh: '**人工认定为{as}**（{code}），经办人 {by}：{note}。微信支付当时的应答为 {said}。',
  },
  released: {
    en: '**No longer watched**, as a person asked. The worker does not close it any more: unless WeChat Pay has closed it, it can still be paid. To have it watched again, start it again.',
    zh: '**已按人工要求停止跟踪**。此后程序不再关单：若微信支付未将其关闭，仍可被支付。如需继续跟踪，请重新启动。',
  },
  replaced: { en: 'It was placed anew as {number}.', zh: '该单已用新单号 {number} 重新下单。' },
  paidTwice: {
    en: '**It was also placed anew as {number}: if that one is paid too, one of the two payments must be refunded.**',
    zh: '**该单还以新单号 {number} 重新下单：若新单也已支付，两笔付款须退一笔。**',
  },
  refundedOnce: {
    en: 'It was also placed anew as {number}: see that exactly one of the two payments is kept.',
    zh: '该单还以新单号 {number} 重新下单：请确认两笔付款恰好只保留一笔。',
  },
} as const satisfies Record<string, Text>;

/** Whether this worker sent a close for an order that ended as closed. */
export const CLOSE_SENT = {
  yes: { en: 'This worker sent a close.', zh: '本程序发送过关单。' },
  maybe: {
    en: 'This worker may have sent a close: it was lost with its worker before that was known.',
    zh: '本程序可能发送过关单：程序实例在得知结果前丢失。',
  },
  no: { en: 'This worker sent no close.', zh: '本程序未发送关单。' },
} as const satisfies Record<Sent, Text>;

export const PAID = {
  notification: { en: 'reported by a verified notification', zh: '依据已验签的支付通知' },
  query: { en: 'shown by a query', zh: '依据查单结果' },
} as const satisfies Record<string, Text>;

export const RESOLVED_AS = {
  paid: { en: 'paid', zh: '已支付' },
  closed: { en: 'closed', zh: '已关闭' },
  'never-existed': { en: 'never existed', zh: '从未存在' },
} as const satisfies Record<Resolution['as'], Text>;

/** What a timer or an activity is for, in one line of the history. */
export const STEPS = {
  deadline: { en: 'Close if still unpaid at {until}', zh: '到 {until} 若仍未支付则关单' },
  checking: { en: 'Is it paid?', zh: '查单：是否已支付' },
  closing: { en: 'Is it paid? If not, close it', zh: '查单：若未支付则关单' },
  confirming: { en: 'Confirm with a query', zh: '用查单结果确认' },
  checkNow: { en: 'How long a check waits for its answer', zh: '等待查单结果的最长时间' },
} as const satisfies Record<string, Text>;

export const ORDER_OFFERS = {
  checkNow: {
    en: 'ask WeChat Pay now whether it is paid; it never closes it.',
    zh: '立即查单，确认是否已支付；不会因此关单。',
  },
  closeNow: {
    en: 'close it at the first allowed instant, {floor} at the soonest, without waiting for the deadline. This cannot be taken back.',
    zh: '不再等待截止时间，在允许的最早时刻（不早于 {floor}）关单。此操作不可撤回。',
  },
  extend: {
    en: "close it later. The placement's own `time_expire` at WeChat Pay does not move with it.",
    zh: '推迟关单。下单时传给微信支付的 `time_expire` 不会随之改变。',
  },
  placedAgain: {
    en: 'only if WeChat Pay accepted this same number once more: the 5 minutes before a close begin anew.',
    zh: '仅当同一单号再次下单成功时使用：关单前的 5 分钟重新计算。',
  },
  retry: {
    en: 'ask WeChat Pay again now, with new patience. If it is unpaid and due, it is closed then.',
    zh: '立即再次查询微信支付，并重新计算等待期限；若未支付且已到期，则会关单。',
  },
  resolve: {
    en: 'say how it ended. WeChat Pay is asked once more, and the order ends so only if the answer confirms it.',
    zh: '认定订单的结果。会再查询一次微信支付，得到证实才会生效。',
  },
  stopWatching: {
    en: '**Request Cancellation** only stops the watching. It does not close the order at WeChat Pay, where it may still be paid.',
    zh: '按钮 **Request Cancellation** 只是停止跟踪，并不会在微信支付关单，订单可能仍会被支付。',
  },
} as const satisfies Record<string, Text>;
