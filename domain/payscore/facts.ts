import type { ServiceTrigger } from './cancel-payscore.js';
import { hintAgain, NO_HINTS } from '../hints.js';
import { DEFAULT_TIME_ZONE } from '../locale.js';
import type { LastAnswer } from '../orders/state.js';
import { stageOf } from './stage.js';
import {
  STAGES,
  type CancelRequest,
  type ServiceFacts,
  type ServiceOrderEvent,
  type ServiceOrderStart,
  type ServiceOrderState,
  type Stage,
} from './state.js';
import type { CancelAnswer, QueryServiceOrderResult, ServiceCallFailure } from './service-order.js';
import type { Instant } from '../time.js';

/** What is known of a service order before anything happened to it. */
export function initialServiceFacts({ order, request, locale }: ServiceOrderStart): ServiceFacts {
  return {
    order,
    requests: request === null ? [] : [request],
    frozen: null,
    attempt: null,
    paidClaimed: false,
    paidNotified: false,
    furthest: null,
    stage: null,
    totalDue: null,
    lastAskedAt: null,
    cancelSent: false,
    cancelLandedAt: null,
    cancelledByUs: false,
    cancelClaimed: false,
    requestRefused: false,
    rounds: 0,
    hints: { query: NO_HINTS, cancel: NO_HINTS },
    notFoundSince: null,
    resolution: null,
    contradicted: null,
    released: false,
    raceKnown: false,
    patienceFrom: null,
    pauses: {},
    last: null,
    locale,
    timeZone: DEFAULT_TIME_ZONE,
  };
}

/** What an event teaches, whatever phase it meets. */
export function learn(
  state: ServiceOrderState,
  event: ServiceOrderEvent,
  trigger: ServiceTrigger,
  now: Instant,
): ServiceOrderState {
  return { ...state, ...learned(state, event, trigger, now), last: lastAnswer(event, trigger, now) ?? state.last };
}

function learned(
  state: ServiceOrderState,
  event: ServiceOrderEvent,
  trigger: ServiceTrigger,
  now: Instant,
): Partial<ServiceFacts> {
  const { hints } = state;
  switch (event.type) {
    case 'timerFired':
      // Within the hour a person may have mended what was refused: the cancel is tried once more.
      return state.phase === 'needsAttention' ? { requestRefused: false } : {};
    case 'queryAnswered':
      return ofQuery(state, event.answer, trigger);
    case 'queryFailed':
      return trigger === 'hint' ? { hints: { ...hints, query: hintAgain(hints.query, now) } } : {};
    case 'cancelAnswered':
      return ofCancel(state, event.answer.answer, now);
    case 'cancelFailed':
      return {
        ...ofFailedCancel(state, event.failure, now),
        requestRefused: false,
        ...(trigger === 'hint' && { hints: { ...hints, cancel: hintAgain(hints.cancel, now) } }),
      };
    case 'notificationReceived':
      return ofNotification(state, trigger);
    case 'cancelRequested':
      return trigger === 'cancelRequested' ? ofRequest(state, event.request) : {};
    case 'retryRequested':
      return state.phase === 'needsAttention' ? ofRetry(state) : {};
    case 'resolveRequested':
      return state.phase === 'needsAttention' ? { resolution: event.resolution } : {};
    case 'releaseRequested':
      return { released: true };
  }
}

function ofQuery(
  state: ServiceOrderState,
  answer: QueryServiceOrderResult,
  trigger: ServiceTrigger,
): Partial<ServiceFacts> {
  const { askedAt } = answer;
  const asked = {
    lastAskedAt: askedAt,
    timeZone: answer.timeZone ?? state.timeZone,
    hints: { ...state.hints, query: NO_HINTS },
  };
  if (!answer.found) {
    return { ...asked, stage: null, requestRefused: false, notFoundSince: state.notFoundSince ?? askedAt };
  }
  const stage = stageOf(answer);
  const totalDue = totalDueAfter(state, answer, stage);
  const isOpen = answer.state === 'CREATED' || answer.state === 'DOING';
  return {
    ...asked,
    stage,
    furthest: furthest(state.furthest, stage),
    totalDue,
    requestRefused: state.requestRefused && isAsAttempted(state, stage, totalDue),
    notFoundSince: null,
    paidClaimed: state.paidClaimed || trigger === 'paid' || trigger === 'done',
    rounds: state.phase === 'confirming' && isOpen ? state.rounds + 1 : state.rounds,
  };
}

/** An amount that an open service order no longer says is unknown; one that has ended need not repeat it. */
function totalDueAfter(
  { totalDue }: ServiceFacts,
  answer: QueryServiceOrderResult & { found: true },
  stage: Stage,
): number | null {
  if (stage !== 'completed') return totalDue;
  const isOpen = answer.state === 'CREATED' || answer.state === 'DOING';
  return answer.totalDue ?? (isOpen ? null : totalDue);
}

/** Whether the service order is as it was when the last cancel was allowed: nothing explains why that was refused. */
function isAsAttempted({ attempt }: ServiceFacts, stage: Stage, totalDue: number | null): boolean {
  return attempt?.stage === stage && (stage !== 'completed' || attempt.totalDue === totalDue);
}

function furthest(one: Stage | null, other: Stage): Stage {
  return one !== null && STAGES.indexOf(one) > STAGES.indexOf(other) ? one : other;
}

/** A refusal is no cancel; one that WeChat Pay accepted, or calls done already, shows in the query soon. */
function ofCancel(state: ServiceOrderState, answer: CancelAnswer, now: Instant): Partial<ServiceFacts> {
  if (answer === 'queryTooOld') return notSent(state);
  const claimed = answer === 'accepted' || answer === 'alreadyCancelled';
  return {
    cancelSent: true,
    cancelledByUs: state.cancelledByUs || answer === 'accepted',
    cancelClaimed: state.cancelClaimed || claimed,
    cancelLandedAt: claimed ? now : state.cancelLandedAt,
    paidClaimed: state.paidClaimed || answer === 'done',
    requestRefused: answer === 'refusedRequest',
    hints: { ...state.hints, cancel: NO_HINTS },
  };
}

/** Whatever kind of failure it is: what counts is whether WeChat Pay may have carried the cancel out. */
function ofFailedCancel(state: ServiceOrderState, failure: ServiceCallFailure, now: Instant): Partial<ServiceFacts> {
  if (!failure.mayHaveTakenEffect) return notSent(state);
  return { cancelSent: true, cancelledByUs: true, cancelLandedAt: now };
}

/** A reason that was never sent is not frozen. */
function notSent({ cancelSent, frozen }: ServiceOrderState): Partial<ServiceFacts> {
  return { frozen: cancelSent ? frozen : null };
}

function ofNotification(state: ServiceOrderState, trigger: ServiceTrigger): Partial<ServiceFacts> {
  if (trigger === 'notificationConfirmed') return { furthest: furthest(state.furthest, 'in-service') };
  if (trigger !== 'notificationPaid') return {};
  return { furthest: 'completed', paidClaimed: true, paidNotified: true };
}

/** Before the first request nothing was due: the clock of patience waits for it. */
function ofRequest({ requests, patienceFrom }: ServiceOrderState, request: CancelRequest): Partial<ServiceFacts> {
  return { requests: [...requests, request], patienceFrom: requests.length === 0 ? null : patienceFrom };
}

/** A person's retry begins anew, except for what is known of the service order. */
function ofRetry(state: ServiceOrderState & { phase: 'needsAttention' }): Partial<ServiceFacts> {
  return {
    patienceFrom: null,
    pauses: {},
    rounds: 0,
    requestRefused: false,
    hints: { query: NO_HINTS, cancel: NO_HINTS },
    raceKnown: state.raceKnown || state.reason === 'raced',
  };
}

function lastAnswer(event: ServiceOrderEvent, trigger: ServiceTrigger, at: Instant): LastAnswer | null {
  switch (event.type) {
    case 'timerFired':
    case 'cancelRequested':
    case 'retryRequested':
    case 'resolveRequested':
    case 'releaseRequested':
      return null;
    case 'notificationReceived':
      return trigger === 'notificationStranger'
        ? null
        : { call: 'notification', said: event.notification.said, requestId: null, at };
    case 'queryAnswered':
      return { call: 'queryServiceOrder', said: saidBy(event.answer), requestId: event.answer.requestId, at };
    case 'cancelAnswered': {
      const { answer, code, requestId } = event.answer;
      return { call: 'cancelServiceOrder', said: code ?? answer, requestId, at };
    }
    case 'queryFailed':
      return { call: 'queryServiceOrder', said: event.failure.code, requestId: event.failure.requestId, at };
    case 'cancelFailed':
      return { call: 'cancelServiceOrder', said: event.failure.code, requestId: event.failure.requestId, at };
  }
}

/** As in `DOING, MCH_COMPLETE, USER_PAYING`. */
function saidBy(answer: QueryServiceOrderResult): string {
  if (!answer.found) return 'NOT_FOUND';
  return [answer.state, answer.description, answer.collection].filter((part) => part !== null).join(', ');
}
