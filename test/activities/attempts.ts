import { ActivityCancelledError, ActivityNotFoundError, type Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { Announced, FailureDetails } from '../../domain/calls.js';
import { orderWorkflowId, type OrderRef } from '../../domain/orders/order.js';
import { serviceOrderWorkflowId, type ServiceOrderRef } from '../../domain/payscore/order.js';

/** What Temporal says to an announcement: `go`, the error that the client throws, or nothing at all. */
export type Said = 'go' | 'nothing' | Error;

export const CANCELLED = new ActivityCancelledError('it was cancelled');
export const GIVEN_UP = new ActivityNotFoundError('it was given up');

/** What Temporal knows about an attempt, as far as a test says it. */
export interface AttemptOptions {
  readonly workflowType?: string | undefined;
  readonly workflowId?: string | undefined;
  /** When the server scheduled the activity first, milliseconds since 1970. Default: now. */
  readonly scheduledAt?: number;
  /** When the server means to have begun this attempt. Default: now. */
  readonly attemptAt?: number;
  /** What the attempts before this one have announced. */
  readonly before?: Announced;
  /** What Temporal says, one announcement after the other; then `go`. */
  readonly says?: readonly Said[];
  /** Called when Temporal has answered an announcement, before anything is done about it. */
  readonly onAnswered?: (attempt: Attempt) => void;
}

/** One attempt at an activity, with a stand-in for Temporal that keeps what is announced. */
export interface Attempt {
  readonly announced: readonly Announced[];
  /** Cancels the attempt, as a worker does that shuts down or was told to. */
  cancel(): void;
  run<Input, Result>(activity: (input: Input) => Promise<Result>, input: Input): Promise<Result>;
}

export function attempt(options: AttemptOptions): Attempt {
  const { workflowType, workflowId, scheduledAt = Date.now(), attemptAt = Date.now(), before, says = [] } = options;
  const announced: Announced[] = [];
  let signal: AbortSignal | undefined;
  const heartbeat = (_token: Uint8Array, details: Announced): Promise<void> => {
    if (signal?.aborted === true) return Promise.reject(new Error('1 CANCELLED'));
    const said = says[announced.push(details) - 1] ?? 'go';
    options.onAnswered?.(made);
    if (said === 'nothing') return new Promise(() => undefined);
    return said === 'go' ? Promise.resolve() : Promise.reject(said);
  };
  // As the SDK's client: its calls end when the attempt is cancelled.
  const client = {
    activity: { heartbeat },
    withAbortSignal: <T>(given: AbortSignal, run: () => T): T => {
      signal = given;
      return run();
    },
  } as unknown as Client;
  const info = {
    heartbeatDetails: before,
    scheduledTimestampMs: scheduledAt,
    currentAttemptScheduledTimestampMs: attemptAt,
    workflowType,
    workflowExecution: workflowId === undefined ? undefined : { workflowId, runId: 'run-1' },
    inWorkflow: workflowId !== undefined,
  };
  const environment = new MockActivityEnvironment(
    // What is undefined is so on purpose: it would be a default otherwise.
    info as ConstructorParameters<typeof MockActivityEnvironment>[0],
    { logger: new DefaultLogger('ERROR'), client },
  );
  const made: Attempt = {
    announced,
    cancel: () => environment.cancel(),
    run: <Input, Result>(activity: (input: Input) => Promise<Result>, input: Input) =>
      environment.run<[Input], Result, typeof activity>(activity, input),
  };
  return made;
}

/** An attempt that an order's own workflow makes. */
export function closeAttempt(order: OrderRef, options: AttemptOptions = {}): Attempt {
  return attempt({ workflowType: 'timeoutThenClose', workflowId: orderWorkflowId(order), ...options });
}

/** An attempt that a service order's own workflow makes. */
export function cancelAttempt(order: ServiceOrderRef, options: AttemptOptions = {}): Attempt {
  return attempt({ workflowType: 'cancelPayscore', workflowId: serviceOrderWorkflowId(order), ...options });
}

/** How an activity fails, as far as its workflow hears it. */
export async function failureOf(running: Promise<unknown>): Promise<ApplicationFailure & { told: FailureDetails }> {
  const error: unknown = await running.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ApplicationFailure)) throw new Error('no ApplicationFailure', { cause: error });
  const [told] = error.details as [FailureDetails];
  return Object.assign(error, { told });
}
