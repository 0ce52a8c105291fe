import type { Guard } from '../flow.js';
import type { Instant } from '../time.js';
import { notFoundApart, signatureIsRefused } from '../waiting.js';
import { cancelRaced, dueRequests, isAllowed, mayBeAllowedLater } from './due.js';
import { CANCELS_BEFORE_A_PERSON, isLate } from './order.js';
import type { ResolvedAs, ServiceOrderState } from './state.js';
import type { ServiceTrigger } from './triggers.js';

/** The resolution that each answer confirms. Other triggers confirm none. */
const CONFIRMS: Partial<Record<ServiceTrigger, ResolvedAs>> = {
  created: 'kept',
  inService: 'kept',
  completed: 'kept',
  otherDoing: 'kept',
  paid: 'kept',
  done: 'done',
  revoked: 'cancelled',
  expired: 'expired',
  notFound: 'never-existed',
};

const mayCancel = (state: ServiceOrderState, now: Instant): boolean => !state.paidClaimed && isAllowed(state, now);

const isWithin = (since: Instant | null, { timing }: ServiceOrderState, now: Instant): boolean =>
  since !== null && now - since < timing.cancelSettlesWithin;

const cancelIsSettling = (state: ServiceOrderState, now: Instant): boolean =>
  isWithin(state.cancelAcceptedAt, state, now);

export const GUARDS = {
  requestIsDue: {
    means: {
      en: 'a request is due, WeChat Pay has not called the service order paid, and no cancel was accepted less than 5 minutes ago',
      zh: '有请求到期，未被称为已支付，且 5 分钟内没有已受理的取消',
    },
    holds: (state, now) => !state.paidClaimed && dueRequests(state, now).length > 0 && !cancelIsSettling(state, now),
  },
  resolutionPending: {
    means: { en: 'a person resolved it', zh: '人工已认定结果' },
    holds: ({ resolution }) => resolution !== null,
  },
  resolutionConfirmed: {
    means: {
      en: 'a person resolved it, and the answer confirms that, or `force` is true',
      zh: '人工认定的结果得到应答证实，或指定了 `force`',
    },
    holds: ({ resolution }, _, trigger) =>
      resolution !== null && (resolution.force || CONFIRMS[trigger] === resolution.as),
  },
  releasing: {
    means: { en: 'a person pressed _Request Cancellation_', zh: '有人点击了 _Request Cancellation_' },
    holds: ({ releaseRequested }) => releaseRequested,
  },
  releasingUnconfirmed: {
    means: {
      en: 'a person pressed _Request Cancellation_, a cancel may have been sent, and no query was answered since',
      zh: '有人点击了 _Request Cancellation_，且可能已发送的取消尚未经查询确认',
    },
    holds: ({ releaseRequested, cancelUnconfirmed }) => releaseRequested && cancelUnconfirmed,
  },
  unconfirmed: {
    means: {
      en: 'a cancel may have been sent, and no query was answered since',
      zh: '可能已发送的取消尚未经查询确认',
    },
    holds: ({ cancelUnconfirmed }) => cancelUnconfirmed,
  },
  signatureRefused: {
    means: {
      en: 'one of the two calls was refused for its signature three times in a row, over two minutes',
      zh: '某一调用两分钟内连续三次因签名被拒绝',
    },
    holds: (state, now) => signatureIsRefused(state, state.timing, now),
  },
  notificationDisagrees: {
    means: {
      en: 'a verified notification said that the user has paid, and no person pressed _Request Cancellation_',
      zh: '已验签的通知称用户已支付，且无人点击 _Request Cancellation_',
    },
    holds: ({ paidNotified, releaseRequested }) => paidNotified && !releaseRequested,
  },
  raceUnknown: {
    means: {
      en: 'a cancel of ours took effect although money was due that no request gave up, and no person was asked about it yet',
      zh: '我方取消生效时有未放弃的应付金额，且尚未就此请人工处理',
    },
    holds: (state) => cancelRaced(state) && !state.raceKnown && !state.releaseRequested,
  },
  neverExisted: {
    means: {
      en: 'WeChat Pay has never shown it, and two signed not-founds are 5 minutes apart (or its pause, if that is shorter)',
      zh: '从未见到该单，且两次已签名的“查不到”相隔 5 分钟（若设定的间隔更短则以其为准）',
    },
    holds: ({ furthest, notFoundSince, timing }, now) =>
      furthest === null && notFoundSince !== null && now - notFoundSince >= notFoundApart(timing),
  },
  paidClaimed: {
    means: {
      en: 'WeChat Pay has said USER_PAID or ORDER_DONE: no cancel is sent any more',
      zh: '曾称 USER_PAID 或 ORDER_DONE：不再取消',
    },
    holds: ({ paidClaimed }) => paidClaimed,
  },
  answerIsLate: {
    means: {
      en: 'the answer shows less than an earlier answer or notification did',
      zh: '应答所示进度少于此前的应答或通知',
    },
    holds: ({ stage, furthest }) => isLate(stage, furthest),
  },
  cancelIsSettling: {
    means: { en: 'a cancel was accepted less than 5 minutes ago', zh: '取消在 5 分钟内已被受理' },
    holds: cancelIsSettling,
  },
  tooManyCancels: {
    means: { en: 'five accepted cancels left it open', zh: '五次已受理的取消均未生效' },
    holds: ({ acceptedCancels }) => acceptedCancels >= CANCELS_BEFORE_A_PERSON,
  },
  mayCancel: {
    means: {
      en: 'a request that is due allows it, and WeChat Pay has not called it paid',
      zh: '有到期的请求允许取消，且未被称为已支付',
    },
    holds: mayCancel,
  },
  cancelDidNotSettle: {
    means: {
      en: 'it may be cancelled, and the last cancel that may have been carried out was accepted, but has not taken effect in its time',
      zh: '可以取消，且最近一次可能已执行的取消已受理，但未在期限内生效',
    },
    holds: (state, now) =>
      mayCancel(state, now) && state.cancelAcceptedAt !== null && state.cancelAcceptedAt === state.cancelLandedAt,
  },
  cancelMayStillLand: {
    means: {
      en: 'a cancel was carried out, or may have been, less than 5 minutes ago',
      zh: '取消在 5 分钟内已执行或可能已执行',
    },
    holds: (state, now) => isWithin(state.cancelLandedAt, state, now),
  },
  cancelMayHaveLanded: {
    means: { en: 'a cancel was carried out, or may have been', zh: '取消已执行或可能已执行' },
    holds: ({ cancelLandedAt }) => cancelLandedAt !== null,
  },
  mayCancelLater: {
    means: {
      en: 'a request that is not due yet may allow it then; or there is none yet, and it is only created',
      zh: '尚未到期的请求届时可能允许；或尚无请求且仅为已创建',
    },
    holds: mayBeAllowedLater,
  },
} as const satisfies Record<string, Guard<ServiceOrderState, ServiceTrigger>>;

export type ServiceGuardName = keyof typeof GUARDS;
