import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { OutcomeEvent } from '../domain/outcome/event.js';
import { LATE_PAYMENT_WORKFLOW } from '../domain/late/state.js';
import { toRfc3339, type Instant } from '../domain/time.js';
import type { EndStatus, ListedRun } from './feed-list.js';
import { isUnknown } from './server-errors.js';
import { lastEventOf } from './told-event.js';

/** How many histories are read at a time. */
const READ_AT_ONCE = 10;

/** An order that nobody watches, because its workflow ended without an outcome. Start it again, an older one with `adopt`. */
export interface UnwatchedOrder {
  readonly workflowId: string;
  readonly runId: string;
  /**
   * `terminated`, `failed` (its input was refused, say) or `timed out`; `unreadable`: it has an outcome, but this version of
   * the client cannot read the input of its workflow. Look at it in Temporal UI.
   */
  readonly status: Exclude<EndStatus, 'completed' | 'canceled'> | 'unreadable';
  /** When it ended, RFC 3339. */
  readonly endedAt: string;
}

/** What a page says of some runs. */
interface Entries {
  readonly events: readonly OutcomeEvent[];
  readonly unwatched: readonly UnwatchedOrder[];
  /** When the newest of them ended, or asked for a person. `null`: there is none. */
  readonly newest: Instant | null;
}

interface Entry {
  readonly event?: OutcomeEvent;
  readonly unwatched?: UnwatchedOrder;
  /** When it ended, or asked for a person. `null`: it has nothing to tell. */
  readonly at: Instant | null;
}

/** What the feed says of some runs. @param since what an open run told before is left out */
export async function entriesOf(client: Client, runs: readonly ListedRun[], since: Instant): Promise<Entries> {
  const entries: Entry[] = [];
  for (let next = 0; next < runs.length; next += READ_AT_ONCE) {
    const some = runs.slice(next, next + READ_AT_ONCE);
    entries.push(...(await Promise.all(some.map((run) => entryOf(client, run, since)))));
  }
  return {
    events: entries.flatMap(({ event }) => event ?? []),
    unwatched: entries.flatMap(({ unwatched }) => unwatched ?? []),
    newest: entries.reduce<Instant | null>((newest, { at }) => later(newest, at), null),
  };
}

/** The later of two instants, if there are two. */
export function later(one: Instant | null, other: Instant | null): Instant | null {
  return one === null || other === null ? (one ?? other) : Math.max(one, other);
}

async function entryOf(client: Client, run: ListedRun, since: Instant): Promise<Entry> {
  try {
    const last = await lastEventOf(client, run, since);
    const { endedAt } = run;
    if (endedAt === null)
      return last === undefined || last.at < since ? { at: null } : { event: last.event, at: last.at };
    if (last !== undefined) return { event: last.event, at: endedAt };
    return { ...(await unwatchedBy(client, run, endedAt)), at: endedAt };
  } catch (error) {
    // Temporal has forgotten it since it was listed.
    if (isUnknown(error)) return { at: run.endedAt };
    throw error;
  }
}

/** What nobody watches any more, if a run ended without an event. */
async function unwatchedBy(
  client: Client,
  { workflowId, runId, type, status: ended }: ListedRun,
  at: Instant,
): Promise<Pick<Entry, 'unwatched'>> {
  // A late payment that asked for nobody tells nothing.
  const isComplete = ended === 'completed' || ended === 'canceled' || ended === 'running';
  if (isComplete && type === LATE_PAYMENT_WORKFLOW) return {};
  const status = isComplete ? 'unreadable' : ended;
  if (!isComplete && !(await isLastRun(client, workflowId, runId))) return {};
  return { unwatched: { workflowId, runId, status, endedAt: toRfc3339(at) } };
}

/** Whether no other run has begun since. A Reset terminates a run and begins another; `adopt` begins another, too. */
async function isLastRun(client: Client, workflowId: string, runId: string): Promise<boolean> {
  try {
    return (await client.workflow.getHandle(workflowId).describe()).runId === runId;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
