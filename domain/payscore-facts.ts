import type { ServiceTrigger } from './cancel-payscore.js';
import type { LastAnswer } from './order-state.js';
import {
  STAGES,
  type CancelRequest,
  type ServiceFacts,
  type ServiceOrderEvent,
  type ServiceOrderState,
  type Stage,
} from './payscore-state.js';
import type { CancelAnswer, QueryServiceOrderResult, ServiceOrderRef } from './service-order.js';
import type { Instant } from './time.js';

/** What is known of a service order before anything happened to it. */
export function initialServiceFacts(order: ServiceOrderRef, first: CancelRequest | null): ServiceFacts {
  return {
    order,
    requests: first === null ? [] : [first],
    frozen: null,
    attempt: null,
    paidClaimed: false,
    paidNoticed: false,
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
    hints: { query: 0, cancel: 0 },
    notFoundSince: null,
    resolution: null,
    contradicted: null,
    released: false,
    raceKnown: false,
    patienceFrom: null,
    pauses: {},
    last: null,
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
      return {};
    case 'queryAnswered':
      return ofQuery(state, event.answer, trigger);
    case 'queryFailed':
      return trigger === 'hint' ? { hints: { ...hints, query: hints.query + 1 } } : {};
    case 'cancelAnswered':
      return ofCancel(state, event.answer.answer, now);
    case 'cancelFailed':
      if (trigger === 'fatal') return { cancelSent: true };
      return {
        cancelSent: true,
        cancelledByUs: true,
        cancelLandedAt: now,
        ...(trigger === 'hint' && { hints: { ...hints, cancel: hints.cancel + 1 } }),
      };
    case 'noticeReceived':
      return ofNotice(state, trigger);
    case 'cancelRequested':
      return trigger === 'cancelRequested' ? { requests: [...state.requests, event.request] } : {};
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
  const asked = { lastAskedAt: askedAt, hints: { ...state.hints, query: 0 } };
  if (!answer.found) return { ...asked, stage: null, notFoundSince: state.notFoundSince ?? askedAt };
  const stage = stageOf(answer);
  const isOpen = answer.state === 'CREATED' || answer.state === 'DOING';
  return {
    ...asked,
    stage,
    furthest: furthest(state.furthest, stage),
    totalDue: stage === 'completed' ? (answer.totalDue ?? (isOpen ? null : state.totalDue)) : state.totalDue,
    notFoundSince: null,
    paidClaimed: state.paidClaimed || trigger === 'paid' || trigger === 'done',
    rounds: state.phase === 'confirming' && isOpen ? state.rounds + 1 : state.rounds,
  };
}

/** How far an answer shows the service order to be. A cancelled one shows it too, if money had become due. */
function stageOf(answer: QueryServiceOrderResult & { found: true }): Stage {
  const moneyIsDue = answer.collection !== null || (answer.totalDue ?? 0) > 0;
  if (answer.description === 'MCH_COMPLETE' || (answer.state === 'REVOKED' && moneyIsDue)) return 'completed';
  return answer.state === 'DOING' ? 'in-service' : 'created';
}

function furthest(one: Stage | null, other: Stage): Stage {
  return one !== null && STAGES.indexOf(one) > STAGES.indexOf(other) ? one : other;
}

/** A refusal is no cancel; one that WeChat Pay accepted, or calls done already, shows in the query soon. */
function ofCancel(state: ServiceOrderState, answer: CancelAnswer, now: Instant): Partial<ServiceFacts> {
  if (answer === 'queryTooOld') return { frozen: state.cancelSent ? state.frozen : null };
  const claimed = answer === 'accepted' || answer === 'alreadyCancelled';
  return {
    cancelSent: true,
    cancelledByUs: state.cancelledByUs || answer === 'accepted',
    cancelClaimed: state.cancelClaimed || claimed,
    cancelLandedAt: claimed ? now : state.cancelLandedAt,
    paidClaimed: state.paidClaimed || answer === 'done',
    requestRefused: answer === 'refusedRequest',
    hints: { ...state.hints, cancel: 0 },
  };
}

function ofNotice(state: ServiceOrderState, trigger: ServiceTrigger): Partial<ServiceFacts> {
  if (trigger === 'noticeConfirmed') return { furthest: furthest(state.furthest, 'in-service') };
  if (trigger !== 'noticePaid') return {};
  return { furthest: 'completed', paidClaimed: true, paidNoticed: true };
}

/** A person's retry begins anew, except for what is known of the service order. */
function ofRetry(state: ServiceOrderState & { phase: 'needsAttention' }): Partial<ServiceFacts> {
  return {
    patienceFrom: null,
    pauses: {},
    rounds: 0,
    hints: { query: 0, cancel: 0 },
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
    case 'noticeReceived':
      return trigger === 'noticeStranger' ? null : { call: 'notice', said: event.notice.said, requestId: null, at };
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
