import { decide, open, required, type Flow } from '../flow.js';
import { answeredIn } from '../guarded-write.js';
import type { EventServiceOrder } from '../outcome/event.js';
import { lifeEvent } from '../outcome/telling.js';
import { visibleServiceState } from '../page/service-order.js';
import type { Instant, Milliseconds } from '../time.js';
import { lengthOfPause, patienceFrom, patienceIsOver, pausesAfter, restoreTiming, type PauseName } from '../waiting.js';
import { cancelRaced, checkIsDue, dueRequests, nextDueAt } from './due.js';
import { initialServiceFacts, learn } from './facts.js';
import { GUARDS } from './guards.js';
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
import { serviceOrderHappened } from './story.js';
import { CANCEL_PAYSCORE, PHASES, type ServiceRow } from './table.js';
import { DEFAULT_SERVICE_ORDER_TIMING, SHORTEST_WAIT, UNREQUESTED_CHECK } from './order.js';
import { type ServiceTrigger, triggerOf } from './triggers.js';

/** The life of a PayScore service order, from the start of the watch to its one outcome. */
export const SERVICE_ORDER_FLOW: Flow<ServiceOrderState, ServiceOrderEvent, ServiceTrigger, ServiceRow, ServiceStep> = {
  rows: CANCEL_PAYSCORE,
  guards: GUARDS,
  triggerOf,
  learn,
  follow,
  stepOf,
  eventOf: (state) => lifeEvent('service-order', serviceOrderKey(state.order), state, PHASES),
  story: {
    happened: (event, trigger) => (trigger === 'notificationForeign' ? null : serviceOrderHappened(event)),
    visible: visibleServiceState,
  },
  restore: (soFar) => {
    const timing = restoreTiming(DEFAULT_SERVICE_ORDER_TIMING, soFar.timing);
    return { ...initialServiceFacts({ ...soFar, timing }), ...soFar, timing };
  },
};

/**
 * A service order at the start of the watch. Without a request it waits for one. If a request is due, the guarded cancel
 * begins at once.
 */
export function openServiceOrder(start: ServiceOrderStart, now: Instant): ServiceDecision {
  const { request } = start;
  const facts = { ...initialServiceFacts(start), requests: request === null ? [] : [request] };
  const isDue = request !== null && request.dueAt <= now;
  const state: ServiceOrderState = isDue
    ? { ...facts, patienceFrom: now, frozen: bodyOf(facts, now), ...CANCELLING }
    : { ...facts, ...wait(facts, now) };
  return open(SERVICE_ORDER_FLOW, state, now);
}

export const decideServiceOrder = (state: ServiceOrderState, event: ServiceOrderEvent, now: Instant): ServiceDecision =>
  decide(SERVICE_ORDER_FLOW, state, event, now);

function serviceOrderKey({ mchid, outOrderNo, serviceId }: EventServiceOrder): EventServiceOrder {
  return { mchid, outOrderNo, serviceId };
}

function stepOf(state: ServiceOrderState, now: Instant): ServiceStep {
  switch (state.phase) {
    case 'waiting':
    case 'unsettled':
      return { do: 'wait', until: state.until };
    case 'checking':
      return { do: 'query' };
    case 'cancelling':
      return { do: 'cancel', isSuperseded: state.isSuperseded };
    case 'confirming':
      return now < state.until ? { do: 'wait', until: state.until } : { do: 'query' };
    case 'needsAttention':
      return { do: 'askPerson', reason: state.reason, until: state.until };
    case 'ended':
      return { do: 'finish', outcome: state.outcome };
  }
}

function follow(state: ServiceOrderState, row: ServiceRow, event: ServiceOrderEvent, now: Instant): ServiceOrderState {
  const pause = 'pause' in row ? row.pause : undefined;
  const isBackInWait = row.to === 'waiting';
  const facts: ServiceFacts = {
    ...state,
    pauses: isBackInWait ? {} : pausesAfter(state.pauses, answeredIn(event), pause),
    patienceFrom: isBackInWait ? null : patienceFrom(state, checkIsDue(state, now), now),
    ...resolutionAfter(state, row),
  };
  const isPatienceOver = pause !== undefined && patienceIsOver(facts, facts.timing, now);
  if (isPatienceOver) return { ...facts, ...needAPerson('patience-over', facts, now) };
  const body = row.to === 'cancelling' ? { frozen: facts.frozen ?? bodyOf(facts, now) } : {};
  return { ...facts, ...body, ...phaseOf(row, facts, now) };
}

const CANCELLING: ServicePhase = { phase: 'cancelling', isSuperseded: false };

/** The phase that a row leads to, with what belongs to it. */
function phaseOf(row: ServiceRow, facts: ServiceFacts, now: Instant): ServicePhase {
  switch (row.to) {
    case 'waiting':
      return wait(facts, now);
    case 'checking':
      return { phase: 'checking' };
    case 'cancelling':
      return CANCELLING;
    case 'confirming':
    case 'unsettled':
      return { phase: row.to, until: now + lengthOf(row.pause, facts) };
    case 'needsAttention':
      return needAPerson(row.reason, facts, now);
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

/** The body of every cancel: that of the first request that is due. */
function bodyOf(facts: ServiceFacts, now: Instant): NonNullable<ServiceFacts['frozen']> {
  const { requestId, reason } = required(dueRequests(facts, now)[0], 'a request that is due');
  return { requestId, reason };
}

function wait(facts: ServiceFacts, now: Instant): ServicePhase {
  const until = Math.max(nextDueAt(facts, now) ?? now + UNREQUESTED_CHECK, now + SHORTEST_WAIT);
  return { phase: 'waiting', until };
}

function needAPerson(reason: ServiceAttentionReason, { timing }: ServiceFacts, now: Instant): ServicePhase {
  return { phase: 'needsAttention', reason, until: now + timing.pauses.needsAttention.first };
}

function end(outcome: ServiceOutcome): ServicePhase {
  return { phase: 'ended', outcome };
}

function cancelled(facts: ServiceFacts): ServiceOutcome {
  const { cancelSent, frozen } = facts;
  return {
    ended: 'cancelled',
    cancelSent,
    ...(cancelSent !== 'no' && frozen !== null && { reason: frozen.reason }),
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
  const { as, note, by } = required(resolution, 'a resolution');
  return { ended: 'resolved', as, note, by, said: last?.said ?? 'nothing' };
}

/** A resolution holds for one query only. If the query does not confirm it, the page shows what WeChat Pay said. */
function resolutionAfter({ phase, resolution, last }: ServiceOrderState, row: ServiceRow): Partial<ServiceFacts> {
  if (phase !== 'checking' || resolution === null || row.to === 'end:resolved') return {};
  return { resolution: null, contradicted: { resolution, said: last?.said ?? 'nothing' } };
}

function lengthOf(pause: PauseName | undefined, facts: ServiceFacts): Milliseconds {
  return pause === undefined ? 0 : lengthOfPause(pause, facts, facts.timing);
}
