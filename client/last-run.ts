import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { Memo } from './order-memo.js';

/** How the last run of a workflow is, and what it left. */
export type LastRun<Outcome> =
  | { readonly is: 'running' }
  /** There was none, or Temporal has forgotten it. */
  | { readonly is: 'unknown' }
  /** It ended without an outcome: terminated, failed, timed out. */
  | StartableRun
  | EndedRun<Outcome>;

/** A run that is over. */
interface PastRun {
  readonly memo: Memo;
  /** Where its workers listen. */
  readonly taskQueue: string;
}

export interface StartableRun extends PastRun {
  readonly is: 'startable';
}

export interface EndedRun<Outcome> extends PastRun {
  readonly is: 'ended';
  /** `released`: a person stopped the watching, and the run ended as cancelled. */
  readonly outcome: Outcome | { readonly ended: 'released' };
}

/** Reads the last run of a workflow. No worker is needed: the outcome of one that has ended is in its history. */
export async function lastRunOf<Outcome>(client: Client, workflowId: string): Promise<LastRun<Outcome>> {
  try {
    const { status, runId, memo, taskQueue } = await client.workflow.getHandle(workflowId).describe();
    if (status.name === 'RUNNING' || status.name === 'CONTINUED_AS_NEW') return { is: 'running' };
    if (status.name === 'CANCELLED') return { is: 'ended', memo, taskQueue, outcome: { ended: 'released' } };
    if (status.name !== 'COMPLETED') return { is: 'startable', memo, taskQueue };
    // Of that very run: a newer one may have begun meanwhile.
    const outcome = (await client.workflow.getHandle(workflowId, runId).result()) as Outcome;
    return { is: 'ended', memo, taskQueue, outcome };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { is: 'unknown' };
    throw error;
  }
}
