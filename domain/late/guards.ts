import type { Guard } from '../flow.js';
import { signatureIsRefused } from '../waiting.js';
import { differsInAmount, isFinding, isShownAsKnown, isShownAsOnly } from './facts.js';
import type { LateState } from './state.js';
import type { LateTrigger } from './triggers.js';

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
