import { STAGES, type CancelRequest, type ServiceFacts, type ServiceOrderState, type Stage } from './state.js';
import type { Instant } from '../time.js';

type Found = Pick<ServiceFacts, 'requests' | 'stage' | 'totalDue'>;

/** The first request that is due and allows a cancel of the service order as the last verified answer showed it. */
export function allowedBy(facts: Found, now: Instant): CancelRequest | undefined {
  return facts.requests.find((request) => request.dueAt <= now && allows(request, facts));
}

/**
 * Whether a request that is not due yet may allow a cancel then: at this stage, or at one that may follow. A service
 * order that is only created may still get its first request.
 */
export function mayBeAllowedLater(facts: Found, now: Instant): boolean {
  if (facts.requests.length === 0) return facts.stage === 'created';
  return facts.requests.some(
    (request) => request.dueAt > now && (allows(request, facts) || coversAfter(request, facts.stage)),
  );
}

/** The next instant at which a request becomes due, or `null` where none will. */
export function nextDueAt({ requests }: Pick<ServiceFacts, 'requests'>, now: Instant): Instant | null {
  const coming = requests.map(({ dueAt }) => dueAt).filter((dueAt) => dueAt > now);
  return coming.length === 0 ? null : Math.min(...coming);
}

/**
 * From when on a list shows the service order as one to be cancelled: the next request in a wait; otherwise the last one
 * that became due, which is being worked on. `null`: none.
 */
export function shownDueAt(state: ServiceOrderState, now: Instant): Instant | null {
  const next = nextDueAt(state, now);
  if (state.phase === 'waiting') return next;
  const past = state.requests.map(({ dueAt }) => dueAt).filter((dueAt) => dueAt <= now);
  return past.length === 0 ? next : Math.max(...past);
}

/** Whether a check is due: a request is, or there is none that could become due. */
export function patienceCounts({ requests }: Pick<ServiceFacts, 'requests'>, now: Instant): boolean {
  return requests.length === 0 || requests.some(({ dueAt }) => dueAt <= now);
}

/**
 * Whether a cancel may be sent at any moment, or was, because a request is due. The service must not complete the order
 * meanwhile.
 */
export function isCancelling({ phase, requests }: ServiceOrderState, now: Instant): boolean {
  return phase !== 'ended' && requests.some(({ dueAt }) => dueAt <= now);
}

/** Whether a cancel of ours took effect although money had become due that nobody gave up. */
export function cancelRaced(facts: Pick<ServiceFacts, 'cancelledByUs' | 'furthest' | 'totalDue' | 'attempt'>): boolean {
  const { cancelledByUs, furthest, totalDue, attempt } = facts;
  const moneyWasDue = furthest === 'completed' && totalDue !== 0;
  const givenUp = attempt?.stage === 'completed' && attempt.totalDue === totalDue;
  return cancelledByUs && moneyWasDue && !givenUp;
}

/** What a caller is told of a request: whether its reason is the one that goes to WeChat Pay. */
export interface RequestAnswer {
  readonly requestId: string;
  /** The first instant at which the cancel may be sent. */
  readonly dueAt: Instant;
  /** The reason that was sent, which every further attempt repeats (S1). `null`: none was sent yet. */
  readonly reasonSent: string | null;
  /** The request came with another reason, which is not sent. */
  readonly reasonDiffers: boolean;
}

/** The answer to a request that was taken, or `undefined` where there is none of that id. */
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

/** Whether two requests ask for the same, whenever they become due. */
export function asksTheSame(one: CancelRequest, other: CancelRequest): boolean {
  return (
    one.reason === other.reason &&
    one.giveUp?.total === other.giveUp?.total &&
    one.mayCancel.join() === other.mayCancel.join()
  );
}

/** An amount is given up only where WeChat Pay says it, and it is exactly the one that the request names. */
function allows({ mayCancel, giveUp }: CancelRequest, { stage, totalDue }: Found): boolean {
  switch (stage) {
    case 'created':
    case 'in-service':
      return mayCancel.includes(stage);
    case 'completed':
      return giveUp !== null && giveUp.total === totalDue;
    case null:
      return false;
  }
}

function coversAfter({ mayCancel, giveUp }: CancelRequest, stage: Stage | null): boolean {
  const at = stage === null ? -1 : STAGES.indexOf(stage);
  return mayCancel.some((each) => STAGES.indexOf(each) > at) || (giveUp !== null && at < STAGES.indexOf('completed'));
}
