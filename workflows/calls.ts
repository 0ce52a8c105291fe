import {
  ActivityCancellationType,
  isCancellation,
  proxyActivities,
  workflowInfo,
  type ActivityOptions,
} from '@temporalio/workflow';
import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/common';
import { type Call, policyOf } from '../domain/call-policies.js';
import type {
  Announced,
  CallFailure,
  FailureDetails,
  OrderActivities,
  QueryOrderResult,
  WriteFailure,
} from '../domain/calls.js';
import { sentBefore } from '../domain/guarded-write.js';
import type { OrderRef } from '../domain/orders/order.js';
import type { Instant } from '../domain/time.js';
import { retriedFor, type WaitingFacts, type WaitingTiming } from '../domain/waiting.js';

/** The options of every execution of a call: its policy, and that a cancelled call is awaited. */
export function callOptions(call: Call): ActivityOptions {
  return { ...policyOf(call), cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED };
}

/** The options of one execution: its line in the history, and for how long Temporal may retry it. */
export function executeOptions(
  call: Call,
  summary: string,
  facts: WaitingFacts,
  timing: WaitingTiming,
): ActivityOptions {
  const oneAttempt = policyOf(call).startToCloseTimeout;
  return { summary, scheduleToCloseTimeout: retriedFor(facts, timing, oneAttempt, Date.now()) };
}

const { queryOrder } = proxyActivities<Pick<OrderActivities, 'queryOrder'>>(callOptions('queryOrder'));

type Queried =
  | { readonly type: 'queryAnswered'; readonly answer: QueryOrderResult; readonly askedAt: Instant }
  | { readonly type: 'queryFailed'; readonly failure: CallFailure };

/** Queries an order, and returns the event that the query ends with. */
export function query(order: OrderRef, summary: string, facts: WaitingFacts, timing: WaitingTiming): Promise<Queried> {
  const askedAt = Date.now();
  return queryOrder.executeWithOptions(executeOptions('queryOrder', summary, facts, timing), [{ order }]).then(
    (answer): Queried => ({ type: 'queryAnswered', answer, askedAt }),
    (error: unknown): Queried => ({ type: 'queryFailed', failure: callFailure(error, 'queryOrder') }),
  );
}

/** The failure of a call, as its activity reported it. An attempt that was lost with its worker reports nothing. */
export function callFailure(error: unknown, activity: Call): CallFailure {
  if (!(error instanceof ActivityFailure)) throw error;
  const { cause } = error;
  const lost = { call: activity, code: 'LOCAL_LOST', kind: 'unknown', requestId: null } as const;
  if (!(cause instanceof ApplicationFailure)) return lost;
  const details = cause.details?.[0] as FailureDetails | undefined;
  return {
    call: details?.call ?? activity,
    code: cause.type ?? lost.code,
    kind: details?.kind ?? lost.kind,
    requestId: details?.requestId ?? null,
  };
}

/**
 * Makes a guarded write, and returns its result; or its failure, with what it is known to have sent.
 *
 * @param isSuperseded whether another event superseded the write before it could begin
 */
export async function write<Result>(
  call: 'closeOrder' | 'cancelServiceOrder',
  isSuperseded: boolean,
  send: () => Promise<Result>,
): Promise<{ readonly result: Result } | { readonly failure: WriteFailure }> {
  if (isSuperseded) return { failure: superseded(call, false) };
  const begunAt = workflowInfo().historyLength;
  try {
    return { result: await send() };
  } catch (error) {
    // A write that is cancelled in the workflow task that scheduled it never reached a worker.
    const isBegun = workflowInfo().historyLength > begunAt;
    return { failure: writeFailure(error, call, isBegun) };
  }
}

function writeFailure(error: unknown, call: Call, isBegun: boolean): WriteFailure {
  // A write that is cancelled between two attempts does not report what the earlier ones sent.
  if (isCancellation(error)) return superseded(call, isBegun);
  const failure = callFailure(error, call);
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  const announced = announcedIn(cause);
  return { ...failure, sent: sentBefore(announced), announced };
}

/** From the heartbeat of the attempt that was lost, or from the failure of the attempt before it. */
function announcedIn(cause: Error | undefined): Announced | null {
  if (cause instanceof TimeoutFailure) {
    return (cause.lastHeartbeatDetails as Announced | undefined) ?? announcedIn(cause.cause);
  }
  if (!(cause instanceof ApplicationFailure)) return null;
  return (cause.details?.[0] as FailureDetails | undefined)?.announced ?? null;
}

function superseded(call: Call, isBegun: boolean): WriteFailure {
  const sent = isBegun ? 'maybe' : 'no';
  return { call, code: 'LOCAL_SUPERSEDED', kind: 'unknown', requestId: null, sent, announced: null };
}
