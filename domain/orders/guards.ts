import type { Guard } from '../flow.js';
import { notFoundApart, signatureIsRefused } from '../waiting.js';
import { amountIsRight, endOfLife, isDue } from './facts.js';
import type { OrderState, Resolution } from './state.js';
import type { Trigger } from './triggers.js';
import type { Instant } from '../time.js';

/** The answer that confirms a resolution. A payment of the right amount ends the order without one. */
const CONFIRMS: Record<Resolution['as'], Trigger> = {
  paid: 'wrongAmount',
  closed: 'closed',
  'never-existed': 'notFound',
};

/** Whether a close was accepted so recently that a query may not show it yet. */
const isSettling = ({ closeAcceptedAt, order }: OrderState, now: Instant): boolean =>
  closeAcceptedAt !== null && now - closeAcceptedAt < order.timing.closeSettlesWithin;

const mayClose = (state: OrderState, now: Instant): boolean =>
  isDue(state, now) && !state.paidClaimed && !isSettling(state, now) && state.interrupted === null;

/** A payment of the right amount was reported while a close was in flight. */
const wasNotified = ({ told, order }: OrderState): boolean => told.some((each) => amountIsRight(order, each));

export const GUARDS = {
  mayClose: {
    means: {
      en: 'it is due (the deadline has come, or a close was asked for; and the 5 minutes and their margin are over), WeChat Pay has not called it paid, no close was accepted less than 5 minutes ago, and this is not only a check',
      zh: '已到期（已到截止时间或已请求关单，且已过 5 分钟及其余量），微信支付未称其已支付，5 分钟内没有已受理的关单，且不只是一次检查',
    },
    holds: mayClose,
  },
  mayCloseNow: {
    means: {
      en: 'it may be closed, and the checkout did not say that the placement failed',
      zh: '可以关单，且未被告知下单失败',
    },
    holds: (state, now) => mayClose(state, now) && state.placementFailed === null,
  },
  placementFailed: {
    means: { en: 'the checkout said that the placement failed', zh: '收银系统称下单失败' },
    holds: ({ placementFailed }) => placementFailed !== null,
  },
  paidClaimed: {
    means: {
      en: 'WeChat Pay has called the order paid: no close is sent any more',
      zh: '微信支付曾称该订单已支付：不再关单',
    },
    holds: ({ paidClaimed }) => paidClaimed,
  },
  signatureRefused: {
    means: {
      en: 'one of the two calls was refused for its signature three times in a row, over two minutes',
      zh: '某一调用两分钟内连续三次因签名被拒绝',
    },
    holds: (state, now) => signatureIsRefused(state, state.order.timing, now),
  },
  mayCheck: {
    means: {
      en: 'no query is on its way, and the last came back 2 seconds ago or longer',
      zh: '没有进行中的查单，且上次查单返回已过 2 秒',
    },
    holds: (state, now) =>
      !(state.phase === 'confirming' && now >= state.until) &&
      (state.queriedAt === null || now - state.queriedAt >= state.order.timing.checkInterval),
  },
  onlyChecking: {
    means: { en: 'the query was a check only, made for `checkNow`', zh: '该查单仅为 `checkNow` 而做' },
    holds: ({ interrupted }) => interrupted !== null,
  },
  personIsAsked: {
    means: { en: 'the query was a check only, and a person is being asked', zh: '该查单仅为检查，且正等待人工处理' },
    holds: ({ interrupted }) => interrupted?.phase === 'needsAttention',
  },
  closeIsNewlyDue: {
    means: {
      en: 'it may be closed, and this is the first request to close',
      zh: '可以关单，且这是首次关单请求',
    },
    holds: (state, now) => mayClose(state, now) && state.closeRequested?.at === now,
  },
  releasing: {
    means: { en: 'a person pressed _Request Cancellation_', zh: '有人点击了 _Request Cancellation_' },
    holds: ({ releaseRequested }) => releaseRequested,
  },
  releasingUnconfirmed: {
    means: {
      en: 'a person pressed _Request Cancellation_, a close may have been sent, and no query was answered since',
      zh: '有人点击了 _Request Cancellation_，且可能已发送的关单尚未经查单确认',
    },
    holds: ({ releaseRequested, closeUnconfirmed }) => releaseRequested && closeUnconfirmed,
  },
  unconfirmed: {
    means: {
      en: 'a close may have been sent, and no query was answered since',
      zh: '可能已发送的关单尚未经查单确认',
    },
    holds: ({ closeUnconfirmed }) => closeUnconfirmed,
  },
  notifiedPaid: {
    means: {
      en: 'a verified notification came meanwhile: paid, with the right amount',
      zh: '其间收到已验签的通知：已支付，金额相符',
    },
    holds: wasNotified,
  },
  notifiedWrong: {
    means: {
      en: 'a verified notification came meanwhile: paid, with another amount',
      zh: '其间收到已验签的通知：已支付，金额不符',
    },
    holds: ({ paidShown }) => paidShown,
  },
  resolutionConfirmed: {
    means: {
      en: 'a person resolved it, and the answer confirms that, or `force` is true',
      zh: '人工认定的结果得到应答证实，或指定了 `force`',
    },
    holds: ({ resolution }, _, trigger) =>
      resolution !== null && (resolution.force || CONFIRMS[resolution.as] === trigger),
  },
  resolutionPending: {
    means: {
      en: 'a person resolved it, and the answer does not confirm that',
      zh: '人工认定的结果未得到应答证实',
    },
    holds: ({ resolution }) => resolution !== null,
  },
  closedForSure: {
    means: {
      en: 'no verified notification or answer has ever shown a payment',
      zh: '从未有已验签的通知或应答显示付款',
    },
    holds: ({ paidShown }) => !paidShown,
  },
  payingTooLong: {
    means: {
      en: 'it may be closed, the shopper has been paying for 10 minutes, and no close was tried for a minute',
      zh: '可以关单，用户支付已达 10 分钟，且一分钟内未尝试关单',
    },
    holds: (state, now) => {
      const { payingSince, closeTriedAt, order } = state;
      const { payingTooLong, pauses } = order.timing;
      const isLong = payingSince !== null && now - payingSince >= payingTooLong;
      return mayClose(state, now) && isLong && !(closeTriedAt !== null && now - closeTriedAt < pauses.userIsPaying.max);
    },
  },
  closeIsSettling: {
    means: { en: 'a close was accepted less than 5 minutes ago', zh: '关单在 5 分钟内已被受理' },
    holds: isSettling,
  },
  closeDidNotSettle: {
    means: {
      en: 'it may be closed, and a close was accepted but has not taken effect in its time',
      zh: '可以关单，且已受理的关单未在期限内生效',
    },
    holds: (state, now) => mayClose(state, now) && state.closeAcceptedAt !== null,
  },
  neverExisted: {
    means: {
      en: 'nothing has ever shown the order, a close was tried, and the life of a payment is over',
      zh: '从未见到该订单，已尝试关单，且付款有效期已过',
    },
    holds: (state, now) => !state.seen && !state.paidClaimed && state.closedUnseen && now >= endOfLife(state),
  },
  mayCloseUnseen: {
    means: {
      en: 'it may be closed, nothing has ever shown it, two signed not-founds are 5 minutes apart (or its pause, if that is shorter), and no close was tried for them',
      zh: '可以关单，从未见到该订单，两次已签名的“查不到”相隔 5 分钟（若设定的间隔更短则以其为准），且尚未为此尝试关单',
    },
    holds: (state, now) =>
      mayClose(state, now) &&
      !state.seen &&
      !state.closedUnseen &&
      state.notFoundSince !== null &&
      now - state.notFoundSince >= notFoundApart(state.order.timing) &&
      !(state.closeTriedAt !== null && now - state.closeTriedAt < notFoundApart(state.order.timing)),
  },
} as const satisfies Record<string, Guard<OrderState, Trigger>>;

export type GuardName = keyof typeof GUARDS;
