import type { PhaseWords, Row as FlowRow } from '../flow.js';
import type { PauseName } from '../waiting.js';
import type { ServiceGuardName } from './guards.js';
import type { KeptReason, ServiceAttentionReason, ServicePhaseName } from './state.js';
import type { ServiceTrigger } from './triggers.js';

/** A phase: what happens in it, what heads its page, and what a list of workflows shows. */
export const PHASES = {
  waiting: {
    means: {
      en: 'The worker waits for the time of a request, for a request, or for a notification. Without a request, it asks WeChat Pay once a day.',
      zh: '等待请求的时间、新的请求或通知。若尚无请求，则每天查询一次。',
    },
    title: { en: 'Waiting for a request to cancel', zh: '等待取消请求' },
    visible: 'waiting',
  },
  checking: {
    means: { en: 'WeChat Pay is asked.', zh: '正在查询。' },
    title: { en: 'Asking WeChat Pay for the state of the service order', zh: '正在向微信支付查询服务订单状态' },
  },
  cancelling: {
    means: {
      en: 'One guarded cancel: a query; if a request that is due allows it, the cancel; a query.',
      zh: '一次受保护的取消：先查询；若到期的请求允许则取消；再查询。',
    },
    title: { en: 'Asking WeChat Pay once more, and cancelling the service order', zh: '正在再次查询并取消服务订单' },
  },
  confirming: {
    means: {
      en: 'A query is to show the result of a cancel, or the payment that WeChat Pay claimed.',
      zh: '查询确认取消或所称支付的结果。',
    },
    title: { en: 'Asking WeChat Pay whether the cancel took effect', zh: '正在用查询结果确认取消' },
    visible: 'cancelling',
  },
  unsettled: {
    means: {
      en: 'The last answer was inconclusive: lost, unsigned, unclear, late, not found or refused for now. After a pause the worker does again what it was doing.',
      zh: '最近一次应答无定论：丢失、未签名、不明、过时、查不到或暂被拒绝。稍后重试。',
    },
    title: { en: 'The last answer was inconclusive', zh: '最近一次应答无法作出判断' },
    visible: 'unsettled',
  },
  needsAttention: {
    means: {
      en: 'A person is asked; WeChat Pay still is, every hour.',
      zh: '已请人工处理；同时仍每小时查询。',
    },
    title: { en: 'A person is needed', zh: '需要人工处理' },
    visible: 'needs-attention',
  },
} as const satisfies Record<Exclude<ServicePhaseName, 'ended'>, PhaseWords>;

/** Where a row leads, with what that phase needs: the pause before WeChat Pay is asked again, or the reason. */
type RowEnd =
  | { readonly to: 'waiting' | 'checking' | 'cancelling' }
  | { readonly to: 'confirming'; readonly pause?: PauseName }
  | { readonly to: 'unsettled'; readonly pause: PauseName }
  | { readonly to: 'needsAttention'; readonly reason: ServiceAttentionReason }
  | { readonly to: 'end:kept'; readonly reason: KeptReason }
  | { readonly to: `end:${'cancelled' | 'done' | 'expired' | 'neverExisted' | 'resolved' | 'released'}` };

export type ServiceRow = FlowRow<ServicePhaseName, ServiceTrigger, ServiceGuardName> & RowEnd;

const waiting = ['waiting'] as const;
const checking = ['checking'] as const;
const cancelling = ['cancelling'] as const;
const confirming = ['confirming'] as const;
const attention = ['needsAttention'] as const;
const asking = [...checking, ...confirming] as const;
const calling = [...asking, ...cancelling] as const;
const resting = [...waiting, 'unsettled', ...attention] as const;

const cancellable = ['created', 'inService', 'completed'] as const;
const unpaid = [...cancellable, 'otherDoing'] as const;
const stillOpen = [...unpaid, 'paid'] as const;
const failed = ['unclear', 'hint', 'fatal'] as const;
const answered = [...stillOpen, 'done', 'revoked', 'expired', 'notFound'] as const;
const notifications = ['notificationConfirmed', 'notificationPaid'] as const;
/** Results of a guarded cancel that show no end, and that a query may or may not have followed. */
const perhapsUnconfirmed = [
  ...failed,
  'cancel:accepted',
  'cancel:done',
  'cancel:inProgress',
  'cancel:tooOften',
  'cancel:notFound',
  'cancel:refusedState',
  'cancel:unclear',
  'cancel:superseded',
] as const;

/**
 * The life of a service order, as rows: from `from`, on `on`, if `when` holds, go to `to`. The first row that fits is
 * taken. If none fits, the service order stays where it is. What an event teaches (see `learn`) is known before the rows
 * are read.
 */
export const CANCEL_PAYSCORE = [
  // A person resolved it, and the query confirms that. This goes before a release.
  { from: checking, on: [...answered, ...failed], when: 'resolutionConfirmed', to: 'end:resolved' },

  // The query shows an end.
  { from: calling, on: ['done'], to: 'end:done' },
  {
    from: calling,
    on: ['revoked', 'expired'],
    when: 'notificationDisagrees',
    to: 'needsAttention',
    reason: 'notification-and-query-disagree',
  },
  { from: calling, on: ['revoked'], when: 'raceUnknown', to: 'needsAttention', reason: 'raced' },
  { from: calling, on: ['revoked'], to: 'end:cancelled' },
  { from: calling, on: ['expired'], to: 'end:expired' },
  { from: calling, on: ['notFound'], when: 'neverExisted', to: 'end:neverExisted' },

  // A person stops the watching. The call in flight is awaited; after a cancel whose effect is not known, so is one query.
  { from: resting, on: ['releaseRequested'], to: 'end:released' },
  { from: confirming, on: ['releaseRequested'], to: 'confirming' },
  { from: cancelling, on: perhapsUnconfirmed, when: 'releasingUnconfirmed', to: 'confirming' },
  {
    from: calling,
    on: [...stillOpen, 'notFound', ...perhapsUnconfirmed, 'cancel:refusedRequest'],
    when: 'releasing',
    to: 'end:released',
  },

  // A person resolved it, and the query neither confirms that nor shows another end.
  {
    from: checking,
    on: [...stillOpen, 'notFound', ...failed],
    when: 'resolutionPending',
    to: 'needsAttention',
    reason: 'resolution-contradicted',
  },

  // Results that any call can have.
  { from: calling, on: ['fatal'], to: 'needsAttention', reason: 'fatal-answer' },
  { from: calling, on: ['hint'], when: 'signatureRefused', to: 'needsAttention', reason: 'signature-refused' },
  { from: calling, on: ['hint'], to: 'unsettled', pause: 'hint' },
  { from: calling, on: ['unclear'], to: 'unsettled', pause: 'unclear' },

  // The query does not show the service order, or its answer is late.
  { from: calling, on: ['notFound'], to: 'unsettled', pause: 'notFound' },
  { from: calling, on: unpaid, when: 'paidClaimed', to: 'confirming', pause: 'paidClaimed' },
  { from: calling, on: ['created', 'inService'], when: 'answerIsLate', to: 'unsettled', pause: 'settling' },

  // A cancel was sent, and the service order is still open.
  { from: asking, on: stillOpen, when: 'cancelIsSettling', to: 'confirming', pause: 'settling' },
  { from: calling, on: cancellable, when: 'tooManyCancels', to: 'needsAttention', reason: 'cancel-without-effect' },
  { from: confirming, on: cancellable, when: 'cancelDidNotSettle', to: 'cancelling' },
  { from: confirming, on: cancellable, when: 'mayCancel', to: 'unsettled', pause: 'unclearWrite' },

  // It is open. It is cancelled if a request that is due allows that, and kept if none does or will.
  { from: [...checking, ...cancelling], on: cancellable, when: 'mayCancel', to: 'cancelling' },
  { from: calling, on: stillOpen, when: 'cancelMayStillLand', to: 'unsettled', pause: 'settling' },
  { from: calling, on: stillOpen, when: 'cancelMayHaveLanded', to: 'needsAttention', reason: 'cancel-without-effect' },
  { from: calling, on: cancellable, when: 'mayCancelLater', to: 'waiting' },
  { from: [...checking, ...cancelling], on: ['created'], to: 'end:kept', reason: 'not-allowed' },
  { from: calling, on: ['inService'], to: 'end:kept', reason: 'confirmed' },
  { from: calling, on: ['completed'], to: 'end:kept', reason: 'amount-due' },
  { from: calling, on: ['otherDoing'], to: 'end:kept', reason: 'stage-unknown' },
  { from: calling, on: ['paid'], to: 'end:kept', reason: 'paid' },

  // The answer to the cancel, while the service order is still open.
  { from: cancelling, on: ['cancel:accepted'], to: 'confirming', pause: 'settling' },
  { from: cancelling, on: ['cancel:done', 'cancel:lost'], to: 'confirming' },
  { from: cancelling, on: ['cancel:inProgress'], to: 'unsettled', pause: 'inProgress' },
  { from: cancelling, on: ['cancel:tooOften'], to: 'unsettled', pause: 'tooOften' },
  { from: cancelling, on: ['cancel:notFound', 'cancel:refusedState'], to: 'unsettled', pause: 'refused' },
  { from: cancelling, on: ['cancel:refusedRequest'], to: 'needsAttention', reason: 'request-refused' },
  { from: cancelling, on: ['cancel:unclear'], to: 'unsettled', pause: 'unclearWrite' },
  { from: cancelling, on: ['cancel:superseded'], when: 'unconfirmed', to: 'confirming' },
  { from: cancelling, on: ['cancel:superseded'], to: 'checking' },

  // A wait is over, or a message ends it.
  { from: [...waiting, 'unsettled'], on: ['timer'], when: 'requestIsDue', to: 'cancelling' },
  { from: resting, on: ['cancelRequested'], when: 'requestIsDue', to: 'cancelling' },
  { from: waiting, on: ['cancelRequested'], to: 'waiting' },
  { from: resting, on: ['timer', ...notifications], to: 'checking' },
  { from: confirming, on: notifications, to: 'confirming' },
  { from: attention, on: ['retryRequested', 'resolveRequested'], to: 'checking' },
] as const satisfies readonly ServiceRow[];
