import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { WholeLife } from '../domain/page/whole-story.js';
import { argumentsOf, type HistoryEvent } from './run-history.js';
import { HistoryReader } from './story.js';

/** How many runs of a workflow are read: each goes on for the one before it. */
const MAX_RUNS = 100;

/** Reads a workflow and its story. Needs no worker. @returns `undefined` if Temporal does not know it */
export async function wholeStoryOf(client: Client, workflowId: string): Promise<WholeLife | undefined> {
  try {
    const { runId, type, status, raw } = await client.workflow.getHandle(workflowId).describe();
    const runs = await runsOf(client, workflowId, runId);
    const first = runs[0]?.[0];
    const [input] = await argumentsOf(client, { workflowId }, first);
    const reader = new HistoryReader(client, workflowId);
    for (const events of runs) await reader.read(events);
    const [pending] = raw.pendingActivities ?? [];
    return {
      ...reader.told,
      workflowId,
      type,
      status: status.name,
      startedAt: reader.told.entries[0]?.at ?? 0,
      input,
      events: runs.flat().length,
      runs: runs.length,
      pending: pending
        ? {
            activity: pending.activityType?.name ?? '',
            attempt: pending.attempt ?? 1,
            lastCode: pending.lastFailure?.applicationFailureInfo?.type ?? null,
          }
        : null,
    };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** The histories of the runs of a workflow, the first run first. */
async function runsOf(client: Client, workflowId: string, last: string): Promise<HistoryEvent[][]> {
  const runs: HistoryEvent[][] = [];
  for (let runId: string | null | undefined = last; runId && runs.length < MAX_RUNS;) {
    const events = await eventsOf(client, workflowId, runId, runs.length > 0);
    if (events === undefined) break;
    runs.unshift(events);
    runId = events[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId;
  }
  return runs;
}

/** @param mayBeForgotten an earlier run that Temporal has forgotten is left out */
async function eventsOf(
  client: Client,
  workflowId: string,
  runId: string,
  mayBeForgotten: boolean,
): Promise<HistoryEvent[] | undefined> {
  try {
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    return events ?? [];
  } catch (error) {
    if (mayBeForgotten && error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
