import type { Sent } from '../calls.js';
import type { Text } from '../locale.js';
import type { KeptReason, ResolvedAs } from '../payscore/state.js';

/** How a service order ended. */
export const SERVICE_ENDS = {
  cancelled: { en: '**Cancelled**.', zh: '**已取消**。' },
  reason: { en: 'The reason sent was {reason}.', zh: '发送的原因为 {reason}。' },
  raced: {
    en: '**Money had become due before the cancel took effect ({money}), and WeChat Pay does not collect it any more.**',
    zh: '**取消生效前已产生应付金额（{money}），微信支付不会再收取。**',
  },
  notSaid: { en: 'the amount was not said', zh: '未告知金额' },
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
    en: '**Not cancelled**: WeChat Pay calls it under way without saying how far it is. Look at it on the merchant platform.',
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
