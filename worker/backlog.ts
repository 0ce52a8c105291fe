import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@temporalio/worker';
import type { VisibleState } from '../domain/page/order.js';
import type { VisibleServiceState } from '../domain/page/service-order.js';
import { FLOWS } from '../domain/flows.js';
import { DELIVER_OUTCOMES_WORKFLOW } from '../domain/outcome/state.js';
import { type Instant, MINUTE, toRfc3339 } from '../domain/time.js';
import { deadlineAttribute, listOf, quoted, reasonAttribute, stateAttribute } from '../workflows/messages/shared.js';

/** The precision of an age: this part of it, but at least a second. */
const TOLERANCE = 0.05;

/** The greatest age that is searched for, in seconds: some 34 years. */
const LONGEST = 2 ** 30;

/**
 * The age of the oldest workflow, found by counting, because some visibility stores cannot sort.
 *
 * Makes one query for each doubling of the age, and then about five more.
 *
 * @param countOlderThan how many are older than so many seconds; at least one is older than zero
 * @returns whole seconds; at most 5 %, or a second, too low
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

/** The workflow types that have a deadline. */
const WITH_DEADLINE = Object.values(FLOWS).flatMap(({ workflowType, hasDeadline }) =>
  hasDeadline ? [workflowType] : [],
);

const REASONS = new Set(Object.values(FLOWS).flatMap(({ reasons }): readonly string[] => reasons));

/**
 * The states in which an order past its deadline is not overdue, because no worker can close it: WeChat Pay does not know it yet
 * (its placement may have failed), the shopper is paying (WeChat Pay refuses the close), or a person is needed (another metric).
 */
const NOT_OVERDUE: readonly (VisibleState | VisibleServiceState)[] = [
  'not-found-yet',
  'user-is-paying',
  'needs-attention',
];

/**
 * Finds the orders past their deadline that a worker should have closed or cancelled: what `wxpay_orders_overdue` counts.
 *
 * @param before an instant, RFC 3339
 */
export function overdueQuery(before: string): string {
  const past = `${deadlineAttribute.name} < ${quoted(before)}`;
  return `WorkflowType IN ${listOf(WITH_DEADLINE)} AND ${stateAttribute.name} NOT IN ${listOf(NOT_OVERDUE)} AND ${past}`;
}

/** A checkout that is being restarted takes its outcomes before that. */
const UNDELIVERED_FOR = 15 * MINUTE;

/** The orders of a task queue that need attention. */
export interface Backlog {
  /** How many are past their deadline, and should have been closed or cancelled. */
  readonly overdue: number;
  /** How long the oldest of them is past its deadline, in seconds; 0 if there is none. */
  readonly oldestSeconds: number;
  /** How many need a person, by every possible reason. `unknown`: no reason, or one of another version. */
  readonly needsAttention: ReadonlyMap<string, number>;
  /** How many deliveries have been open for 15 minutes: each has outcomes that a checkout did not take. */
  readonly undelivered: number;
}

/**
 * Counts the backlog with visibility queries.
 *
 * @param count how many workflows a query finds
 */
export async function readBacklog(
  count: (query: string) => Promise<number>,
  taskQueue: string,
  now: Instant,
): Promise<Backlog> {
  const running = `TaskQueue = ${quoted(taskQueue)} AND ExecutionStatus = 'Running'`;
  const olderThan = (seconds: number): Promise<number> =>
    count(`${running} AND ${overdueQuery(toRfc3339(now - seconds * 1000))}`);
  const overdue = await olderThan(0);
  const oldestSeconds = overdue === 0 ? 0 : await ageOfOldest(olderThan);
  // Of all workflow types: late payments and deliveries, which have no deadline, are counted too.
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
  // The counts are not taken at one instant.
  needsAttention.set('unknown', Math.max(all - known, 0));
  const begunBefore = quoted(toRfc3339(now - UNDELIVERED_FOR));
  const deliveries = `${running} AND WorkflowType = ${quoted(DELIVER_OUTCOMES_WORKFLOW)}`;
  const undelivered = await count(`${deliveries} AND StartTime < ${begunBefore}`);
  return { overdue, oldestSeconds, needsAttention, undelivered };
}

/** How often the orders are counted, in milliseconds: often enough for alerts, and little load for any visibility store. */
const BACKLOG_INTERVAL = 30_000;

export interface Watch {
  /** Stops it, and aborts a reading in progress. */
  stop(): Promise<void>;
}

/**
 * Makes a reading at once, and then at intervals. A reading that fails changes nothing. An outage is logged once when it begins
 * and once when it ends.
 *
 * @param read makes one reading, until the signal aborts it
 * @param interval the pause between two readings, in milliseconds
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
      if (!signal.aborted && isRead === isOut) logOutage(logger, isRead);
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

function logOutage(logger: Pick<Logger, 'info' | 'warn'>, isOver: boolean): void {
  if (isOver) logger.info('overdue orders are counted again');
  else logger.warn('overdue orders cannot be counted: their metrics stay as they were; is visibility reachable?');
}
