import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@temporalio/worker';
import type { VisibleState } from '../domain/page/order.js';
import type { VisibleServiceState } from '../domain/page/service-order.js';
import { LATE_REASONS } from '../domain/late/state.js';
import { ATTENTION_REASONS } from '../domain/orders/state.js';
import { SERVICE_ATTENTION_REASONS } from '../domain/payscore/state.js';
import { type Instant, toRfc3339 } from '../domain/time.js';
import {
  deadlineAttribute,
  reasonAttribute,
  stateAttribute,
  TIMEOUT_THEN_CLOSE_WORKFLOW,
} from '../workflows/messages/orders.js';
import { CANCEL_PAYSCORE_WORKFLOW } from '../workflows/messages/payscore.js';

/** How near the answer comes: this part of the age, and never nearer than a second. */
const TOLERANCE = 0.05;

/** Beyond it, an age is not looked for any further. Seconds: some 34 years. */
const LONGEST = 2 ** 30;

/**
 * The age of the oldest of some things, found by counting: a visibility store that cannot sort can still count.
 *
 * Asks once for each doubling of the age, and then about five times more.
 *
 * @param countOlderThan how many are older than so many seconds; at least one is older than zero
 * @returns whole seconds; at most that old, and short of it by no more than 5 %, or a second
 */
export async function ageOfOldest(countOlderThan: (seconds: number) => Promise<number>): Promise<number> {
  let [known, limit] = [0, 1];
  while (limit < LONGEST && (await countOlderThan(limit)) > 0) [known, limit] = [limit, limit * 2];
  while (limit - known > Math.max(known * TOLERANCE, 1)) {
    const middle = Math.floor((known + limit) / 2);
    if ((await countOlderThan(middle)) > 0) known = middle;
    else limit = middle;
  }
  return known;
}

/** The types of the workflows that own an order or a service order. */
const OWNERS = [TIMEOUT_THEN_CLOSE_WORKFLOW, CANCEL_PAYSCORE_WORKFLOW] as const;

const REASONS = [...new Set([...ATTENTION_REASONS, ...SERVICE_ATTENTION_REASONS, ...LATE_REASONS])];

/**
 * The states in which an order past its deadline is not overdue, since no worker could have closed it: WeChat Pay does not know
 * it yet (its placement may have failed), refuses the close while the shopper pays, or a person is asked, and counted apart.
 */
const NOT_OVERDUE: readonly (VisibleState | VisibleServiceState)[] = [
  'not-found-yet',
  'user-is-paying',
  'needs-attention',
];

/** The orders of a task queue that should not stay as they are. */
export interface Backlog {
  /** Those past their deadline that a worker should have closed or cancelled. */
  readonly overdue: number;
  /** How long the oldest of them is, in seconds; 0 where there is none. */
  readonly oldestSeconds: number;
  /** Those that need a person, by every possible reason; `unknown` where they name none, or one of another version. */
  readonly needsAttention: ReadonlyMap<string, number>;
}

/**
 * Counts what is in arrears, by queries to visibility.
 *
 * @param count how many workflows a query finds
 */
export async function readBacklog(
  count: (query: string) => Promise<number>,
  taskQueue: string,
  now: Instant,
): Promise<Backlog> {
  const running = `TaskQueue = ${quoted(taskQueue)} AND ExecutionStatus = 'Running'`;
  const owned = `${running} AND WorkflowType IN ${listOf(OWNERS)}`;
  const toBeClosed = `${owned} AND ${stateAttribute.name} NOT IN ${listOf(NOT_OVERDUE)}`;
  const olderThan = (seconds: number): Promise<number> =>
    count(`${toBeClosed} AND ${deadlineAttribute.name} < ${quoted(toRfc3339(now - seconds * 1000))}`);
  const overdue = await olderThan(0);
  const oldestSeconds = overdue === 0 ? 0 : await ageOfOldest(olderThan);
  // Whatever else asks for a person in this way is counted too: a payment after the end has no deadline.
  const waiting = `${running} AND ${stateAttribute.name} = 'needs-attention'`;
  const all = await count(waiting);
  const needsAttention = new Map<string, number>();
  for (const reason of REASONS) {
    needsAttention.set(
      reason,
      all === 0 ? 0 : await count(`${waiting} AND ${reasonAttribute.name} = ${quoted(reason)}`),
    );
  }
  const known = [...needsAttention.values()].reduce((sum, each) => sum + each, 0);
  // Between two counts orders come and go.
  needsAttention.set('unknown', Math.max(all - known, 0));
  return { overdue, oldestSeconds, needsAttention };
}

function listOf(words: readonly string[]): string {
  return `(${words.map(quoted).join(', ')})`;
}

/** Of a word without a quote in it: this project's own, or a task queue, which was checked for that. */
function quoted(word: string): string {
  return `'${word}'`;
}

/** How often the orders are counted, milliseconds: often enough to alert on, seldom enough for any visibility store. */
export const BACKLOG_INTERVAL = 30_000;

export interface Watch {
  /** Ends it, and waits for a reading under way, which is not for long. */
  stop(): Promise<void>;
}

/**
 * Reads at once and then again and again. A reading that fails changes nothing; an outage is logged when it begins and
 * when it ends, and not in between.
 *
 * @param read one reading; it ends when the signal says so
 * @param interval pause between two readings, milliseconds
 */
export function watchBacklog(
  read: (signal: AbortSignal) => Promise<void>,
  logger: Pick<Logger, 'info' | 'warn'>,
  interval = BACKLOG_INTERVAL,
): Watch {
  const stopped = new AbortController();
  const { signal } = stopped;
  const watching = (async () => {
    let isOut = false;
    while (!signal.aborted) {
      const isRead = await read(signal).then(
        () => true,
        () => false,
      );
      if (!signal.aborted && isRead === isOut) tellOutage(logger, isRead);
      isOut = !isRead;
      await sleep(interval, undefined, { signal }).catch(() => undefined);
    }
  })();
  return {
    stop: async () => {
      stopped.abort();
      await watching;
    },
  };
}

function tellOutage(logger: Pick<Logger, 'info' | 'warn'>, isOver: boolean): void {
  if (isOver) logger.info('overdue orders are counted again');
  else logger.warn('overdue orders cannot be counted: their metrics stay as they were; is visibility reachable?');
}
