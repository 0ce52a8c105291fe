import type { Text } from '../locale.js';
import type { KeptReason, ResolvedAs, ServiceAttentionReason } from '../payscore/state.js';
import type { Cancellable } from '../payscore/write.js';
import type { Sent } from '../calls.js';

export const SERVICE_ORDER = {
  summary: {
    en: 'PayScore service order {number} of merchant {merchant}',
    zh: '微信支付分服务订单 {number}，商户 {merchant}',
  },
  identity: {
    en: 'Service order {id}, service id {serviceId}, appid {appid}.',
    zh: '服务订单 {id}，服务 ID {serviceId}，appid {appid}。',
  },
} as const satisfies Record<string, Text>;

export const SERVICE_UNTIL = {
  scheduled: { en: 'Waiting to cancel', zh: '等待取消时间' },
  due: { en: ' until {until}', zh: '，至 {until}' },
  look: { en: '; it is looked at again at {until}', zh: '；将于 {until} 例行查看' },
} as const satisfies Record<string, Text>;

export const SERVICE_PLANS = {
  none: { en: 'No cancel was requested yet.', zh: '尚无取消请求。' },
  request: {
    en: 'Request {id}: from {at} on it is cancelled, if {allows}; the reason to be sent is {reason}.',
    zh: '请求 {id}：自 {at} 起，若{allows}，则取消；拟发送的原因为 {reason}。',
  },
  more: { en: 'And {count} more requests.', zh: '另有 {count} 个请求。' },
  sent: {
    en: 'Reason sent to WeChat Pay: {reason} (request {id}). Every further attempt repeats it.',
    zh: '已发送给微信支付的原因：{reason}（请求 {id}）。之后每次重试均沿用此原因。',
  },
  sending: {
    en: 'Reason being sent to WeChat Pay: {reason} (request {id}).',
    zh: '正在发送给微信支付的原因：{reason}（请求 {id}）。',
  },
  paidClaimed: {
    en: 'WeChat Pay calls it paid or done: no cancel is sent any more.',
    zh: '微信支付称该订单已支付或已完成：不再发起取消。',
  },
  due: { en: 'Amount due: {money}.', zh: '应付金额：{money}。' },
  resolving: {
    en: 'A person resolved it as {as}; WeChat Pay is asked a last time.',
    zh: '已由人工认定为 {as}；正在向微信支付做最后一次查询。',
  },
  contradicted: {
    en: '{by} had resolved it as {as}; WeChat Pay said {said}.',
    zh: '{by} 曾将其认定为 {as}；微信支付的应答为 {said}。',
  },
  releasing: {
    en: 'A person asked to stop watching: a call in flight is awaited first.',
    zh: '已有人要求停止跟踪：进行中的请求会先等到结果。',
  },
} as const satisfies Record<string, Text>;

/** The conditions on which a request allows the cancel. */
export const ALLOWS = {
  created: { en: 'the user has not confirmed it', zh: '用户尚未确认' },
  'in-service': { en: 'it is in service', zh: '服务进行中' },
  giveUp: { en: 'exactly {money} is due, which is given up', zh: '应付金额恰为 {money}（将放弃收款）' },
} as const satisfies Record<Cancellable | 'giveUp', Text>;

export const SERVICE_UNSETTLED: Text = {
  en: 'An answer that is lost, unclear or late, or that does not know the service order, proves nothing yet, so it is asked about again. It ends only by verified answers.',
  zh: '丢失、含义不明、过时或查不到该单的应答，尚不能作为依据，因此会再次查询。只有通过验签的应答才能了结该单。',
};

/** Why a person is needed, and what is to be looked at first. */
export const SERVICE_REASONS = {
  raced: {
    en: 'The cancel took effect although money had become due meanwhile. WeChat Pay does not collect it any more: collect it in another way, or write it off. Then retry, and it ends as cancelled, with this noted.',
    zh: '取消生效时已产生应付金额。微信支付不会再收取：请另行收款或核销。处理后请重试，该单将以已取消了结，并注明此情况。',
  },
  'notification-and-query-disagree': {
    en: 'A verified notification says that the user has paid; the query says cancelled or expired. Look at it on the merchant platform, and ask WeChat Pay which is right before anything is collected again. Resolve it as `cancelled` or `expired` only once WeChat Pay has confirmed that no money was taken.',
    zh: '已验签的通知称用户已支付，查询却称已取消或已失效。再次收款前，请在商户平台核对，并向微信支付确认以何者为准。只有微信支付确认未收款后，才可认定为 `cancelled` 或 `expired`。',
  },
  'fatal-answer': {
    en: 'Asking again does not fix the problem that the last answer reports. Fix it, then retry. Until then it is not sure whether the service order is cancelled.',
    zh: '最近一次应答指出的问题，重复请求无法解决。请先排除问题再重试。在此之前无法确定服务订单是否已取消。',
  },
  'request-refused': {
    en: 'WeChat Pay refuses the cancel as a faulty request, and the service order is still open. Compare its number, service id and appid with those of its creation, then retry.',
    zh: '微信支付以请求有误为由拒绝取消，服务订单仍未了结。请核对单号、服务 ID、appid 与创建时是否一致，然后重试。',
  },
  'signature-refused': {
    en: 'WeChat Pay refused our signature three times in a row. Until that is fixed, the state of the service order is not known. Fix it, then retry.',
    zh: '微信支付连续三次拒绝我方签名。在此期间无法得知服务订单状态：请先排除问题再重试。',
  },
  'cancel-without-effect': {
    en: 'Cancels were sent, and WeChat Pay still calls the service order open. Do not complete it meanwhile, for a cancel may yet take effect: look at it on the merchant platform, and ask WeChat Pay.',
    zh: '已发送取消，微信支付仍称服务订单未了结。取消仍可能随后生效，期间请勿完结该单：请在商户平台核对，并咨询微信支付。',
  },
  'resolution-contradicted': {
    en: 'WeChat Pay does not confirm what it was resolved as: compare the last answer. If that is right, wait or retry. Only if you have seen on the merchant platform that this is true, and that no money is left to be collected, resolve it again with `"force": true` added to the JSON. Then it ends whatever WeChat Pay says, and the worker does not cancel it.',
    zh: '微信支付没有证实人工认定的结果：请对照最近一次应答。若应答无误，请等待或重试。只有在商户平台亲自核实认定属实，且没有待收款项时，才可在 JSON 中加上 `"force": true` 再次认定。这样无论微信支付如何应答该单都会了结，且程序不再取消。',
  },
  'patience-over': {
    en: 'It could not be settled in the time that is set for it. Look at the service order on the merchant platform, fix the problem that the last answer reports, then retry.',
    zh: '在设定的期限内未能了结。请在商户平台查看该服务订单，排除最近一次应答指出的问题，然后重试。',
  },
} as const satisfies Record<ServiceAttentionReason, Text>;

/** What a timer or an activity is for, in one line of the history. */
export const SERVICE_STEPS = {
  due: { en: 'Cancel, if that is allowed, at {until}', zh: '到 {until} 若条件允许则取消' },
  checking: { en: 'How far has it come?', zh: '查询：服务订单状态' },
  cancelling: { en: 'May it be cancelled? If so, cancel it, reason {reason}', zh: '查询：若允许则取消，原因 {reason}' },
  confirming: { en: 'Confirm with a query', zh: '用查询结果确认' },
} as const satisfies Record<string, Text>;

export const SERVICE_OFFERS = {
  created: {
    en: 'cancel it now, if the user has not confirmed it. Choose a `requestId` of your own for every request; `reason` goes to WeChat Pay, 1 to 30 characters, the same in every attempt.',
    zh: '若用户尚未确认，则立即取消。每个请求请使用各自的 `requestId`；`reason` 会发送给微信支付，1 至 30 个字，每次重试均不变。',
  },
  inService: {
    en: '**the user has confirmed it**: cancel it now although it is in service. Nothing can be collected for it any more, so do this only if nothing was used.',
    zh: '**用户已确认**：仍在服务中立即取消。取消后无法再就该单收款，因此仅限未产生费用时使用。',
  },
  reason: { en: 'Cancelled by the merchant', zh: '商户取消' },
  retry: {
    en: 'ask WeChat Pay again now, with new patience. If a request that is due allows it, it is cancelled then.',
    zh: '立即再次查询微信支付，并重新计算等待期限；若有到期的请求允许，则会取消。',
  },
  retryRaced: {
    en: 'the amount is collected in another way, or written off: WeChat Pay is asked once more, and the service order ends as cancelled.',
    zh: '金额已另行收取或核销：再查询一次微信支付，该单以已取消了结。',
  },
  resolve: {
    en: 'say how it ended. WeChat Pay is asked once more, and the service order ends so only if the answer confirms it.',
    zh: '认定该单的结果。会再查询一次微信支付，得到证实才会生效。',
  },
  stopWatching: {
    en: '**Request Cancellation** only stops the watching of this workflow. It does not cancel the service order at WeChat Pay.',
    zh: '按钮 **Request Cancellation** 只是停止跟踪，并不会在微信支付取消服务订单。',
  },
} as const satisfies Record<string, Text>;

/** How a service order ended. */
export const SERVICE_ENDS = {
  cancelled: { en: '**Cancelled**.', zh: '**已取消**。' },
  reason: { en: 'The reason sent was {reason}.', zh: '发送的原因为 {reason}。' },
  raced: {
    en: '**Money had become due before the cancel took effect ({money}), and WeChat Pay does not collect it any more.**',
    zh: '**取消生效前已产生应付金额（{money}），微信支付不会再收取。**',
  },
  notSaid: { en: 'amount not known', zh: '未告知金额' },
  wasDue: { en: 'Amount that was due, and is not collected: {money}.', zh: '当时应付、不再收取的金额：{money}。' },
  done: { en: '**Done**: nothing is left to cancel.', zh: '**已完成**：无可取消。' },
  expired: {
    en: '**Expired at WeChat Pay**: nothing is left to cancel.',
    zh: '**已在微信支付失效**：无可取消。',
  },
  neverExisted: {
    en: '**Never existed**: WeChat Pay does not know this number.',
    zh: '**从未存在**：微信支付查不到该单号。',
  },
  resolved: {
    en: '**Resolved as {as}** ({code}) by {by}: {note}. WeChat Pay had said {said}.',
    zh: '**人工认定为{as}**（{code}），经办人 {by}：{note}。微信支付当时的应答为 {said}。',
  },
  released: {
    en: '**No longer watched**, as a person asked. No further cancel is sent now. To have it watched again, request a cancel again.',
    zh: '**已按人工要求停止跟踪**。此后不再发起取消。如需继续跟踪，请重新请求取消。',
  },
} as const satisfies Record<string, Text>;

/** Whether this worker sent a cancel for a service order that ended as cancelled. */
export const CANCEL_SENT = {
  yes: { en: 'This worker sent a cancel.', zh: '本程序发送过取消。' },
  maybe: {
    en: 'This worker may have sent a cancel: it was lost with its worker before that was known.',
    zh: '本程序可能发送过取消：程序实例在得知结果前丢失。',
  },
  no: { en: 'This worker sent no cancel.', zh: '本程序未发送取消。' },
} as const satisfies Record<Sent, Text>;

/** Why a service order was kept. */
export const KEPT = {
  confirmed: {
    en: '**Not cancelled**: the user had confirmed it, and no request allows a cancel in service.',
    zh: '**未取消**：用户已确认，且没有请求允许在服务中取消。',
  },
  'amount-due': {
    en: '**Not cancelled**: money is due ({money}), and no request gives up exactly that.',
    zh: '**未取消**：已产生应付金额（{money}），且没有请求放弃恰好该金额。',
  },
  paid: { en: '**Not cancelled**: the user has paid.', zh: '**未取消**：用户已支付。' },
  'stage-unknown': {
    en: '**Not cancelled**: WeChat Pay says that it is in progress, but not how far it is. Look at it on the merchant platform.',
    zh: '**未取消**：微信支付称其进行中，但未告知进展。请在商户平台查看。',
  },
  'not-allowed': {
    en: '**Not cancelled**: the user has not confirmed it, and no request allows a cancel at that stage.',
    zh: '**未取消**：用户尚未确认，且没有请求允许在此阶段取消。',
  },
} as const satisfies Record<KeptReason, Text>;

export const SERVICE_RESOLVED_AS = {
  cancelled: { en: 'cancelled', zh: '已取消' },
  done: { en: 'done', zh: '已完成' },
  expired: { en: 'expired', zh: '已失效' },
  kept: { en: 'kept', zh: '未取消' },
  'never-existed': { en: 'never existed', zh: '从未存在' },
} as const satisfies Record<ResolvedAs, Text>;
