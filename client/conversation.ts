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
import { type LastRun, lastRunOf } from './ended-order.js';
import { faultsIn, isNoPoller, isTimeout, isTransient, isUnknown, messageOf, whyUnanswered } from './server-errors.js';

/** How long a call waits for the server, or for a worker to accept a message. In milliseconds. */
export const DEFAULT_ANSWERED_WITHIN_MS = 10_000;

/** An update that the server has, and its answer. */
interface SentUpdate<T> {
  readonly result: () => Promise<T>;
}

/** What a timeout means if the server is there: for some calls it needs a worker, for others it answers by itself. */
type Answering = 'worker' | 'server';

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
    return this.untilAnswered('server', (leftMs) =>
      this.withDeadline(leftMs, () => this.workflow.signal(definition, ...args)),
    );
  }

  /** @param answerMs how long the answer may take once a worker has accepted the request */
  update<T, Args extends readonly unknown[]>(
    definition: UpdateDefinition<T, [...Args]>,
    args: Args,
    answerMs: number = this.answeredWithinMs,
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
  request<T>(send: (updateId: string) => Promise<SentUpdate<T>>, answerMs: number = this.answeredWithinMs): Promise<T> {
    const updateId = randomUUID();
    return this.untilAnswered('worker', async (leftMs) => {
      const sent = await this.withDeadline(leftMs, () => send(updateId));
      return this.withDeadline(answerMs, () => sent.result());
    });
  }

  query<T>(definition: QueryDefinition<T>): Promise<T> {
    return this.untilAnswered('worker', (leftMs) => this.withDeadline(leftMs, () => this.workflow.query(definition)));
  }

  /** Waits for the outcome, however long that takes, also through outages of the server. */
  async outcome(): Promise<Outcome | { readonly ended: 'released' }> {
    for (let outages = 0; ; outages += 1) {
      const begunAt = Date.now();
      try {
        return await this.result();
      } catch (error) {
        if (isUnknown(error)) throw new OrderNotFoundError(this.workflowId);
        if (!isTransient(error)) throw await this.errorOf(error, 'server', begunAt);
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
  async within<T>(call: () => Promise<T>): Promise<T> {
    const begunAt = Date.now();
    try {
      return await this.withDeadline(this.answeredWithinMs, call);
    } catch (error) {
      throw await this.errorOf(error, 'server', begunAt);
    }
  }

  private withDeadline<T>(leftMs: number, call: () => Promise<T>): Promise<T> {
    return this.client.withDeadline(Date.now() + leftMs, call);
  }

  /**
   * Sends a message until it is answered, the order has ended, or the time of the call is over. It is sent again while no
   * worker gets to answer, and while the order is ending or continues in a new run.
   *
   * @param message gets the milliseconds that are left
   */
  private async untilAnswered<T>(by: Answering, message: (leftMs: number) => Promise<T>): Promise<T> {
    const begunAt = Date.now();
    const deadline = begunAt + this.answeredWithinMs;
    for (let tries = 0; ; tries += 1) {
      try {
        return await message(Math.max(deadline - Date.now(), 1));
      } catch (error) {
        const why = whyUnanswered(error);
        if (why === undefined) throw await this.errorOf(error, by, begunAt);
        if (why === 'ending') await this.checkRunning();
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
  private async checkRunning(): Promise<void> {
    const last = await this.lastRun();
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
  private async errorOf(error: unknown, by: Answering, begunAt: number): Promise<OrderClientError> {
    if (isOrderClientError(error)) return error;
    const faults = faultsIn(error);
    if (faults !== undefined) return new InvalidOrderError(faults);
    const waitedMs = Date.now() - begunAt;
    const isSilent = isTimeout(error);
    if (isNoPoller(error) || (isSilent && by === 'worker' && (await this.serverIsThere())))
      return new NoWorkerError(this.workflowId, waitedMs);
    if (isSilent || isTransient(error)) return new NoServerError(this.workflowId, waitedMs);
    return new CallFailedError(this.workflowId, messageOf(error), error);
  }

  private async serverIsThere(): Promise<boolean> {
    try {
      await this.withDeadline(SERVER_CHECK_MS, () => this.client.workflowService.getSystemInfo({}));
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

const SERVER_CHECK_MS = 2_000;

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
