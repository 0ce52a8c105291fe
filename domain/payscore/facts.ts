import { isWrite } from '../call-policies.js';
import { mostSent, type Announced, type CallFailure, type Sent, type WriteFailure } from '../calls.js';
import { DEFAULT_TIME_ZONE } from '../locale.js';
import type { Instant } from '../time.js';
import { countRefusal, INITIAL_WAITING, RETRIED } from '../waiting.js';
import { lastAnswer } from './last-answer.js';
import {
  furthest,
  stageOf,
  type CancelAnswer,
  type CancelServiceOrderResult,
  type ServiceOrderAnswer,
  type ServiceOrderFound,
  type Stage,
} from './order.js';
import type { ServiceFacts, ServiceOrderEvent, ServiceOrderStart, ServiceOrderState } from './state.js';
import { type ServiceTrigger, answerTrigger } from './triggers.js';
import { progressOf, type CancelRequest, type Progress } from './write.js';

/** What is known about a service order before anything happened to it. */
export function initialServiceFacts(start: Omit<ServiceOrderStart, 'request'>): ServiceFacts {
  const { order, timing, locale } = start;
  return {
    ...INITIAL_WAITING,
    order,
    timing,
    requests: [],
    frozen: null,
    allowedFor: null,
    paidClaimed: false,
    paidNotified: false,
    furthest: null,
    stage: null,
    totalDue: null,
    cancelSent: 'no',
    cancelUnconfirmed: false,
    cancelLandedAt: null,
    cancelAcceptedAt: null,
    acceptedCancels: 0,
    notFoundSince: null,
    resolution: null,
    contradicted: null,
    raceKnown: false,
    last: null,
    locale,
    timeZone: DEFAULT_TIME_ZONE,
  };
}

/** Adds to the facts what an event teaches, in any phase. */
export function learn(
  state: ServiceOrderState,
  event: ServiceOrderEvent,
  trigger: ServiceTrigger,
  now: Instant,
): ServiceOrderState {
  if (state.phase === 'ended') return state;
  const learned = {
    ...state,
    ...learnedFrom(state, event, trigger, now),
    last: lastAnswer(event, trigger, now) ?? state.last,
  };
  return learned.phase === 'cancelling' && SUPERSEDING.includes(trigger) ? { ...learned, isSuperseded: true } : learned;
}

/** The triggers that change what a cancel in flight is allowed to do. */
const SUPERSEDING: readonly ServiceTrigger[] = [
  'cancelRequested',
  'notificationConfirmed',
  'notificationPaid',
  'releaseRequested',
];

function learnedFrom(
  state: ServiceOrderState,
  event: ServiceOrderEvent,
  trigger: ServiceTrigger,
  now: Instant,
): Partial<ServiceFacts> {
  switch (event.type) {
    case 'timerFired':
      return {};
    case 'queryAnswered':
      return { timeZone: event.answer.timeZone ?? state.timeZone, ...fromAnswer(state, event.answer, now) };
    case 'queryFailed':
      return fromFailure(state, event.failure, now);
    case 'cancelAnswered':
      return fromCancel(state, event.result, now);
    case 'cancelFailed':
      return fromFailedCancel(state, event.failure, now);
    case 'notificationReceived':
      return fromNotification(state, trigger);
    case 'cancelRequested':
      return trigger === 'cancelRequested' ? fromRequest(state, event.request) : {};
    case 'retryRequested':
      return state.phase === 'needsAttention' ? fromRetry(state) : {};
    case 'resolveRequested':
      return state.phase === 'needsAttention' ? { resolution: event.resolution } : {};
    case 'releaseRequested':
      return { releaseRequested: true };
  }
}

function fromAnswer(state: ServiceFacts, answer: ServiceOrderAnswer, now: Instant): Partial<ServiceFacts> {
  const asked = {
    refusedSignatures: { ...state.refusedSignatures, query: null },
    cancelUnconfirmed: false,
  };
  if (!answer.found) return { ...asked, stage: null, notFoundSince: state.notFoundSince ?? now };
  const stage = stageOf(answer);
  const trigger = answerTrigger(answer);
  return {
    ...asked,
    stage,
    furthest: furthest(state.furthest, stage),
    totalDue: totalDueAfter(state, answer, stage),
    notFoundSince: null,
    paidClaimed: state.paidClaimed || trigger === 'paid' || trigger === 'done',
  };
}

/** If an open service order no longer shows an amount, it is unknown. One that has ended need not repeat it. */
function totalDueAfter({ totalDue }: ServiceFacts, answer: ServiceOrderFound, stage: Stage): number | null {
  if (stage !== 'completed') return totalDue;
  const isOpen = answer.state === 'CREATED' || answer.state === 'DOING';
  return answer.totalDue ?? (isOpen ? null : totalDue);
}

function fromFailure(state: ServiceFacts, { call, kind }: CallFailure, now: Instant): Partial<ServiceFacts> {
  const of = isWrite(call) ? 'write' : 'query';
  return { refusedSignatures: countRefusal(state.refusedSignatures, of, kind, now) };
}

/** Everything that a guarded cancel learned, in the order in which it happened. */
function fromCancel(state: ServiceOrderState, result: CancelServiceOrderResult, now: Instant): Partial<ServiceFacts> {
  const { before, sent, earlier = null, write, after, timeZone = state.timeZone } = result;
  let facts: ServiceFacts = { ...state, timeZone };
  if (before !== null) facts = { ...facts, ...fromAnswer(facts, before, now) };
  // If an earlier attempt sent a cancel, its effect is not known: a refusal is about this attempt only.
  const sentEarlier = earlier?.sent ?? (write === null ? sent : 'no');
  if (sentEarlier !== 'no') {
    facts = { ...facts, cancelLandedAt: now, allowedFor: allowedForIn(earlier) ?? facts.allowedFor };
  }
  if (write !== null && before !== null) {
    facts = { ...facts, cancelUnconfirmed: true, allowedFor: progressOf(before) };
    facts = {
      ...facts,
      ...('answer' in write ? fromReply(facts, write.answer.answer, now) : fromFailedWrite(facts, write.failure, now)),
    };
  }
  if (after !== null) {
    facts = {
      ...facts,
      ...('answer' in after ? fromAnswer(facts, after.answer, now) : fromFailure(facts, after.failure, now)),
    };
  }
  return { ...facts, ...fromSent(state, sent) };
}

function fromReply(facts: ServiceFacts, answer: CancelAnswer, now: Instant): Partial<ServiceFacts> {
  const isAccepted = answer === 'accepted' || answer === 'alreadyCancelled';
  return {
    refusedSignatures: { ...facts.refusedSignatures, write: null },
    cancelLandedAt: isAccepted ? now : facts.cancelLandedAt,
    cancelAcceptedAt: isAccepted ? now : facts.cancelAcceptedAt,
    acceptedCancels: facts.acceptedCancels + (isAccepted ? 1 : 0),
    paidClaimed: facts.paidClaimed || answer === 'done',
  };
}

/** Only a signed refusal proves that nothing was done. */
function fromFailedWrite(facts: ServiceFacts, failure: CallFailure, now: Instant): Partial<ServiceFacts> {
  const mayHaveLanded = failure.kind !== 'fatal';
  return { ...fromFailure(facts, failure, now), cancelLandedAt: mayHaveLanded ? now : facts.cancelLandedAt };
}

/** The activity of a cancel failed or was lost. This attempt or an earlier one may have sent the cancel. */
function fromFailedCancel(state: ServiceOrderState, failure: WriteFailure, now: Instant): Partial<ServiceFacts> {
  const { sent, announced } = failure;
  const failed = { ...fromFailure(state, failure, now), ...fromSent(state, sent) };
  if (sent === 'no') return failed;
  return {
    ...failed,
    paidClaimed: state.paidClaimed || announced?.paidClaimed === true,
    cancelUnconfirmed: true,
    cancelLandedAt: now,
    allowedFor: allowedForIn(announced) ?? state.allowedFor,
  };
}

function allowedForIn(announced: Announced | null): Progress | undefined {
  return announced?.allowedFor as Progress | undefined;
}

/** The body of the cancel is free again if it was never sent. */
function fromSent({ cancelSent, frozen }: ServiceFacts, sent: Sent): Pick<ServiceFacts, 'cancelSent' | 'frozen'> {
  const all = mostSent(cancelSent, sent);
  return { cancelSent: all, frozen: all === 'no' ? null : frozen };
}

function fromNotification(state: ServiceOrderState, trigger: ServiceTrigger): Partial<ServiceFacts> {
  if (trigger === 'notificationConfirmed') return { furthest: furthest(state.furthest, 'in-service') };
  if (trigger !== 'notificationPaid') return {};
  return { furthest: 'completed', paidClaimed: true, paidNotified: true };
}

/** Patience counts from the first request: before that, nothing was due. */
function fromRequest({ requests, patienceFrom }: ServiceOrderState, request: CancelRequest): Partial<ServiceFacts> {
  return { requests: [...requests, request], patienceFrom: requests.length === 0 ? null : patienceFrom };
}

/** A person's retry begins anew, except for what is known about the service order. */
function fromRetry(state: ServiceOrderState & { phase: 'needsAttention' }): Partial<ServiceFacts> {
  return { ...RETRIED, acceptedCancels: 0, raceKnown: state.raceKnown || state.reason === 'raced' };
}
