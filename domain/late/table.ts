import type { Guard, PhaseWords, Row as FlowRow } from '../flow.js';
import { signatureIsRefused } from '../waiting.js';
import { differsInAmount, isFinding, isShownAsKnown, isShownAsOnly } from './facts.js';
import type { LatePhaseName, LateReason, LateState } from './state.js';
import type { LateTrigger } from './triggers.js';

/** A phase: what happens in it, what heads its page, and what a list of workflows shows. */
export const PHASES = {
  checking: {
    means: {
      en: 'WeChat Pay is asked. After the first time, the list goes on showing the state before.',
      zh: '正在查单。之后再查时，列表仍显示原状态。',
    },
    title: { en: 'Asking WeChat Pay about a payment after the end', zh: '正在向微信支付查询了结后的付款' },
    visible: 'late-payment-checking',
  },
  unsettled: {
    means: {
      en: 'The last answer was inconclusive: lost, unsigned, unclear, or the payment is not shown yet.',
      zh: '最近一次应答无定论：丢失、未签名、不明，或尚未显示该笔付款。',
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
} as const satisfies Record<Exclude<LatePhaseName, 'ended'>, PhaseWords>;

/** The conditions of the rows. */
export const GUARDS = {
  isTheKnown: {
    means: {
      en: 'the order had ended as paid, the query shows that payment with that amount, and no notification reports another',
      zh: '订单此前以已支付了结，查单显示该笔付款且金额相符，且无通知报告另一笔',
    },
    holds: isShownAsKnown,
  },
  endedPaid: {
    means: {
      en: 'the order had ended as paid: by itself, or because a person resolved it so',
      zh: '订单此前以已支付了结（自动或人工认定）',
    },
    holds: ({ known }) => known !== null,
  },
  isTheOnly: {
    means: {
      en: 'the order had not ended as paid, and no notification reports another payment than the query shows',
      zh: '订单此前并非以已支付了结，且无通知报告查单所示以外的付款',
    },
    holds: isShownAsOnly,
  },
  isSecond: {
    means: {
      en: 'there are two payments: a query showed another than the order had ended with, or a further notification reported another',
      zh: '有两笔付款：查单显示的与了结时的不同，或又有通知报告另一笔',
    },
    holds: ({ isSecond }) => isSecond,
  },
  amountDiffers: {
    means: {
      en: 'the order had ended as paid, and the query shows another amount than it should have, or ended with',
      zh: '订单此前以已支付了结，而查单所示金额与应付或了结时的金额不符',
    },
    holds: (state) => state.known !== null && state.shown !== null && differsInAmount(state, state.shown),
  },
  releasing: {
    means: { en: 'a person pressed _Request Cancellation_', zh: '有人点击了 _Request Cancellation_' },
    holds: ({ releaseRequested }) => releaseRequested,
  },
  signatureRefused: {
    means: {
      en: 'the query was refused for its signature three times in a row, over two minutes',
      zh: '查单两分钟内连续三次因签名被拒绝',
    },
    holds: (state, now) => signatureIsRefused(state, state.timing, now),
  },
  personAsked: {
    means: { en: 'a person is asked already', zh: '已请人工处理' },
    holds: ({ asked }) => asked !== null,
  },
  moneyFound: {
    means: { en: 'a person is asked already, about the money', zh: '已就款项请人工处理' },
    holds: ({ asked }) => isFinding(asked),
  },
} as const satisfies Record<string, Guard<LateState, LateTrigger>>;

export type LateGuardName = keyof typeof GUARDS;

type RowEnd =
  | { readonly to: 'checking' | 'end:known' | 'end:refunded' | 'end:recorded' | 'end:released' }
  | { readonly to: 'unsettled'; readonly pause: 'unclear' | 'hint' }
  /** `asBefore`: a person who is asked already goes on being asked about the same. */
  | { readonly to: 'needsAttention'; readonly reason: LateReason | 'asBefore' };

export type LateRow = FlowRow<LatePhaseName, LateTrigger, LateGuardName> & RowEnd;

const checking = ['checking'] as const;
const resting = ['unsettled', 'needsAttention'] as const;
const open = [...checking, ...resting] as const;
const seen = ['paid', 'refunded'] as const;
const unanswered = ['unclear', 'hint', 'fatal'] as const;

/**
 * The life of a late payment, as rows: the first that fits is taken. If none fits, it stays where it is. What an event
 * teaches (see `learn`) is known before the rows are read.
 */
export const LATE_PAYMENT = [
  // A further payment is never lost, even if a person has just recorded the first.
  { from: [...open, 'ended'], on: ['notificationAnother'], to: 'needsAttention', reason: 'paid-twice' },

  // A wait is over, or a person ends the wait or the watching.
  { from: resting, on: ['timer', 'retryRequested'], to: 'checking' },
  { from: open, on: ['recorded'], to: 'end:recorded' },
  { from: resting, on: ['releaseRequested'], when: 'releasing', to: 'end:released' },

  // The query settles it. A release waits for the query in flight, and that one may settle it too.
  { from: checking, on: seen, when: 'isTheKnown', to: 'end:known' },
  { from: checking, on: ['refunded'], when: 'isTheOnly', to: 'end:refunded' },
  { from: checking, on: [...seen, 'unnamed', 'closed', ...unanswered], when: 'releasing', to: 'end:released' },

  // Findings about the money: a person must know.
  { from: checking, on: [...seen, 'unnamed', 'closed'], when: 'isSecond', to: 'needsAttention', reason: 'paid-twice' },
  { from: checking, on: [...seen, 'unnamed'], when: 'amountDiffers', to: 'needsAttention', reason: 'amount-differs' },
  { from: checking, on: ['paid'], when: 'endedPaid', to: 'needsAttention', reason: 'notification-and-query-disagree' },
  { from: checking, on: ['paid'], to: 'needsAttention', reason: 'paid-after-close' },
  { from: checking, on: ['refunded', 'closed'], to: 'needsAttention', reason: 'notification-and-query-disagree' },

  // Results that any query can have. A person who is asked about the money stays asked about it.
  { from: checking, on: ['fatal'], when: 'moneyFound', to: 'needsAttention', reason: 'asBefore' },
  { from: checking, on: ['fatal'], to: 'needsAttention', reason: 'fatal-answer' },
  { from: checking, on: ['hint', 'unclear', 'unnamed'], when: 'personAsked', to: 'needsAttention', reason: 'asBefore' },
  { from: checking, on: ['hint'], when: 'signatureRefused', to: 'needsAttention', reason: 'signature-refused' },
  { from: checking, on: ['hint'], to: 'unsettled', pause: 'hint' },
  { from: checking, on: ['unclear', 'unnamed'], to: 'unsettled', pause: 'unclear' },
] as const satisfies readonly LateRow[];
