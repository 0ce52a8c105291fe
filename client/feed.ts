import type { Client } from '@temporalio/client';
import type { OutcomeEvent } from '../domain/outcome/event.js';
import { MINUTE, SECOND, toRfc3339, type Instant } from '../domain/time.js';
import { fault, matches } from '../domain/validation.js';
import { MCHID } from '../domain/orders/input.js';
import { Conversation } from './conversation.js';
import { FEED, InvalidOrderError } from './errors.js';
import { checkedTime, orThrow } from './fact-inputs.js';
import {
  afterPage,
  checkLimit,
  checkPosition,
  cursorOf,
  passOf,
  type FeedPageOptions,
  type FeedPosition,
  type FeedState,
} from './feed-cursor.js';
import { entriesOf, later, type UnwatchedOrder } from './feed-entries.js';
import { listRuns } from './feed-list.js';
import type { OrderClientOptions } from './order-client.js';
import { resendEvent, resendLast } from './resend.js';
import { DEFAULT_TASK_QUEUE } from '../workflows/messages/orders.js';

/** How long a page may take: it reads the history of each run that it lists. In milliseconds. */
const PAGE_WITHIN_MS = 60 * SECOND;

/** How long the retention of the namespace is taken to be what it was. */
const RETENTION_KNOWN_FOR = 10 * MINUTE;

export interface OutcomeFeedOptions extends OrderClientOptions {
  /** Only what belongs to this merchant. Default: all merchants of the namespace. */
  readonly mchid?: string;
}

/** A page of the feed. Store the cursor once every event of the page is handled. */
export interface FeedPage {
  /** In no order: of two events of one order, the one with the greater `sequence` is newer. Some are there again. */
  readonly events: readonly OutcomeEvent[];
  /** What ended without an outcome, and was not started again: nobody watches these orders. */
  readonly unwatched: readonly UnwatchedOrder[];
  /** Where to read on. */
  readonly cursor: string;
  /** Everything is read for now. `false`: the next page is there already. */
  readonly isCaughtUp: boolean;
  /**
   * What ended before this instant, RFC 3339, may be missing: Temporal has forgotten it, by the retention of the namespace.
   * `null`: nothing is missing.
   */
  readonly lostBefore: string | null;
}

/**
 * The outcomes since an instant, for a checkout that has lost some, that cannot wait for the next post, or that takes none.
 * Needs no worker.
 *
 * Each event has the id and the sequence of the webhook. What is read overlaps what was read before: handle an id once.
 */
export class OutcomeFeed {
  private readonly mchid: string | null;
  private readonly taskQueue: string;
  private readonly answeredWithinMs: number;
  private retention: { readonly ms: Promise<number>; readonly askedAt: Instant } | undefined;

  /**
   * @param options `answeredWithinMs`: for a page with all its calls; milliseconds; default: 60 000. `taskQueue`: for what is
   *   sent again of an order that Temporal has forgotten
   * @throws InvalidOrderError
   */
  constructor(
    private readonly client: Client,
    { mchid, taskQueue = DEFAULT_TASK_QUEUE, answeredWithinMs = PAGE_WITHIN_MS }: OutcomeFeedOptions = {},
  ) {
    if (mchid !== undefined && !matches(mchid, MCHID))
      throw new InvalidOrderError([
        fault('mchid', mchid, 'must be a merchant number, 1 to 32 digits in quotes', 'text'),
      ]);
    this.mchid = mchid ?? null;
    this.taskQueue = taskQueue;
    this.answeredWithinMs = checkedTime(answeredWithinMs);
  }

  /**
   * Reads a page.
   *
   * @throws InvalidOrderError if the position or the limit has faults; NoServerError, CallFailedError: read again from the same
   *   position
   */
  async read(position: FeedPosition, { limit }: FeedPageOptions = {}): Promise<FeedPage> {
    const room = orThrow(checkLimit(limit));
    const state = orThrow(checkPosition(position, this.mchid));
    return this.conversation(FEED).within(() => this.page(state, room));
  }

  /**
   * Hands an event to the workflow that delivers, which posts it with its `webhook-id`: for what was given up, or was never
   * told. Returns when Temporal has it. Twice is the same as once, while it is not delivered.
   *
   * @param what an event of this feed or of a webhook; or the id of the workflow that tells, for its last event
   * @returns the event
   * @throws InvalidOrderError, also if the workflow has nothing to tell; OrderNotFoundError, NoOutcomeError for a workflow's
   *   id; OtherEncodingError; NoServerError, CallFailedError
   */
  resend(what: OutcomeEvent | string): Promise<OutcomeEvent> {
    if (typeof what === 'string')
      return this.conversation(what).within((beforeStart) => resendLast(this.client, what, beforeStart));
    return this.conversation(FEED).within((beforeStart) => resendEvent(this.client, what, this.taskQueue, beforeStart));
  }

  private async page(state: FeedState, limit: number): Promise<FeedPage> {
    const now = Date.now();
    const forgotten = await this.forgottenBefore(now);
    const lostBefore = state.until < forgotten ? toRfc3339(forgotten) : null;
    const events: OutcomeEvent[] = [];
    const unwatched: UnwatchedOrder[] = [];
    let next: FeedState = { ...state, pass: passOf(state, now) };
    for (let room = limit; next.pass !== null && room > 0;) {
      const { pass } = next;
      const { runs, nextToken } = await listRuns(this.client, { ...next, ...pass }, room);
      const entries = await entriesOf(this.client, runs, next.from);
      events.push(...entries.events);
      unwatched.push(...entries.unwatched);
      room -= runs.length;
      next = afterPage(next, { ...pass, token: nextToken, newest: later(pass.newest, entries.newest) });
    }
    return { events, unwatched, cursor: cursorOf(next), isCaughtUp: next.pass === null, lostBefore };
  }

  /** The instant before which the namespace keeps nothing that has ended. */
  private async forgottenBefore(now: Instant): Promise<Instant> {
    if (this.retention === undefined || now - this.retention.askedAt > RETENTION_KNOWN_FOR)
      this.retention = { ms: this.askRetention(), askedAt: now };
    const asked = this.retention;
    try {
      return now - (await asked.ms);
    } catch (error) {
      if (this.retention === asked) this.retention = undefined;
      throw error;
    }
  }

  private async askRetention(): Promise<number> {
    const { namespace } = this.client.options;
    const { config } = await this.client.workflowService.describeNamespace({ namespace });
    const kept = Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0);
    return kept === 0 ? Infinity : kept * SECOND;
  }

  private conversation(workflowId: string): Conversation<never> {
    return new Conversation(this.client, workflowId, this.answeredWithinMs);
  }
}
