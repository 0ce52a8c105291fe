import '../process/musl.js';
import { setTimeout as sleep } from 'node:timers/promises';
import { SdkComponent } from '@temporalio/common';
import proto from '@temporalio/proto';
import { DefaultLogger, type LogEntry, type Logger } from '@temporalio/worker';
import { quoted } from '../wechatpay/quoted.js';
import { withTimeout } from '../wechatpay/timeout.js';
import type { TemporalConnection } from './connect.js';

const { WorkflowTaskFailedCause } = proto.temporal.api.enums.v1;

/** A run is looked up once in this period, in milliseconds, because Temporal keeps retrying its task. */
const PERIOD_MS = 60_000;

/** How many runs are looked up in a period. A bad build fails for every order, and a few of them show the cause. */
const MAX_LOOKED_UP = 20;

/** The pause before each look-up, in milliseconds: the SDK logs a failure before it reports it, and visibility may be late. */
const LOOK_UP_AFTER_MS = [1_000, 4_000, 25_000] as const;

/** How long one look-up may take, in milliseconds. */
const ANSWERED_WITHIN_MS = 5_000;

/** How many of the last events are searched for the failure. The server records only the first of several failures in a row. */
const LAST_EVENTS = 20;

const WHAT_TO_DO =
  'If this stays so, go back to the last good build. The order waits meanwhile. See docs/operating.md, "If an order\'s workflow task fails".';

/**
 * Logs which order's workflow task failed, and why.
 *
 * Only the SDK's native side reports every failed task, and it knows only the run's id. So this asks Temporal for the order and for
 * the failure in its history. It keeps nothing about other orders, and parses no text.
 */
export class FailedTasks {
  /** Passes on every line, and detects failed tasks. */
  readonly logger: Logger;
  private temporal: TemporalConnection | undefined;
  private readonly lookedUp = new Set<string>();
  private since = Number.NEGATIVE_INFINITY;

  constructor(private readonly lines: Logger) {
    this.logger = new DefaultLogger('TRACE', (entry) => {
      lines.log(entry.level, entry.message, entry.meta);
      const runId = failedRunIn(entry);
      if (runId !== undefined && this.isItsTurn(runId)) void this.logFailure(runId);
    });
  }

  /** Looks up failed tasks at this server from now on. @returns stops that */
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

  /** Logs nothing if the server does not answer: the SDK has already logged the run's id. */
  private async logFailure(runId: string): Promise<void> {
    for (const pause of LOOK_UP_AFTER_MS) {
      await sleep(pause, undefined, { ref: false });
      if (this.temporal === undefined) return;
      const failed = await withTimeout(ANSWERED_WITHIN_MS, lookUp(this.temporal, runId)).catch(() => undefined);
      if (failed === undefined || failed === 'timeout') continue;
      this.lines.warn("an order's workflow task failed", { ...failed, runId, whatToDo: WHAT_TO_DO });
      return;
    }
  }
}

/** The id of the run if a line of the SDK's native side reports a failed task. */
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
    // The message may quote an input.
    taskMessage: quoted(failed.failure?.message),
  };
}
