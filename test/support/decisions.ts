import { DefaultLogger } from '@temporalio/worker';
import { quietRuntime } from '../../testing/demo/processes.js';

/** A decision of a workflow, from its log at level `debug`. */
export interface TakenDecision {
  readonly workflowId: string;
  readonly event: string;
  /** Which row of the table, counted from 1; `null`: none fitted. */
  readonly row: number | null;
}

const taken: TakenDecision[] = [];

/** Keeps every decision of the workflows of this process. Of what is logged, only errors are shown. */
export function keepDecisions(): void {
  const logger = new DefaultLogger('DEBUG', ({ level, message, meta }) => {
    if (level === 'ERROR') console.error(message, meta);
    if (message !== 'decided') return;
    const { workflowId, event, row } = meta as TakenDecision;
    taken.push({ workflowId, event, row });
  });
  quietRuntime(logger);
}

/** The rows that were taken for an order, in their order. */
export function rowsTaken(workflowId: string): number[] {
  return taken.flatMap((decision) => (decision.workflowId === workflowId ? (decision.row ?? []) : []));
}
