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
import type { ServiceTrigger } from './table.js';
import { answerTrigger } from './triggers.js';
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

/** What an event teaches, whatever phase it meets. */
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

/** What changes what a cancel in flight may do. */
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
      return { timeZone: event.answer.timeZone ?? state.timeZone, ...ofAnswer(state, event.answer, now) };
    case 'queryFailed':
      return ofFailure(state, event.failure, now);
    case 'cancelAnswered':
      return ofCancel(state, event.result, now);
    case 'cancelFailed':
      return ofFailedCancel(state, event.failure, now);
    case 'notificationReceived':
      return ofNotification(state, trigger);
    case 'cancelRequested':
      return trigger === 'cancelRequested' ? ofRequest(state, event.request) : {};
    case 'retryRequested':
      return state.phase === 'needsAttention' ? ofRetry(state) : {};
    case 'resolveRequested':
      return state.phase === 'needsAttention' ? { resolution: event.resolution } : {};
    case 'releaseRequested':
      return { releaseRequested: true };
  }
}

function ofAnswer(state: ServiceFacts, answer: ServiceOrderAnswer, now: Instant): Partial<ServiceFacts> {
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

/** An amount that an open service order no longer says is unknown; one that has ended need not repeat it. */
function totalDueAfter({ totalDue }: ServiceFacts, answer: ServiceOrderFound, stage: Stage): number | null {
  if (stage !== 'completed') return totalDue;
  const isOpen = answer.state === 'CREATED' || answer.state === 'DOING';
  return answer.totalDue ?? (isOpen ? null : totalDue);
}

function ofFailure(state: ServiceFacts, { call, kind }: CallFailure, now: Instant): Partial<ServiceFacts> {
  const of = call === 'cancelServiceOrder' ? 'write' : 'query';
  return { refusedSignatures: countRefusal(state.refusedSignatures, of, kind, now) };
}

/** Everything that a guarded cancel found out, in the order in which it did. */
function ofCancel(state: ServiceOrderState, result: CancelServiceOrderResult, now: Instant): Partial<ServiceFacts> {
  const { before, sent, earlier = null, write, after, timeZone = state.timeZone } = result;
  let facts: ServiceFacts = { ...state, timeZone };
  if (before !== null) facts = { ...facts, ...ofAnswer(facts, before, now) };
  // An earlier attempt sent a cancel whose effect is not known: a refusal is about this attempt only.
  const sentEarlier = earlier?.sent ?? (write === null ? sent : 'no');
  if (sentEarlier !== 'no') {
    facts = { ...facts, cancelLandedAt: now, allowedFor: allowedForIn(earlier) ?? facts.allowedFor };
  }
  if (write !== null && before !== null) {
    facts = { ...facts, cancelUnconfirmed: true, allowedFor: progressOf(before) };
    facts = {
      ...facts,
      ...('answer' in write ? ofReply(facts, write.answer.answer, now) : ofFailedWrite(facts, write.failure, now)),
    };
  }
  if (after !== null) {
    facts = {
      ...facts,
      ...('answer' in after ? ofAnswer(facts, after.answer, now) : ofFailure(facts, after.failure, now)),
    };
  }
  return { ...facts, ...ofSent(state, sent) };
}

/** A refusal is no cancel; one that WeChat Pay accepted, or calls done already, shows in the query soon. */
function ofReply(facts: ServiceFacts, answer: CancelAnswer, now: Instant): Partial<ServiceFacts> {
  const isAccepted = answer === 'accepted' || answer === 'alreadyCancelled';
  return {
    refusedSignatures: { ...facts.refusedSignatures, write: null },
    cancelLandedAt: isAccepted ? now : facts.cancelLandedAt,
    cancelAcceptedAt: isAccepted ? now : facts.cancelAcceptedAt,
    acceptedCancels: facts.acceptedCancels + (isAccepted ? 1 : 0),
    paidClaimed: facts.paidClaimed || answer === 'done',
  };
}

/** Only a signed refusal says that nothing was done. */
function ofFailedWrite(facts: ServiceFacts, failure: CallFailure, now: Instant): Partial<ServiceFacts> {
  const mayHaveLanded = failure.kind !== 'fatal';
  return { ...ofFailure(facts, failure, now), cancelLandedAt: mayHaveLanded ? now : facts.cancelLandedAt };
}

/** A cancel that failed before it was sent, or was lost: it may have been sent, then or in an attempt before. */
function ofFailedCancel(state: ServiceOrderState, failure: WriteFailure, now: Instant): Partial<ServiceFacts> {
  const { sent, announced } = failure;
  const failed = { ...ofFailure(state, failure, now), ...ofSent(state, sent) };
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

/** Releases the frozen body if it was never sent. */
function ofSent({ cancelSent, frozen }: ServiceFacts, sent: Sent): Pick<ServiceFacts, 'cancelSent' | 'frozen'> {
  const all = mostSent(cancelSent, sent);
  return { cancelSent: all, frozen: all === 'no' ? null : frozen };
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

/** A person's retry begins anew, except for what is known about the service order. */
function ofRetry(state: ServiceOrderState & { phase: 'needsAttention' }): Partial<ServiceFacts> {
  return { ...RETRIED, acceptedCancels: 0, raceKnown: state.raceKnown || state.reason === 'raced' };
}
