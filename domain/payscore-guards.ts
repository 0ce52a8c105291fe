import { allowedBy, cancelRaced, mayBeAllowedLater } from './payscore-requests.js';
import { STAGES, type ResolvedAs, type ServiceOrderState } from './payscore-state.js';
import { CANCEL_FRESHNESS, CANCEL_SETTLES_WITHIN, NOT_FOUND_APART, ROUNDS_BEFORE_A_PERSON } from './payscore-timing.js';
import type { ServiceTrigger } from './payscore-triggers.js';
import type { Instant } from './time.js';
import { HINTS_BEFORE_A_PERSON } from './timing.js';

type Guard = (state: ServiceOrderState, now: Instant, trigger: ServiceTrigger) => boolean;

const mayCancel: Guard = (state, now) => !state.paidClaimed && allowedBy(state, now) !== undefined;
const isFresh: Guard = ({ lastAskedAt }, now) => lastAskedAt !== null && now - lastAskedAt <= CANCEL_FRESHNESS;

/** The conditions of the table, by name. */
export const GUARDS = {
  restIsOver: (state, now) => 'until' in state && now >= state.until,
  resolving: ({ resolution }) => resolution !== null,
  resolutionStands: ({ resolution }, _now, trigger) =>
    resolution !== null && (resolution.force || CONFIRMS[trigger] === resolution.as),
  released: ({ released }) => released,
  thirdHint: ({ phase, hints }) => hints[phase === 'cancelling' ? 'cancel' : 'query'] >= HINTS_BEFORE_A_PERSON,
  /** Somebody who said to stop watching is asked nothing more. */
  noticeDisagrees: ({ paidNoticed, released }) => paidNoticed && !released,
  raceUnknown: (state) => cancelRaced(state) && !state.raceKnown && !state.released,
  neverExisted: ({ furthest, notFoundSince, lastAskedAt }) =>
    furthest === null &&
    notFoundSince !== null &&
    lastAskedAt !== null &&
    lastAskedAt - notFoundSince >= NOT_FOUND_APART,
  paidClaimed: ({ paidClaimed }) => paidClaimed,
  answerIsLate: ({ stage, furthest }) =>
    stage !== null && furthest !== null && STAGES.indexOf(stage) < STAGES.indexOf(furthest),
  /** Refused as faulty, and nothing has changed that could explain it. */
  requestRefused: ({ requestRefused, attempt, stage, totalDue }) =>
    requestRefused && attempt?.stage === stage && (stage !== 'completed' || attempt.totalDue === totalDue),
  tooManyRounds: ({ rounds }) => rounds >= ROUNDS_BEFORE_A_PERSON,
  mayCancel: (state, now, trigger) => mayCancel(state, now, trigger) && isFresh(state, now, trigger),
  queryTooOld: mayCancel,
  cancelIsSettling: ({ cancelLandedAt }, now) =>
    cancelLandedAt !== null && now - cancelLandedAt < CANCEL_SETTLES_WITHIN,
  cancelClaimed: ({ cancelClaimed }) => cancelClaimed,
  mayCancelLater: mayBeAllowedLater,
} as const satisfies Record<string, Guard>;

export type ServiceGuardName = keyof typeof GUARDS;

/** What a person may call a service order about which WeChat Pay said this. What is not here says nothing. */
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
