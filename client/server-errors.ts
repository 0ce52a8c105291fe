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
import { InvalidOrderError } from './errors.js';

/** gRPC status codes (`@grpc/grpc-js`), which the client's package does not export. */
const DEADLINE_EXCEEDED = 4;
const NOT_FOUND = 5;
const RESOURCE_EXHAUSTED = 8;
const FAILED_PRECONDITION = 9;
const ABORTED = 10;
const UNAVAILABLE = 14;

/** The server knows at once that nobody polls the task queue. */
export function isNoPoller(error: unknown): boolean {
  return isNotReady(error, /no poller/i);
}

/** The deadline of a call is over. It also ends calls that the SDK makes in between, as cancelled ones. */
export function isTimeout(error: unknown): boolean {
  return isGrpcDeadlineError(error) || isGrpcCancelledError(error);
}

export function isUnavailable(error: unknown): boolean {
  return hasStatus(error, UNAVAILABLE);
}

/** The server has forgotten it, or never knew it. */
export function isUnknown(error: unknown): boolean {
  return error instanceof WorkflowNotFoundError || hasStatus(error, NOT_FOUND);
}

/** The server is away or busy, and may be back. */
export function isTransient(error: unknown): boolean {
  return [DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, UNAVAILABLE].some((code) => hasStatus(error, code));
}

/**
 * Why a worker did not get to answer a request, which can be sent again under the same id.
 *
 * - `failing`: the order's workflow task failed or timed out several times in a row, as with a bad build or workers that are
 *   killed; the server hands out no request until one succeeds
 * - `interrupted`: the task that had the request failed, or something else came for the order in that moment, as a
 *   notification does
 */
export function whyUnanswered(error: unknown): 'failing' | 'interrupted' | undefined {
  if (isNotReady(error, /workflow task in failed state/i)) return 'failing';
  return isNotReady(error, /workflow task failure/i) ? 'interrupted' : undefined;
}

/** The order had ended, or ended while the request was under way. */
export function isAboutTheEnd(error: unknown): boolean {
  if (error instanceof WorkflowNotFoundError) return true;
  const type = failureOf(error)?.type;
  return type === REFUSALS.alreadyEnded || type === 'AcceptedUpdateCompletedWorkflow';
}

/** A refusal that lists faults, as an error of this client; any other error as it is. */
export function refusalOf(error: unknown): unknown {
  const failure = failureOf(error);
  if (failure?.type !== REFUSALS.invalidRequest) return error;
  return new InvalidOrderError((failure.details?.[0] ?? []) as Fault[]);
}

function failureOf(error: unknown): ApplicationFailure | undefined {
  const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
  return cause instanceof ApplicationFailure ? cause : undefined;
}

/** The server has one code for several reasons why a workflow cannot be asked now, and tells them apart in words only. */
function isNotReady(error: unknown, reason: RegExp): boolean {
  return hasStatus(error, FAILED_PRECONDITION) && reason.test(messageOf(error));
}

function hasStatus(error: unknown, code: number): boolean {
  if (isGrpcServiceError(error)) return (error.code as number) === code;
  return error instanceof Error && error.cause !== undefined && hasStatus(error.cause, code);
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  return error.cause instanceof Error ? `${error.message} ${messageOf(error.cause)}` : error.message;
}
