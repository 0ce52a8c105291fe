import type { VisibleState } from '../domain/page/order.js';
import type { VisibleServiceState } from '../domain/page/service-order.js';
import { LATE_REASONS } from '../domain/late/state.js';
import { ATTENTION_REASONS } from '../domain/orders/state.js';
import { SERVICE_ATTENTION_REASONS } from '../domain/payscore/state.js';
import { toRfc3339, type Instant } from '../domain/time.js';
import {
  deadlineAttribute,
  reasonAttribute,
  stateAttribute,
  TIMEOUT_THEN_CLOSE_WORKFLOW,
} from '../workflows/messages/orders.js';
import { CANCEL_PAYSCORE_WORKFLOW } from '../workflows/messages/payscore.js';
import { ageOfOldest } from './oldest.js';

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
