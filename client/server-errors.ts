import {
  isGrpcCancelledError,
  isGrpcDeadlineError,
  isGrpcServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { Fault } from '../domain/validation.js';
import { REFUSALS } from '../workflows/messages/orders.js';

/** gRPC status codes (`@grpc/grpc-js`), which the client's package does not export. */
const DEADLINE_EXCEEDED = 4;
const NOT_FOUND = 5;
const FAILED_PRECONDITION = 9;
const RESOURCE_EXHAUSTED = 8;
const ABORTED = 10;
const UNAVAILABLE = 14;

/** The server knows at once that no worker polls the task queue. */
export function isNoPoller(error: unknown): boolean {
  return isNotReady(error, /no poller/i);
}

/** The deadline of a call is over, and the SDK has not ended it: it waits before it tries again. */
export class TimeIsOver extends Error {
  override readonly name = 'TimeIsOver';
}

/** The deadline of a call is over. It also ends calls that the SDK makes in between, as cancelled ones. */
export function isTimeout(error: unknown): boolean {
  return error instanceof TimeIsOver || isGrpcDeadlineError(error) || isGrpcCancelledError(error);
}

/** The server has forgotten the workflow, or never knew it. */
export function isUnknown(error: unknown): boolean {
  return error instanceof WorkflowNotFoundError || hasStatus(error, NOT_FOUND);
}

/** The server is away or busy, and may be back. */
export function isTransient(error: unknown): boolean {
  return hasStatus(error, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, UNAVAILABLE);
}

/**
 * Why a message was not answered, if it can be sent again, a request with the same id.
 *
 * - `failing`: the order's workflow task failed or timed out several times in a row, as with a bad build or workers that are
 *   killed; the server hands out no request until one succeeds
 * - `crowded`: the order has as many requests in flight as the server allows
 * - `interrupted`: the task that had the request failed, or another message came for the order at that moment, as a
 *   notification does
 * - `ending`: the run had ended, or ended before it answered; whether another one is there must be asked
 */
export function whyUnanswered(error: unknown): 'failing' | 'crowded' | 'interrupted' | 'ending' | undefined {
  if (hasStatus(error, RESOURCE_EXHAUSTED) && /in-flight updates/i.test(messageOf(error))) return 'crowded';
  if (isNotReady(error, /workflow task in failed state/i)) return 'failing';
  if (isNotReady(error, /workflow task failure/i)) return 'interrupted';
  const type = failureOf(error)?.type;
  const isOver = type === REFUSALS.alreadyEnded || type === 'AcceptedUpdateCompletedWorkflow';
  return isOver || isUnknown(error) ? 'ending' : undefined;
}

/** The faults that a workflow's refusal lists; `undefined` for any other error. */
export function faultsIn(error: unknown): readonly Fault[] | undefined {
  const failure = failureOf(error);
  return failure?.type === REFUSALS.invalidRequest ? ((failure.details?.[0] ?? []) as Fault[]) : undefined;
}

/** What an error and its causes say. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${messageOf(error.cause)}` : error.message;
}

function failureOf(error: unknown): ApplicationFailure | undefined {
  const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
  return cause instanceof ApplicationFailure ? cause : undefined;
}

/** The server has one code for several reasons why a workflow cannot be asked now, and tells them apart in words only. */
function isNotReady(error: unknown, reason: RegExp): boolean {
  return hasStatus(error, FAILED_PRECONDITION) && reason.test(messageOf(error));
}

function hasStatus(error: unknown, ...codes: readonly number[]): boolean {
  if (isGrpcServiceError(error)) return codes.includes(error.code);
  return error instanceof Error && error.cause !== undefined && hasStatus(error.cause, ...codes);
}
