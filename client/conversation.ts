import { randomUUID } from 'node:crypto';
import { WorkflowFailedError, WorkflowNotFoundError, type Client, type WorkflowHandle } from '@temporalio/client';
import {
  CancelledFailure,
  TerminatedFailure,
  type QueryDefinition,
  type SignalDefinition,
  type UpdateDefinition,
} from '@temporalio/common';
import { AlreadyEndedError, NoOutcomeError, NoServerError, NoWorkerError, OrderNotFoundError } from './errors.js';
import { type LastRun, lastRunOf } from './ended-order.js';
import {
  isAboutTheEnd,
  isNoPoller,
  isTimeout,
  isTransient,
  isUnavailable,
  refusalOf,
  whyUnanswered,
} from './server-errors.js';

/** How long a call waits for the server, or for a worker to answer a message, before it gives up. In milliseconds. */
export const DEFAULT_ANSWERED_WITHIN_MS = 10_000;

/** An update that the server has, whose answer can be waited for. */
interface SentUpdate<T> {
  readonly result: () => Promise<T>;
}

/** Sends messages to the workflow of one order, with deadlines, and with errors of this client. */
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
    return this.untilAnswered((leftMs) =>
      this.within(NoServerError, () => this.workflow.signal(definition, ...args), leftMs),
    );
  }

  /** @param answerMs how long the answer may take, once a worker has accepted the request */
  update<T, Args extends readonly unknown[]>(
    definition: UpdateDefinition<T, [...Args]>,
    args: Args,
    answerMs: number = this.answeredWithinMs,
  ): Promise<T> {
    // By its name: by its definition, the SDK wants to know whether there are arguments at all.
    const message = { args: args as unknown as [unknown], waitForStage: 'ACCEPTED' } as const;
    return this.request(
      (updateId) => this.workflow.startUpdate<T, [unknown]>(definition.name, { ...message, updateId }),
      answerMs,
    );
  }

  /**
   * Sends a request however it is sent, and waits for its answer.
   *
   * @param send called again under the same id if no worker got to answer: the server has a request of one id once
   */
  request<T>(send: (updateId: string) => Promise<SentUpdate<T>>, answerMs: number = this.answeredWithinMs): Promise<T> {
    const updateId = randomUUID();
    return this.untilAnswered(async (leftMs) => {
      const sent = await this.within(NoWorkerError, () => send(updateId), leftMs);
      return this.within(NoWorkerError, () => sent.result(), answerMs);
    });
  }

  async query<T>(definition: QueryDefinition<T>): Promise<T> {
    try {
      return await this.retried((leftMs) => this.within(NoWorkerError, () => this.workflow.query(definition), leftMs));
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) throw new OrderNotFoundError(this.workflowId);
      throw error;
    }
  }

  /** Waits for how the order ends, however long that takes; a server that is away for a while is waited for. */
  async outcome(): Promise<Outcome | { readonly ended: 'released' }> {
    for (let silences = 0; ; silences += 1) {
      try {
        return (await this.workflow.result()) as Outcome;
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) throw new OrderNotFoundError(this.workflowId);
        if (isTransient(error)) await pause(Math.min(FIRST_OUTAGE_PAUSE_MS * 2 ** silences, LONGEST_OUTAGE_PAUSE_MS));
        else if (!(error instanceof WorkflowFailedError)) throw error;
        else if (error.cause instanceof CancelledFailure) return { ended: 'released' };
        else if (!(await this.hasNewerRun())) throw new NoOutcomeError(this.workflowId, statusOf(error));
      }
    }
  }

  /** How the last run of this workflow is, or of another that belongs to it. No worker is needed. */
  lastRun<Ends = Outcome>(workflowId: string = this.workflowId): Promise<LastRun<Ends>> {
    return this.within(NoServerError, () => lastRunOf<Ends>(this.client, workflowId));
  }

  /** Whether the run that ended without an outcome has a newer one in its place: after a Reset, it has. */
  private async hasNewerRun(): Promise<boolean> {
    const { status } = await this.workflow.describe();
    return status.name !== 'TERMINATED' && status.name !== 'FAILED' && status.name !== 'TIMED_OUT';
  }

  /**
   * Makes a call that gives up in time.
   *
   * @param silence what it means that nothing came back, if the server is there
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
      if (isUnavailable(error)) throw new NoServerError(this.workflowId, answerMs);
      if (!isTimeout(error)) throw error;
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
   * Sends a message until it is answered, or the order has ended, or the time of a call is over.
   *
   * @param message is told how many milliseconds are left
   */
  private async untilAnswered<T>(message: (leftMs: number) => Promise<T>): Promise<T> {
    try {
      return await this.retried(message, (error) => this.isStillRunning(error));
    } catch (error) {
      throw refusalOf(error);
    }
  }

  /**
   * Tries again while no worker gets to answer, or while the order ends or goes on in a new run.
   *
   * @param isStillRunning whether an error about the end of the order passes, because a run still lives
   */
  private async retried<T>(
    message: (leftMs: number) => Promise<T>,
    isStillRunning: (error: unknown) => Promise<boolean> = () => Promise.resolve(false),
  ): Promise<T> {
    const deadline = Date.now() + this.answeredWithinMs;
    for (let tries = 0; ; tries += 1) {
      try {
        return await message(Math.max(deadline - Date.now(), 1));
      } catch (error) {
        const why = whyUnanswered(error);
        if (why === undefined && !(await isStillRunning(error))) throw error;
        const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** tries, LONGEST_PAUSE_MS);
        if (Date.now() + pauseMs >= deadline) throw new NoWorkerError(this.workflowId, this.answeredWithinMs, why);
        await pause(pauseMs);
      }
    }
  }

  /**
   * Whether the order runs, although an error says that it ended: it is just ending, or a new run took the place of the one
   * that ended.
   *
   * @throws AlreadyEndedError, OrderNotFoundError, NoOutcomeError if it does not run
   */
  private async isStillRunning(error: unknown): Promise<boolean> {
    if (!isAboutTheEnd(error)) return false;
    const last = await this.lastRun();
    switch (last.is) {
      case 'running':
        return true;
      case 'unknown':
        throw new OrderNotFoundError(this.workflowId);
      case 'startable':
        throw new NoOutcomeError(this.workflowId, last.status);
      case 'ended':
        throw new AlreadyEndedError(this.workflowId, last.outcome, last.endedAt);
    }
  }
}

/** Between two tries of one call: doubling. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/** How long an outcome is not asked for after the server was silent: doubling. */
const FIRST_OUTAGE_PAUSE_MS = 1_000;
const LONGEST_OUTAGE_PAUSE_MS = 30_000;

const SERVER_CHECK_MS = 2_000;

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function statusOf({ cause }: WorkflowFailedError): string {
  if (cause instanceof TerminatedFailure) return 'terminated';
  return cause?.message ?? 'failed';
}
