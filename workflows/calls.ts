import {
  ActivityCancellationType,
  isCancellation,
  proxyActivities,
  workflowInfo,
  type ActivityOptions,
} from '@temporalio/workflow';
import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/common';
import { CALL_POLICIES } from '../domain/call-policies.js';
import type {
  Announced,
  CallFailure,
  FailureDetails,
  OrderActivities,
  QueryOrderResult,
  WriteFailure,
} from '../domain/calls.js';
import type { Call } from '../domain/errors/table.js';
import { sentBefore } from '../domain/guarded-write.js';
import type { OrderRef } from '../domain/orders/order.js';
import type { Instant, Milliseconds } from '../domain/time.js';

/** How a call is made: its policy, and that its result is awaited if it is cancelled. */
export function callOptions(call: keyof typeof CALL_POLICIES): ActivityOptions {
  return { ...CALL_POLICIES[call], cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED };
}

/** The time of one attempt of a call: patience cuts no attempt short. */
export function oneAttempt(call: keyof typeof CALL_POLICIES): Milliseconds {
  return CALL_POLICIES[call].startToCloseTimeout;
}

const { queryOrder } = proxyActivities<Pick<OrderActivities, 'queryOrder'>>(callOptions('queryOrder'));

type Queried =
  | { readonly type: 'queryAnswered'; readonly answer: QueryOrderResult; readonly askedAt: Instant }
  | { readonly type: 'queryFailed'; readonly failure: CallFailure };

/** Asks WeChat Pay for an order, and says what came of it. */
export function query(order: OrderRef, summary: string, retriedFor: Milliseconds): Promise<Queried> {
  const askedAt = Date.now();
  return queryOrder.executeWithOptions({ summary, scheduleToCloseTimeout: retriedFor }, [{ order }]).then(
    (answer): Queried => ({ type: 'queryAnswered', answer, askedAt }),
    (error: unknown): Queried => ({ type: 'queryFailed', failure: callFailure(error, 'queryOrder') }),
  );
}

/** What a failed activity says about its call. An attempt that was lost with its worker says nothing. */
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
 * Makes a guarded write, and says what it came to; or how it failed, with what it is known to have sent.
 *
 * @param isSuperseded it was superseded before it could begin
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
    // Cancelled in the workflow task that scheduled it, it never reached a worker.
    const isBegun = workflowInfo().historyLength > begunAt;
    return { failure: writeFailure(error, call, isBegun) };
  }
}

function writeFailure(error: unknown, call: Call, isBegun: boolean): WriteFailure {
  // One that is cancelled between two attempts says nothing about those before.
  if (isCancellation(error)) return superseded(call, isBegun);
  const failure = callFailure(error, call);
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  const announced = announcedIn(cause);
  return { ...failure, sent: sentBefore(announced), announced };
}

/** By the heartbeat of the attempt that was lost, or by the failure of the one before it. */
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
