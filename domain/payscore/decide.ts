import { numberOf, rowFor, triggerOf, type ServiceRow } from './cancel-payscore.js';
import { initialServiceFacts, learn } from './facts.js';
import { allowedBy, cancelRaced, nextDueAt, patienceCounts } from './requests.js';
import type {
  KeptReason,
  ServiceAttentionReason,
  ServiceDecision,
  ServiceFacts,
  ServiceOrderEvent,
  ServiceOrderStart,
  ServiceOrderState,
  ServiceOutcome,
  ServicePhase,
  ServiceStep,
} from './state.js';
import { SERVICE_PAUSES, SHORTEST_WAIT, UNREQUESTED_LOOK, type ServicePauseName } from './timing.js';
import type { Instant, Milliseconds } from '../time.js';
import { lengthOfPause, PATIENCE } from '../timing.js';

/**
 * A service order whose watch begins. Without a request it waits for one; with one that is due, WeChat Pay is asked at
 * once.
 */
export function openServiceOrder(start: ServiceOrderStart, now: Instant): ServiceDecision {
  const facts = initialServiceFacts(start);
  const isDue = start.request !== null && start.request.dueAt <= now;
  const state: ServiceOrderState = isDue
    ? { ...facts, phase: 'checking', patienceFrom: now }
    : { ...facts, ...wait(facts, now) };
  return { state, step: serviceStepOf(state, now) };
}

/**
 * What an event does to a service order, and what is to be done next. Pure: the same arguments give the same decision.
 *
 * @param now the server's clock when the event is handled
 */
export function decideServiceOrder(state: ServiceOrderState, event: ServiceOrderEvent, now: Instant): ServiceDecision {
  if (state.phase === 'ended') return { state, step: serviceStepOf(state, now) };
  const trigger = triggerOf(state, event);
  const learned = learn(state, event, trigger, now);
  const row = rowFor(learned, trigger, now);
  const next = row === undefined ? learned : follow(learned, row, now);
  return { state: next, step: serviceStepOf(next, now), ...(row !== undefined && { row: numberOf(row) }) };
}

/** What a service order in this state needs next. */
export function serviceStepOf(state: ServiceOrderState, now: Instant): ServiceStep {
  switch (state.phase) {
    case 'waiting':
    case 'unsettled':
      return { do: 'wait', until: state.until };
    case 'checking':
      return { do: 'query' };
    case 'cancelling':
      return { do: 'cancel', queriedAt: state.queriedAt, reason: state.reason };
    case 'confirming':
      return now < state.until ? { do: 'wait', until: state.until } : { do: 'query' };
    case 'needsAttention':
      return { do: 'askPerson', reason: state.reason, until: state.until };
    case 'ended':
      return { do: 'finish', outcome: state.outcome };
  }
}

function follow(state: ServiceOrderState, row: ServiceRow, now: Instant): ServiceOrderState {
  const facts: ServiceFacts = { ...state, ...clocksAfter(state, row, now), ...resolutionAfter(state, row) };
  if (row.to === 'cancelling') return cancel(facts, now);
  const phase = patienceIsOver(facts, row, now) ? needAPerson('patience-over', now) : phaseOf(row, facts, now);
  return { ...facts, ...phase };
}

/** The phase that a row leads to, with what belongs to it. */
function phaseOf(row: Exclude<ServiceRow, { to: 'cancelling' }>, facts: ServiceFacts, now: Instant): ServicePhase {
  switch (row.to) {
    case 'waiting':
      return wait(facts, now);
    case 'checking':
      return { phase: 'checking' };
    case 'confirming':
    case 'unsettled':
      return { phase: row.to, until: now + lengthOf(row.pause, facts) };
    case 'needsAttention':
      return needAPerson(row.reason, now);
    case 'end:cancelled':
      return end(cancelled(facts));
    case 'end:done':
      return end({ ended: 'done' });
    case 'end:expired':
      return end({ ended: 'expired' });
    case 'end:kept':
      return end(kept(row.reason, facts));
    case 'end:neverExisted':
      return end({ ended: 'never-existed' });
    case 'end:resolved':
      return end(resolved(facts));
    case 'end:released':
      return end({ ended: 'released' });
  }
}

/** No cancel without a request that is due and allows it: a row that leads here without one is a fault of the table. */
function cancel(facts: ServiceFacts, now: Instant): ServiceOrderState {
  const request = allowedBy(facts, now);
  if (request === undefined || facts.lastAskedAt === null || facts.stage === null) {
    throw new Error('a row leads to a cancel that no verified answer and no request allow');
  }
  const { requestId, reason } = request;
  const frozen = facts.frozen ?? { requestId, reason };
  const attempt = { stage: facts.stage, totalDue: facts.totalDue };
  return { ...facts, frozen, attempt, phase: 'cancelling', queriedAt: facts.lastAskedAt, reason: frozen.reason };
}

function wait(facts: ServiceFacts, now: Instant): ServicePhase {
  const until = Math.max(nextDueAt(facts, now) ?? now + UNREQUESTED_LOOK, now + SHORTEST_WAIT);
  return { phase: 'waiting', until };
}

function needAPerson(reason: ServiceAttentionReason, now: Instant): ServicePhase {
  return { phase: 'needsAttention', reason, until: now + SERVICE_PAUSES.needsAttention.first };
}

function end(outcome: ServiceOutcome): ServicePhase {
  return { phase: 'ended', outcome };
}

function cancelled(facts: ServiceFacts): ServiceOutcome {
  const { cancelledByUs, frozen } = facts;
  return {
    ended: 'cancelled',
    by: cancelledByUs ? 'us' : 'elsewhere',
    ...(cancelledByUs && frozen !== null && { reason: frozen.reason }),
    ...(cancelRaced(facts) && { raced: true }),
    ...amountDue(facts),
  };
}

function kept(reason: KeptReason, facts: ServiceFacts): ServiceOutcome {
  return { ended: 'kept', reason, ...(reason === 'amount-due' && amountDue(facts)) };
}

function amountDue({ totalDue }: ServiceFacts): { totalDue?: number } {
  return totalDue === null ? {} : { totalDue };
}

function resolved({ resolution, last }: ServiceFacts): ServiceOutcome {
  if (resolution === null) throw new Error('a row ends a service order by the word of a person who said none');
  const { as, note, by } = resolution;
  return { ended: 'resolved', as, note, by, said: last?.said ?? '' };
}

/** A person's word is for one query only. Where it did not stand, it is told what WeChat Pay said. */
function resolutionAfter({ phase, resolution, last }: ServiceOrderState, row: ServiceRow): Partial<ServiceFacts> {
  if (phase !== 'checking' || resolution === null || row.to === 'end:resolved') return {};
  return { resolution: null, contradicted: { resolution, said: last?.said ?? '' } };
}

/** The clock of patience starts with the first check that is due. Back in the wait, all is forgotten. */
function clocksAfter(facts: ServiceFacts, row: ServiceRow, now: Instant): Partial<ServiceFacts> {
  if (row.to === 'waiting') return { patienceFrom: null, pauses: {} };
  const patienceFrom = facts.patienceFrom ?? (patienceCounts(facts, now) ? now : null);
  const pause = pauseOf(row);
  if (pause === undefined) return { patienceFrom };
  return { patienceFrom, pauses: { ...facts.pauses, [pause]: (facts.pauses[pause] ?? 0) + 1 } };
}

/** Patience ends where a service order would pause once more. */
function patienceIsOver({ patienceFrom }: ServiceFacts, row: ServiceRow, now: Instant): boolean {
  return pauseOf(row) !== undefined && patienceFrom !== null && now - patienceFrom >= PATIENCE;
}

function pauseOf(row: ServiceRow): ServicePauseName | undefined {
  return 'pause' in row ? row.pause : undefined;
}

/** The length of a pause that was just counted. */
function lengthOf(pause: ServicePauseName | undefined, { pauses }: ServiceFacts): Milliseconds {
  if (pause === undefined) return 0;
  return lengthOfPause(SERVICE_PAUSES[pause], (pauses[pause] ?? 1) - 1);
}
