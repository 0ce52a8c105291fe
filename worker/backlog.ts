import { LATE_REASONS } from '../domain/late/state.js';
import { ATTENTION_REASONS } from '../domain/orders/state.js';
import { SERVICE_ATTENTION_REASONS } from '../domain/payscore/state.js';
import { toRfc3339, type Instant } from '../domain/time.js';
import {
  deadlineAttribute,
  reasonAttribute,
  stateAttribute,
  TIMEOUT_THEN_CLOSE_WORKFLOW,
} from '../workflows/messages.js';
import { CANCEL_PAYSCORE_WORKFLOW } from '../workflows/payscore-messages.js';
import { ageOfOldest } from './oldest.js';

/** The types of the workflows that own an order or a service order. */
const OWNERS = [TIMEOUT_THEN_CLOSE_WORKFLOW, CANCEL_PAYSCORE_WORKFLOW] as const;

const REASONS = [...new Set([...ATTENTION_REASONS, ...SERVICE_ATTENTION_REASONS, ...LATE_REASONS])];

/** The orders of a task queue that should not stay as they are. */
export interface Backlog {
  /** Those past their deadline and not ended. */
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
  const owned = `${running} AND WorkflowType IN (${OWNERS.map(quoted).join(', ')})`;
  const olderThan = (seconds: number): Promise<number> =>
    count(`${owned} AND ${deadlineAttribute.name} < ${quoted(toRfc3339(now - seconds * 1000))}`);
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

/** Of a word without a quote in it: this project's own, or a task queue, which was checked for that. */
function quoted(word: string): string {
  return `'${word}'`;
}
