import type { PhaseWords, Row as FlowRow } from '../flow.js';
import type { PauseName } from '../waiting.js';
import type { GuardName } from './guards.js';
import type { AttentionReason, PhaseName } from './state.js';
import type { Trigger } from './triggers.js';

/** A phase: what happens in it, what heads its page, and what a list of workflows shows. */
export const PHASES = {
  awaitingPayment: {
    means: {
      en: 'The worker waits: for a notification, for a request, and at last for the deadline.',
      zh: '等待：支付通知、请求，最后是截止时间。',
    },
    title: { en: 'Waiting for the payment', zh: '等待付款' },
    visible: 'awaiting-payment',
  },
  checking: {
    means: { en: 'WeChat Pay is asked.', zh: '正在查单。' },
    title: { en: 'Asking WeChat Pay for the state of the order', zh: '正在向微信支付查询订单状态' },
  },
  userIsPaying: {
    means: {
      en: 'The shopper is entering a password. When that takes too long, an order that is due is closed once a minute at most: WeChat Pay refuses it while the shopper pays.',
      zh: '用户正在输入密码。若时间过长，已到期的订单至多每分钟尝试关单一次：支付过程中微信支付会拒绝。',
    },
    title: { en: 'The shopper is paying', zh: '用户正在支付' },
    visible: 'user-is-paying',
  },
  closing: {
    means: {
      en: 'One guarded close: a query; if it allows, the close; a query.',
      zh: '一次受保护的关单：先查单；若允许则关单；再查单。',
    },
    title: { en: 'Asking WeChat Pay once more, and closing the order', zh: '正在再次查单并关单' },
  },
  confirming: {
    means: {
      en: 'A query is to show the result of a close, or the payment that WeChat Pay claimed.',
      zh: '查单确认关单或所称支付的结果。',
    },
    title: { en: 'Asking WeChat Pay whether the close took effect', zh: '正在用查询结果确认关单' },
    visible: 'closing',
  },
  notFoundYet: {
    means: {
      en: 'WeChat Pay does not know the number. After two signed answers of that kind, 5 minutes apart, one close of an order that is due is tried.',
      zh: '微信支付查不到该单号。相隔 5 分钟两次得到已签名的此类应答后，对已到期的订单尝试关单一次。',
    },
    title: { en: 'WeChat Pay does not know the order yet', zh: '微信支付尚查不到该订单' },
    visible: 'not-found-yet',
  },
  unsettled: {
    means: {
      en: 'The last answer was inconclusive: lost, unsigned, unclear or refused for now. After a pause the worker does again what it was doing.',
      zh: '最近一次应答无定论：丢失、未签名、不明或暂被拒绝。稍后重试。',
    },
    title: { en: 'The last answer was inconclusive', zh: '最近一次应答无法作出判断' },
    visible: 'unsettled',
  },
  needsAttention: {
    means: {
      en: 'A person is asked; WeChat Pay still is, every hour.',
      zh: '已请人工处理；同时仍每小时查单。',
    },
    title: { en: 'A person is needed', zh: '需要人工处理' },
    visible: 'needs-attention',
  },
} as const satisfies Record<Exclude<PhaseName, 'ended'>, PhaseWords>;

/** Where a row leads, with what that phase needs: the pause before WeChat Pay is asked again, or why a person is asked. */
type RowEnd =
  | { readonly to: 'awaitingPayment' | 'checking' | End }
  /** One guarded close. `allows`: it may be sent also while the shopper is paying, or while the order is not found. */
  | { readonly to: 'closing'; readonly allows?: 'paying' | 'notFound' }
  /** Back to the wait that a check interrupted. */
  | { readonly to: 'back' }
  | { readonly to: 'confirming'; readonly pause?: PauseName }
  | { readonly to: 'userIsPaying' | 'notFoundYet' | 'unsettled'; readonly pause: PauseName }
  | { readonly to: 'needsAttention'; readonly reason: AttentionReason };

type End = 'end:paid' | 'end:closed' | 'end:neverExisted' | 'end:resolved' | 'end:released';

export type Row = FlowRow<PhaseName, Trigger, GuardName> & RowEnd;

const awaiting = ['awaitingPayment'] as const;
const closing = ['closing'] as const;
const confirming = ['confirming'] as const;
const checking = ['checking'] as const;
const asking = [...checking, 'confirming'] as const;
const pausing = ['userIsPaying', 'notFoundYet', 'unsettled'] as const;
const resting = [...pausing, 'needsAttention'] as const;
/** A call is in flight. */
const calling = [...asking, ...closing] as const;

/** The verified answers that end nothing, besides `wrongAmount`. */
const open = ['unpaid', 'paying', 'notFound'] as const;
const failed = ['unclear', 'hint', 'fatal'] as const;
/** All results of a query that end nothing. */
const inconclusive = ['wrongAmount', ...open, ...failed] as const;
/** Results of a close that a query may or may not have followed. */
const perhapsConfirmed = [
  ...failed,
  'close:accepted',
  'close:paid',
  'close:inProgress',
  'close:tooOften',
  'close:notFound',
  'close:refusedState',
  'close:unclear',
  'close:superseded',
  'close:tooEarly',
] as const;
/** All results of a guarded close that show no payment and no end. */
const undecided = [...open, ...perhapsConfirmed, 'close:refusedRequest', 'close:lost'] as const;

/**
 * The life of an order, as rows: from `from`, on `on`, if `when` holds, go to `to`. The first row that fits is taken. If
 * none fits, the order stays where it is. What an event teaches (see `learn`) is known before the rows are read.
 */
export const TIMEOUT_THEN_CLOSE = [
  // Decisive answers come first, whatever was requested. During a close, a notification waits for its result.
  { from: [...awaiting, ...asking, ...resting], on: ['notificationPaid'], to: 'end:paid' },
  { from: asking, on: ['notificationWrong'], when: 'releasing', to: 'end:released' },
  {
    from: [...awaiting, ...asking, ...resting],
    on: ['notificationWrong'],
    to: 'needsAttention',
    reason: 'amount-differs',
  },
  { from: calling, on: ['paid'], to: 'end:paid' },
  { from: calling, on: ['closed'], when: 'closedForSure', to: 'end:closed' },
  { from: closing, on: ['wrongAmount', ...undecided], when: 'notifiedPaid', to: 'end:paid' },

  // A person resolved it, and the query confirms that. This goes before a release.
  { from: checking, on: ['closed', ...inconclusive], when: 'resolutionConfirmed', to: 'end:resolved' },

  // A person stops the watching. The call in flight is awaited; after a close whose effect is not known, so is one query.
  { from: closing, on: [...perhapsConfirmed, 'close:lost'], when: 'releasingUnconfirmed', to: 'confirming' },
  {
    from: calling,
    on: ['closed', 'wrongAmount', ...open, ...perhapsConfirmed, 'close:refusedRequest'],
    when: 'releasing',
    to: 'end:released',
  },
  { from: confirming, on: ['releaseRequested'], to: 'confirming' },
  { from: [...awaiting, ...resting], on: ['releaseRequested'], to: 'end:released' },

  // A person resolved it, and the query does not confirm that.
  {
    from: checking,
    on: ['closed', ...inconclusive],
    when: 'resolutionPending',
    to: 'needsAttention',
    reason: 'resolution-contradicted',
  },

  // Results that any call can have. An inconclusive check leads back to the wait that it interrupted.
  { from: calling, on: ['closed'], to: 'needsAttention', reason: 'notification-and-query-disagree' },
  { from: calling, on: ['wrongAmount'], to: 'needsAttention', reason: 'amount-differs' },
  { from: closing, on: undecided, when: 'notifiedWrong', to: 'needsAttention', reason: 'amount-differs' },
  { from: checking, on: ['fatal', 'hint'], when: 'personIsAsked', to: 'back' },
  { from: calling, on: ['fatal'], to: 'needsAttention', reason: 'fatal-answer' },
  { from: calling, on: ['hint'], when: 'signatureRefused', to: 'needsAttention', reason: 'signature-refused' },
  { from: asking, on: ['unpaid', 'paying', 'notFound', 'unclear', 'hint'], when: 'onlyChecking', to: 'back' },
  { from: calling, on: ['hint'], to: 'unsettled', pause: 'hint' },
  { from: calling, on: ['unclear'], to: 'unsettled', pause: 'unclear' },

  // What a checkout asks for.
  { from: [...awaiting, ...pausing], on: ['closeRequested'], when: 'closeIsNewlyDue', to: 'closing' },
  { from: [...awaiting, ...resting], on: ['checkRequested'], when: 'mayCheck', to: 'checking' },
  { from: confirming, on: ['checkRequested'], when: 'mayCheck', to: 'confirming' },
  { from: [...awaiting, 'notFoundYet', 'unsettled'], on: ['placementFailed'], when: 'placementFailed', to: 'checking' },

  // What the last verified answer says.
  { from: asking, on: ['unpaid'], when: 'paidClaimed', to: 'confirming', pause: 'paidClaimed' },
  { from: asking, on: ['unpaid', 'paying'], when: 'closeIsSettling', to: 'confirming', pause: 'settling' },
  { from: confirming, on: ['unpaid'], when: 'closeDidNotSettle', to: 'closing' },
  { from: confirming, on: ['unpaid'], when: 'mayClose', to: 'unsettled', pause: 'unclearWrite' },
  { from: checking, on: ['unpaid'], when: 'mayClose', to: 'closing' },
  { from: calling, on: ['unpaid'], to: 'awaitingPayment' },
  { from: asking, on: ['paying'], when: 'payingTooLong', to: 'closing', allows: 'paying' },
  { from: calling, on: ['paying'], to: 'userIsPaying', pause: 'userIsPaying' },
  { from: calling, on: ['notFound'], when: 'neverExisted', to: 'end:neverExisted' },
  { from: calling, on: ['notFound'], when: 'mayCloseUnseen', to: 'closing', allows: 'notFound' },
  { from: calling, on: ['notFound'], to: 'notFoundYet', pause: 'notFound' },

  // The answer to the close, while the order still shows as unpaid.
  { from: closing, on: ['close:accepted'], to: 'confirming', pause: 'settling' },
  { from: closing, on: ['close:paid', 'close:lost'], to: 'confirming' },
  { from: closing, on: ['close:inProgress'], to: 'unsettled', pause: 'inProgress' },
  { from: closing, on: ['close:tooOften'], to: 'unsettled', pause: 'tooOften' },
  { from: closing, on: ['close:notFound'], to: 'unsettled', pause: 'notFound' },
  { from: closing, on: ['close:refusedState'], to: 'unsettled', pause: 'refused' },
  { from: closing, on: ['close:refusedRequest'], to: 'needsAttention', reason: 'request-refused' },
  { from: closing, on: ['close:unclear'], to: 'unsettled', pause: 'unclearWrite' },
  { from: closing, on: ['close:tooEarly'], to: 'unsettled', pause: 'unclear' },
  { from: closing, on: ['close:superseded'], when: 'unconfirmed', to: 'confirming' },
  { from: closing, on: ['close:superseded'], to: 'awaitingPayment' },

  // The wait or pause is over, or a person ends it.
  { from: [...awaiting, 'unsettled'], on: ['timer', 'retryRequested'], when: 'mayCloseNow', to: 'closing' },
  { from: [...awaiting, ...resting], on: ['timer', 'retryRequested'], to: 'checking' },
  { from: confirming, on: ['retryRequested'], to: 'confirming' },
  { from: ['needsAttention'], on: ['resolveRequested'], to: 'checking' },
] as const satisfies readonly Row[];
