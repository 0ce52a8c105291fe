import {
  ApplicationFailure,
  type Client,
  isGrpcCancelledError,
  isGrpcDeadlineError,
  isGrpcServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import type { Instant } from '../domain/time.js';
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

/** The part of the SDK's connection that waits for the server. It is there, but not published. */
interface Waiting {
  waitForReady(deadline: Instant, callback: (error?: Error) => void): void;
}

class NotConnectedError extends Error {
  override readonly name = 'NotConnectedError';
}

/**
 * Waits until a client is connected, or a deadline is over. Without that, the SDK fails on a broken connection at once, tries
 * again after pauses of up to 5 s, and looks at the deadline only after a pause. (A call must not be left before its pause is
 * over: the SDK would end the process if the connection was closed meanwhile.) Does not wait if the connection is of another kind.
 */
export async function untilConnected({ connection }: Client, deadline: Instant): Promise<void> {
  const channel = (connection as { readonly client?: Partial<Waiting> }).client;
  if (channel?.waitForReady === undefined) return;
  const error = await new Promise<Error | undefined>((resolve) => channel.waitForReady?.(deadline, resolve));
  // What fails sooner was closed, and the call itself says so.
  if (error !== undefined && Date.now() >= deadline) throw new NotConnectedError(error.message);
}

/** The deadline of a call is over. It also ends calls that the SDK makes in between, as cancelled ones. */
export function isTimeout(error: unknown): boolean {
  return error instanceof NotConnectedError || isGrpcDeadlineError(error) || isGrpcCancelledError(error);
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
 *   notification does, or the server dropped the request
 * - `ending`: the run had ended, or ended before it answered; whether another one is there must be asked
 */
export function whyUnanswered(error: unknown): 'failing' | 'crowded' | 'interrupted' | 'ending' | undefined {
  if (hasStatus(error, RESOURCE_EXHAUSTED) && /in-flight updates/i.test(messageOf(error))) return 'crowded';
  if (isNotReady(error, /workflow task in failed state/i)) return 'failing';
  if (isNotReady(error, /workflow task failure/i) || isAborted(error)) return 'interrupted';
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

/** The server has dropped a request that no worker had taken yet, as it does when many come at once. */
function isAborted(error: unknown): boolean {
  return hasStatus(error, UNAVAILABLE) && /workflow update was aborted/i.test(messageOf(error));
}

function hasStatus(error: unknown, ...codes: readonly number[]): boolean {
  if (isGrpcServiceError(error)) return codes.includes(error.code);
  return error instanceof Error && error.cause !== undefined && hasStatus(error.cause, ...codes);
}
