import type { Client } from '@temporalio/client';
import type { Instant } from '../domain/time.js';
import { listOf, merchantAttribute, quoted, stateAttribute } from '../workflows/messages/shared.js';
import type { FeedState, Pass } from './feed-cursor.js';
import { instantOf } from './run-history.js';
import { LASTING_STATES, TELLING_TYPES } from './untold-content.js';
import type { TellingRun } from './untold-event.js';

/** The statuses of runs that ended, by the number that Temporal's API has for each. A run that goes on in a new one has not. */
const ENDED = {
  2: { name: 'Completed', is: 'ended', status: 'completed' },
  3: { name: 'Failed', is: 'lost', status: 'failed' },
  4: { name: 'Canceled', is: 'ended', status: 'canceled' },
  5: { name: 'Terminated', is: 'lost', status: 'terminated' },
  7: { name: 'TimedOut', is: 'lost', status: 'timed out' },
} as const;

/** How a run ended. */
export type EndStatus = (typeof ENDED)[keyof typeof ENDED]['status'];

/** A run, as a list shows it. */
export interface ListedRun extends TellingRun {
  /** `running`: it has not ended. */
  readonly status: EndStatus | 'running';
  /** When it ended, by the server's clock. `null`: it has not. */
  readonly endedAt: Instant | null;
}

interface Page {
  readonly runs: readonly ListedRun[];
  /** The token of the next page. Empty: there is none. */
  readonly nextToken: string;
}

/**
 * Lists a page of the runs of a pass. Visibility has no order that all of its stores know, and each lists what ended last
 * first. Its tokens need no state at the server, so a reader may come back with one later.
 */
export async function listRuns(
  client: Client,
  of: Pick<Pass, 'part' | 'token'> & Pick<FeedState, 'from' | 'mchid'>,
  pageSize: number,
): Promise<Page> {
  const { executions, nextPageToken } = await client.workflowService.listWorkflowExecutions({
    namespace: client.options.namespace,
    query: queryFor(of),
    pageSize,
    nextPageToken: Buffer.from(of.token, 'base64url'),
  });
  const runs = (executions ?? []).map(({ execution, type, status, closeTime }): ListedRun => {
    const { workflowId, runId } = execution ?? {};
    const ended = isEnded(status) ? ENDED[status] : undefined;
    return {
      workflowId: workflowId ?? '',
      runId: runId ?? '',
      // The query asks for no other.
      type: type?.name as ListedRun['type'],
      is: ended?.is ?? 'open',
      status: ended?.status ?? 'running',
      endedAt: ended === undefined ? null : instantOf(closeTime),
    };
  });
  return { runs, nextToken: Buffer.from(nextPageToken ?? []).toString('base64url') };
}

function isEnded(status: unknown): status is keyof typeof ENDED {
  return Object.hasOwn(ENDED, String(status));
}

function queryFor({ part, from, mchid }: Pick<Pass, 'part'> & Pick<FeedState, 'from' | 'mchid'>): string {
  const of = mchid === null ? [] : [`${merchantAttribute.name} = ${quoted(mchid)}`];
  return [`WorkflowType IN ${listOf(TELLING_TYPES)}`, ...of, ...QUERIES[part](from)].join(' AND ');
}

const QUERIES = {
  ended: (from: Instant) => [
    `ExecutionStatus IN ${listOf(Object.values(ENDED).map(({ name }) => name))}`,
    `CloseTime >= ${quoted(new Date(from).toISOString())}`,
  ],
  // They need a person; or they have ended, and tell it just now.
  open: () => [`ExecutionStatus = 'Running'`, `${stateAttribute.name} NOT IN ${listOf(LASTING_STATES)}`],
} as const satisfies Record<Pass['part'], (from: Instant) => readonly string[]>;
