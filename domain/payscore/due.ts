import { required } from '../flow.js';
import type { Instant } from '../time.js';
import type { CancelServiceOrderInput } from './order.js';
import type { ServiceFacts, ServiceOrderState } from './state.js';
import { allows, allowsAfter, type CancelRequest } from './write.js';

type Requested = Pick<ServiceFacts, 'requests'>;

/** The requests that are due, in the order in which they came. */
export function dueRequests({ requests }: Requested, now: Instant): readonly CancelRequest[] {
  return requests.filter(({ dueAt }) => dueAt <= now);
}

/** Whether a request that is due allows a cancel of the service order as the last verified answer showed it. */
export function isAllowed(facts: ServiceFacts, now: Instant): boolean {
  return dueRequests(facts, now).some((request) => allows(request, facts));
}

/**
 * Whether a request that is not due yet may allow a cancel then: at this stage, or at one that may follow. A service
 * order that is only created may still get its first request.
 */
export function mayBeAllowedLater(facts: ServiceFacts, now: Instant): boolean {
  if (facts.requests.length === 0) return facts.stage === 'created';
  return facts.requests.some(
    (request) => request.dueAt > now && (allows(request, facts) || allowsAfter(request, facts.stage)),
  );
}

/** The input of the guarded cancel. Its body was frozen when the first cancel was scheduled. */
export function cancelInput(facts: ServiceFacts, now: Instant): CancelServiceOrderInput {
  const { order, frozen, furthest, paidClaimed } = facts;
  const { reason } = required(frozen, 'the body of a cancel');
  return { order, reason, requests: dueRequests(facts, now), known: { furthest, paidClaimed } };
}

/** The next instant at which a request becomes due; `null`: none will. */
export function nextDueAt({ requests }: Requested, now: Instant): Instant | null {
  const coming = requests.map(({ dueAt }) => dueAt).filter((dueAt) => dueAt > now);
  return coming.length === 0 ? null : Math.min(...coming);
}

/**
 * The deadline that a list shows: in a wait, when the next request becomes due; otherwise when the last one became due,
 * which is in progress. `null`: there is none.
 */
export function shownDueAt(state: ServiceOrderState, now: Instant): Instant | null {
  const next = nextDueAt(state, now);
  if (state.phase === 'waiting') return next;
  const past = dueRequests(state, now).map(({ dueAt }) => dueAt);
  return past.length === 0 ? next : Math.max(...past);
}

/** Whether a check is due: a request is, or there is none that could become due. */
export function checkIsDue(facts: Requested, now: Instant): boolean {
  return facts.requests.length === 0 || dueRequests(facts, now).length > 0;
}

/** Whether a cancel may be sent at any moment, or was: a request is due. The merchant must not complete the order meanwhile. */
export function isCancelling(state: ServiceOrderState, now: Instant): boolean {
  return state.phase !== 'ended' && dueRequests(state, now).length > 0;
}

/** Whether a cancel of ours may have taken effect although money had become due that no request gave up. */
export function cancelRaced({
  cancelLandedAt,
  furthest,
  totalDue,
  allowedFor,
}: Pick<ServiceFacts, 'cancelLandedAt' | 'furthest' | 'totalDue' | 'allowedFor'>): boolean {
  const moneyWasDue = furthest === 'completed' && totalDue !== 0;
  const wasGivenUp = allowedFor?.stage === 'completed' && allowedFor.totalDue === totalDue;
  return cancelLandedAt !== null && moneyWasDue && !wasGivenUp;
}

/** The answer to a request to cancel. */
export interface RequestAnswer {
  readonly requestId: string;
  /** The first instant at which the cancel may be sent. */
  readonly dueAt: Instant;
  /** The reason that every cancel carries (S1). `null`: none was scheduled yet. */
  readonly reasonSent: string | null;
  /** The request came with another reason, which is not sent. */
  readonly reasonDiffers: boolean;
}

/** The answer to a request; `undefined`: no request of that id was accepted. */
export function requestAnswer(
  { requests, frozen }: Pick<ServiceFacts, 'requests' | 'frozen'>,
  requestId: string,
): RequestAnswer | undefined {
  const request = requests.find((each) => each.requestId === requestId);
  if (request === undefined) return undefined;
  const reasonSent = frozen?.reason ?? null;
  const reasonDiffers = reasonSent !== null && reasonSent !== request.reason;
  return { requestId, dueAt: request.dueAt, reasonSent, reasonDiffers };
}

/** Whether two requests ask for the same, apart from when they become due. */
export function asksTheSame(one: CancelRequest, other: CancelRequest): boolean {
  return (
    one.reason === other.reason &&
    one.giveUp?.total === other.giveUp?.total &&
    one.mayCancel.join() === other.mayCancel.join()
  );
}
