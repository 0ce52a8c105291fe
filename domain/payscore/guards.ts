import { isThirdHint } from '../hints.js';
import { allowedBy, cancelRaced, mayBeAllowedLater } from './requests.js';
import { STAGES, type ResolvedAs, type ServiceOrderState } from './state.js';
import { CANCEL_FRESHNESS, CANCEL_SETTLES_WITHIN, NOT_FOUND_APART, ROUNDS_BEFORE_A_PERSON } from './timing.js';
import type { ServiceTrigger } from './triggers.js';
import type { Instant } from '../time.js';

type Guard = (state: ServiceOrderState, now: Instant, trigger: ServiceTrigger) => boolean;

const mayCancel: Guard = (state, now) => !state.paidClaimed && allowedBy(state, now) !== undefined;
const isFresh: Guard = ({ lastAskedAt }, now) => lastAskedAt !== null && now - lastAskedAt <= CANCEL_FRESHNESS;

/** The conditions of the table, by name. */
export const GUARDS = {
  restIsOver: (state, now) => 'until' in state && now >= state.until,
  resolving: ({ resolution }) => resolution !== null,
  /** A person's word that it ended so gives way to one that says to stop watching. */
  resolutionStands: ({ resolution, released }, _now, trigger) =>
    resolution !== null && !released && (resolution.force || CONFIRMS[trigger] === resolution.as),
  released: ({ released }) => released,
  thirdHint: ({ phase, hints }, now) => isThirdHint(hints[phase === 'cancelling' ? 'cancel' : 'query'], now),
  /** Somebody who said to stop watching is asked nothing more. */
  notificationDisagrees: ({ paidNotified, released }) => paidNotified && !released,
  raceUnknown: (state) => cancelRaced(state) && !state.raceKnown && !state.released,
  neverExisted: ({ furthest, notFoundSince, lastAskedAt }) =>
    furthest === null &&
    notFoundSince !== null &&
    lastAskedAt !== null &&
    lastAskedAt - notFoundSince >= NOT_FOUND_APART,
  paidClaimed: ({ paidClaimed }) => paidClaimed,
  answerIsLate: ({ stage, furthest }) =>
    stage !== null && furthest !== null && STAGES.indexOf(stage) < STAGES.indexOf(furthest),
  requestRefused: ({ requestRefused }) => requestRefused,
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
