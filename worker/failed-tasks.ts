import { setTimeout as sleep } from 'node:timers/promises';
import { SdkComponent } from '@temporalio/common';
import proto from '@temporalio/proto';
import { DefaultLogger, type LogEntry, type Logger } from '@temporalio/worker';
import { quoted } from '../wechatpay/quoted.js';
import { withTimeout } from '../wechatpay/timeout.js';
import type { TemporalConnection } from './connect.js';

const { WorkflowTaskFailedCause } = proto.temporal.api.enums.v1;

/** One run is looked up once in this time, since its task is tried again and again. Milliseconds. */
const PERIOD_MS = 60_000;

/** How many runs are looked up in that time. A bad build fails at every order, and a few of them show what is wrong. */
const MAX_LOOKED_UP = 20;

/** The pauses before each look: the SDK reports a failure after it logs it, and visibility may be late. Milliseconds. */
const LOOK_AFTER_MS = [1_000, 4_000, 25_000] as const;

/** How long one look may take, milliseconds. */
const ANSWERED_WITHIN_MS = 5_000;

/** How far back in a history its failure is looked for: the server writes down the first of several, near the end. */
const LAST_EVENTS = 20;

const WHAT_TO_DO =
  'If this stays so, go back to the last good build. The order waits meanwhile. See docs/operating.md, "If an order\'s workflow task fails".';

/**
 * Logs which order's workflow task failed, and why.
 *
 * Only the native side of the SDK hears of every failed task, and it knows only the run's id. So Temporal is asked for the order,
 * and for the failure as its history has it. Nothing is kept for orders that are well, and no text is parsed.
 */
export class FailedTasks {
  /** Passes every line on, and hears of failed tasks. */
  readonly logger: Logger;
  private temporal: TemporalConnection | undefined;
  private readonly lookedUp = new Set<string>();
  private since = Number.NEGATIVE_INFINITY;

  constructor(private readonly lines: Logger) {
    this.logger = new DefaultLogger('TRACE', (entry) => {
      lines.log(entry.level, entry.message, entry.meta);
      const runId = failedRunIn(entry);
      if (runId !== undefined && this.isItsTurn(runId)) void this.tell(runId);
    });
  }

  /** Looks failed tasks up there from now on. @returns what ends that */
  lookUpAt(temporal: TemporalConnection): () => Promise<void> {
    this.temporal = temporal;
    return () => {
      this.temporal = undefined;
      return Promise.resolve();
    };
  }

  private isItsTurn(runId: string): boolean {
    const now = performance.now();
    if (now - this.since >= PERIOD_MS) {
      this.lookedUp.clear();
      this.since = now;
    }
    if (this.lookedUp.has(runId) || this.lookedUp.size >= MAX_LOOKED_UP) return false;
    this.lookedUp.add(runId);
    return true;
  }

  /** Says nothing if the server cannot be asked: the native side's own line, with the run's id, is there already. */
  private async tell(runId: string): Promise<void> {
    for (const pause of LOOK_AFTER_MS) {
      await sleep(pause, undefined, { ref: false });
      if (this.temporal === undefined) return;
      const failed = await withTimeout(ANSWERED_WITHIN_MS, lookUp(this.temporal, runId)).catch(() => undefined);
      if (failed === undefined || failed === 'timeout') continue;
      this.lines.warn("an order's workflow task failed", { ...failed, runId, whatToDo: WHAT_TO_DO });
      return;
    }
  }
}

/** The run whose task failed, if a line of the native side says so. */
function failedRunIn({ meta }: LogEntry): string | undefined {
  const { sdkComponent, runId, failure } = meta ?? {};
  const isFailure = sdkComponent === SdkComponent.core && failure !== undefined;
  return isFailure && typeof runId === 'string' ? runId : undefined;
}

/** The order and its last failure, or `undefined` if the server does not have both yet. */
async function lookUp({ connection: { workflowService }, namespace }: TemporalConnection, runId: string) {
  const query = `RunId = '${runId}'`;
  const { executions } = await workflowService.listWorkflowExecutions({ namespace, query, pageSize: 1 });
  const workflowId = executions?.[0]?.execution?.workflowId;
  if (!workflowId) return undefined;
  const { history } = await workflowService.getWorkflowExecutionHistoryReverse({
    namespace,
    execution: { workflowId, runId },
    maximumPageSize: LAST_EVENTS,
  });
  const events = history?.events?.map((event) => event.workflowTaskFailedEventAttributes);
  const failed = events?.find((attributes) => attributes);
  if (!failed) return undefined;
  return {
    workflowId,
    workflowType: executions?.[0]?.type?.name,
    taskFailure: WorkflowTaskFailedCause[failed.cause ?? 0]?.replace('WORKFLOW_TASK_FAILED_CAUSE_', ''),
    // It may quote what the order was started with, or what a message brought.
    taskMessage: quoted(failed.failure?.message),
  };
}
