import {
  isGrpcCancelledError,
  isGrpcDeadlineError,
  isGrpcServiceError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  type Client,
  type WorkflowExecutionDescription,
  type WorkflowHandle,
} from '@temporalio/client';
import {
  ApplicationFailure,
  CancelledFailure,
  TerminatedFailure,
  type QueryDefinition,
  type SignalDefinition,
  type UpdateDefinition,
} from '@temporalio/common';
import type { Fault } from '../domain/check.js';
import { REFUSALS } from '../workflows/messages.js';
import {
  AlreadyEndedError,
  InvalidOrderError,
  NoOutcomeError,
  NoServerError,
  NoWorkerError,
  OrderNotFoundError,
} from './errors.js';

/** How long a call waits for the server, or for a worker to answer a message, before it gives up. In milliseconds. */
export const DEFAULT_ANSWERED_WITHIN_MS = 10_000;

/** What is said to the workflow of one order, and what comes back: with deadlines, and with errors of our own. */
export class Conversation<Outcome extends { readonly ended: string }> {
  private readonly workflow: WorkflowHandle;

  constructor(
    private readonly client: Client,
    readonly workflowId: string,
    private readonly answeredWithinMs: number,
  ) {
    this.workflow = client.workflow.getHandle(workflowId);
  }

  /** Returns when Temporal has it. */
  signal<Args extends unknown[]>(definition: SignalDefinition<Args>, ...args: Args): Promise<void> {
    return this.heard(() => this.within(NoServerError, () => this.workflow.signal(definition, ...args)));
  }

  /** @param answerMs how long the answer may take, once a worker has taken the request */
  update<T, Args extends readonly unknown[]>(
    definition: UpdateDefinition<T, [...Args]>,
    args: Args,
    answerMs: number = this.answeredWithinMs,
  ): Promise<T> {
    // By its name: by its definition, the SDK wants to know whether there are arguments at all.
    const message = { args: args as unknown as [unknown], waitForStage: 'ACCEPTED' } as const;
    return this.request(() => this.workflow.startUpdate<T, [unknown]>(definition.name, message), answerMs);
  }

  /** Sends a request however it is sent, and waits for its answer. */
  request<T>(
    send: () => Promise<{ readonly result: () => Promise<T> }>,
    answerMs: number = this.answeredWithinMs,
  ): Promise<T> {
    return this.heard(async () => {
      const sent = await this.within(NoWorkerError, send);
      return this.within(NoWorkerError, () => sent.result(), answerMs);
    });
  }

  async query<T>(definition: QueryDefinition<T>): Promise<T> {
    try {
      return await this.within(NoWorkerError, () => this.workflow.query(definition));
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) throw new OrderNotFoundError(this.workflowId);
      throw error;
    }
  }

  /** Waits for how the order ends, however long that takes; a server that is away for a while is waited for. */
  async outcome(): Promise<Outcome | { readonly ended: 'released' }> {
    for (let silences = 0; ; silences += 1) {
      try {
        return await this.outcomeOf(this.workflow);
      } catch (error) {
        if (isTransient(error)) await pause(Math.min(FIRST_PAUSE_MS * 2 ** silences, LONGEST_PAUSE_MS));
        else if (!(error instanceof NoOutcomeError) || !(await this.wentOn())) throw error;
      }
    }
  }

  /** @throws OrderNotFoundError, NoOutcomeError */
  private async outcomeOf(workflow: WorkflowHandle): Promise<Outcome | { readonly ended: 'released' }> {
    try {
      return (await workflow.result()) as Outcome;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) throw new OrderNotFoundError(this.workflowId);
      if (!(error instanceof WorkflowFailedError)) throw error;
      if (error.cause instanceof CancelledFailure) return { ended: 'released' };
      throw new NoOutcomeError(this.workflowId, statusOf(error));
    }
  }

  /** Whether the run that ended without an outcome has a newer one in its place: after a Reset, it has. */
  private async wentOn(): Promise<boolean> {
    const { status } = await this.workflow.describe();
    return status.name !== 'TERMINATED' && status.name !== 'FAILED' && status.name !== 'TIMED_OUT';
  }

  /**
   * Makes a call that gives up in time.
   *
   * @param silence what it means that nothing came back; it is told from a server that is not there
   */
  async within<T>(
    silence: typeof NoWorkerError | typeof NoServerError,
    call: () => Promise<T>,
    answerMs: number = this.answeredWithinMs,
  ): Promise<T> {
    try {
      return await this.client.withDeadline(Date.now() + answerMs, call);
    } catch (error) {
      if (isNoPoller(error)) throw new NoWorkerError(this.workflowId, 0);
      if (isInterrupted(error)) throw new NoWorkerError(this.workflowId, 0, 'interrupted');
      if (isUnavailable(error)) throw new NoServerError(this.workflowId, answerMs);
      // The deadline also ends calls that the SDK makes in between, as cancelled ones.
      if (!isGrpcDeadlineError(error) && !isGrpcCancelledError(error)) throw error;
      const isThere = silence === NoServerError || (await this.serverIsThere());
      throw new (isThere ? silence : NoServerError)(this.workflowId, answerMs);
    }
  }

  private async serverIsThere(): Promise<boolean> {
    try {
      await this.client.withDeadline(Date.now() + SERVER_CHECK_MS, () => this.client.workflowService.getSystemInfo({}));
      return true;
    } catch {
      return false;
    }
  }

  /**
   * Tells an order that has ended from one that never was. Where a new run has taken the place of the one that ended,
   * the message is sent to that.
   */
  private async heard<T>(message: () => Promise<T>, tries = MESSAGE_TRIES): Promise<T> {
    try {
      return await message();
    } catch (error) {
      if (!isAboutTheEnd(error)) throw refusalOf(error);
      const { status, runId } = await this.within(NoServerError, () => this.describe());
      if (status.name !== 'RUNNING') throw new AlreadyEndedError(this.workflowId, await this.outcomeOfRun(runId));
      if (tries <= 1) throw new NoWorkerError(this.workflowId, this.answeredWithinMs);
      return this.heard(message, tries - 1);
    }
  }

  private async describe(): Promise<WorkflowExecutionDescription> {
    try {
      return await this.workflow.describe();
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) throw new OrderNotFoundError(this.workflowId);
      throw error;
    }
  }

  private outcomeOfRun(runId: string): Promise<Outcome | { readonly ended: 'released' }> {
    return this.within(NoServerError, () => this.outcomeOf(this.client.workflow.getHandle(this.workflowId, runId)));
  }
}

/** How often a message is sent that meets the end of a run while a new one begins. */
const MESSAGE_TRIES = 3;

/** How long an outcome is not asked for after the server was silent: doubling. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The order had ended, or ended while the message was under way. */
function isAboutTheEnd(error: unknown): boolean {
  if (error instanceof WorkflowNotFoundError) return true;
  const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
  if (!(cause instanceof ApplicationFailure)) return false;
  return cause.type === REFUSALS.alreadyEnded || cause.type === 'AcceptedUpdateCompletedWorkflow';
}

/** A refusal that lists faults, as an error of this client. */
function refusalOf(error: unknown): unknown {
  const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
  if (!(cause instanceof ApplicationFailure) || cause.type !== REFUSALS.invalidRequest) return error;
  return new InvalidOrderError((cause.details?.[0] ?? []) as Fault[]);
}

const SERVER_CHECK_MS = 2_000;

/** gRPC status codes (`@grpc/grpc-js`), which the client's package does not export. */
const DEADLINE_EXCEEDED = 4;
const RESOURCE_EXHAUSTED = 8;
const FAILED_PRECONDITION = 9;
const ABORTED = 10;
const UNAVAILABLE = 14;

/** The server knows at once that nobody polls the task queue. */
function isNoPoller(error: unknown): boolean {
  return hasStatus(error, FAILED_PRECONDITION) && /no poller/i.test(messageOf(error));
}

/**
 * A notification came in the moment in which the worker answered, and the worker has to do it anew. Which of the messages are
 * heard then is not known, and most of them must not be sent twice.
 */
function isInterrupted(error: unknown): boolean {
  return hasStatus(error, FAILED_PRECONDITION) && /workflow task failure/i.test(messageOf(error));
}

function isUnavailable(error: unknown): boolean {
  return hasStatus(error, UNAVAILABLE);
}

/** The server is away or busy, and may be back. */
function isTransient(error: unknown): boolean {
  return [DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, UNAVAILABLE].some((code) => hasStatus(error, code));
}

function hasStatus(error: unknown, code: number): boolean {
  if (isGrpcServiceError(error)) return (error.code as number) === code;
  return error instanceof Error && error.cause !== undefined && hasStatus(error.cause, code);
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  return error.cause instanceof Error ? `${error.message} ${messageOf(error.cause)}` : error.message;
}

function statusOf({ cause }: WorkflowFailedError): string {
  if (cause instanceof TerminatedFailure) return 'terminated';
  return cause?.message ?? 'failed';
}
