import { randomUUID } from 'node:crypto';
import { WorkflowFailedError, type Client, type WorkflowHandle } from '@temporalio/client';
import {
  CancelledFailure,
  type QueryDefinition,
  type SignalDefinition,
  type UpdateDefinition,
} from '@temporalio/client';
import {
  AlreadyEndedError,
  CallFailedError,
  InvalidOrderError,
  isOrderClientError,
  NoOutcomeError,
  NoServerError,
  NoWorkerError,
  OrderNotFoundError,
  type OrderClientError,
} from './errors.js';
import { type BeforeStart, refuseOtherEncoding } from './encoding.js';
import { type LastRun, lastRunOf } from './ended-order.js';
import type { Instant } from '../domain/time.js';
import {
  faultsIn,
  isNoPoller,
  isTimeout,
  isTransient,
  isUnknown,
  messageOf,
  untilConnected,
  whyUnanswered,
} from './server-errors.js';

/** How long a call waits for the server, or for a worker to accept a message. In milliseconds. */
export const DEFAULT_ANSWERED_WITHIN_MS = 10_000;

/** An update that the server has, and its answer. */
interface SentUpdate<T> {
  readonly result: () => Promise<T>;
}

/** The time of one call, with all that is sent for it: it has one deadline. */
interface Clock {
  readonly begunAt: Instant;
  readonly deadline: Instant;
}

/** Sends messages to the workflow of one order, with deadlines. All that it throws is an {@link OrderClientError}. */
export class Conversation<Outcome extends { readonly ended: string }> {
  private readonly workflow: WorkflowHandle;

  constructor(
    private readonly client: Client,
    readonly workflowId: string,
    private readonly answeredWithinMs: number,
  ) {
    this.workflow = client.workflow.getHandle(workflowId);
  }

  /** A conversation with another workflow that belongs to the same order. */
  about<Ends extends { readonly ended: string }>(workflowId: string): Conversation<Ends> {
    return new Conversation(this.client, workflowId, this.answeredWithinMs);
  }

  /** Returns when Temporal has the signal. */
  signal<Args extends unknown[]>(definition: SignalDefinition<Args>, ...args: Args): Promise<void> {
    return this.untilAnswered(({ deadline }) =>
      this.withDeadline(deadline, () => this.workflow.signal(definition, ...args)),
    );
  }

  /** @param answerMs how long the answer may take once a worker has accepted the request. Default: what is left of the call */
  update<T, Args extends readonly unknown[]>(
    definition: UpdateDefinition<T, [...Args]>,
    args: Args,
    answerMs?: number,
  ): Promise<T> {
    // By name: the SDK's types for a definition depend on whether it takes arguments, which is not known here.
    const message = { args: args as unknown as [unknown], waitForStage: 'ACCEPTED' } as const;
    return this.request(
      (updateId) => this.workflow.startUpdate<T, [unknown]>(definition.name, { ...message, updateId }),
      answerMs,
    );
  }

  /**
   * Sends a request and waits for its answer.
   *
   * @param send called again with the same id if no worker got to answer: the server runs a request of one id once
   */
  request<T>(
    send: (updateId: string, beforeStart: BeforeStart) => Promise<SentUpdate<T>>,
    answerMs?: number,
  ): Promise<T> {
    const updateId = randomUUID();
    return this.untilAnswered(async (clock) => {
      const sent = await this.byWorker(clock, () => send(updateId, this.beforeStart(clock)));
      const deadline = answerMs === undefined ? clock.deadline : Date.now() + answerMs;
      return this.byWorker({ ...clock, deadline }, () => sent.result());
    });
  }

  /** @throws NoOutcomeError if nobody watches: Temporal answers for a run that was terminated as if it still did */
  query<T, Args extends unknown[]>(definition: QueryDefinition<T, Args>, ...args: Args): Promise<T> {
    return this.untilAnswered(async (clock) => {
      const last = await this.withDeadline(clock.deadline, () => lastRunOf(this.client, this.workflowId));
      if (last.is === 'startable') throw new NoOutcomeError(this.workflowId, last.status);
      return this.byWorker(clock, () => this.workflow.query<T, Args>(definition, ...args));
    });
  }

  /** Waits for the outcome, however long that takes, also through outages of the server. */
  async outcome(): Promise<Outcome | { readonly ended: 'released' }> {
    for (let outages = 0; ; outages += 1) {
      const begunAt = Date.now();
      try {
        return await this.result();
      } catch (error) {
        if (isUnknown(error)) throw new OrderNotFoundError(this.workflowId);
        if (!isTransient(error)) throw this.errorOf(error, begunAt);
      }
      await pause(Math.min(FIRST_OUTAGE_PAUSE_MS * 2 ** outages, LONGEST_OUTAGE_PAUSE_MS));
    }
  }

  private async result(): Promise<Outcome | { readonly ended: 'released' }> {
    for (;;) {
      try {
        return (await this.workflow.result()) as Outcome;
      } catch (error) {
        if (!(error instanceof WorkflowFailedError)) throw error;
        if (error.cause instanceof CancelledFailure) return { ended: 'released' };
        // After a Reset, a newer run is in the place of the one that failed.
        const last = await lastRunOf<Outcome>(this.client, this.workflowId);
        if (last.is === 'startable') throw new NoOutcomeError(this.workflowId, last.status, error.cause);
      }
    }
  }

  /** The last run of this workflow, or of another one of the same order. Needs no worker. */
  lastRun<Ends = Outcome>(workflowId: string = this.workflowId): Promise<LastRun<Ends>> {
    return this.within(() => lastRunOf<Ends>(this.client, workflowId));
  }

  /** Makes one or more calls that the server answers by itself, with one deadline for all of them. */
  async within<T>(call: (beforeStart: BeforeStart) => Promise<T>): Promise<T> {
    const clock = this.newClock();
    try {
      return await this.withDeadline(clock.deadline, () => call(this.beforeStart(clock)));
    } catch (error) {
      throw this.errorOf(error, clock.begunAt);
    }
  }

  private beforeStart({ deadline }: Clock): BeforeStart {
    return (taskQueue) => refuseOtherEncoding(this.client, { taskQueue, workflowId: this.workflowId, deadline });
  }

  private newClock(): Clock {
    const begunAt = Date.now();
    return { begunAt, deadline: begunAt + this.answeredWithinMs };
  }

  private async withDeadline<T>(deadline: Instant, call: () => Promise<T>): Promise<T> {
    await untilConnected(this.client, deadline);
    return this.client.withDeadline(deadline, call);
  }

  /**
   * Makes a call that a worker answers. The server is asked for a sign of life shortly before the deadline: so it is known in
   * time whether the server or the workers were silent.
   */
  private async byWorker<T>({ begunAt, deadline }: Clock, call: () => Promise<T>): Promise<T> {
    const leftMs = Math.max(deadline - Date.now(), 1);
    const checkMs = Math.min(SERVER_CHECK_MS, leftMs / 2);
    let isThere: Promise<boolean> | undefined;
    const timer = setTimeout(() => void (isThere = this.serverIsThere(checkMs)), leftMs - checkMs);
    try {
      return await this.withDeadline(deadline, call);
    } catch (error) {
      if (!isTimeout(error) || !(await (isThere ?? this.serverIsThere(checkMs)))) throw error;
      throw new NoWorkerError(this.workflowId, Date.now() - begunAt);
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Sends a message until it is answered, the order has ended, or the time of the call is over. It is sent again while no
   * worker gets to answer, and while the order is ending or continues in a new run.
   */
  private async untilAnswered<T>(message: (clock: Clock) => Promise<T>): Promise<T> {
    const clock = this.newClock();
    const { begunAt, deadline } = clock;
    let before: ReturnType<typeof whyUnanswered>;
    for (let tries = 0; ; tries += 1) {
      try {
        return await message(clock);
      } catch (error) {
        // The server has answered the try before this one, so it is there.
        if (before !== undefined && isTimeout(error))
          throw new NoWorkerError(this.workflowId, Date.now() - begunAt, before);
        const why = (before = whyUnanswered(error));
        if (why === undefined) throw this.errorOf(error, begunAt);
        if (why === 'ending') await this.checkRunning(clock);
        const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** tries, LONGEST_PAUSE_MS);
        if (Date.now() + pauseMs >= deadline) throw new NoWorkerError(this.workflowId, Date.now() - begunAt, why);
        await pause(pauseMs);
      }
    }
  }

  /**
   * Returns if a run of the order is still there: it is just ending, or a newer one is in its place.
   *
   * @throws AlreadyEndedError, OrderNotFoundError, NoOutcomeError if there is none
   */
  private async checkRunning({ begunAt, deadline }: Clock): Promise<void> {
    const last = await this.withDeadline(deadline, () => lastRunOf<Outcome>(this.client, this.workflowId)).catch(
      (error: unknown): never => {
        throw this.errorOf(error, begunAt);
      },
    );
    switch (last.is) {
      case 'running':
        return;
      case 'unknown':
        throw new OrderNotFoundError(this.workflowId);
      case 'startable':
        throw new NoOutcomeError(this.workflowId, last.status);
      case 'ended':
        throw new AlreadyEndedError(this.workflowId, last.outcome, last.endedAt);
    }
  }

  /** Any error of a call as an error of this client. */
  private errorOf(error: unknown, begunAt: Instant): OrderClientError {
    if (isOrderClientError(error)) return error;
    const faults = faultsIn(error);
    if (faults !== undefined) return new InvalidOrderError(faults);
    const waitedMs = Date.now() - begunAt;
    if (isNoPoller(error)) return new NoWorkerError(this.workflowId, waitedMs);
    if (isTimeout(error) || isTransient(error)) return new NoServerError(this.workflowId, waitedMs);
    return new CallFailedError(this.workflowId, messageOf(error), error);
  }

  private async serverIsThere(withinMs: number): Promise<boolean> {
    try {
      await this.withDeadline(Date.now() + withinMs, () => this.client.workflowService.getSystemInfo({}));
      return true;
    } catch {
      return false;
    }
  }
}

/** Between two tries of one call: doubling. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/** Between two tries to get an outcome while the server is away: doubling. */
const FIRST_OUTAGE_PAUSE_MS = 1_000;
const LONGEST_OUTAGE_PAUSE_MS = 30_000;

/** How long before the deadline of a call the server is asked for a sign of life. */
const SERVER_CHECK_MS = 2_000;

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
