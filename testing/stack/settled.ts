import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import type { Worker } from '@temporalio/worker';
import proto, { type temporal } from '@temporalio/proto';

type EventType = temporal.api.enums.v1.EventType;
type PendingActivity = temporal.api.workflow.v1.IPendingActivityInfo;
type Execution = temporal.api.common.v1.IWorkflowExecution;

const { EVENT_TYPE_WORKFLOW_TASK_SCHEDULED, EVENT_TYPE_WORKFLOW_TASK_STARTED } = proto.temporal.api.enums.v1.EventType;

const NAMESPACE = 'default';
const POLL_MS = 10;

/** One workflow hands over to another in between two looks at them, so it must be quiet at both. */
const QUIET_LOOKS = 2;

/** Far longer than anything takes that a test waits for: a post to a checkout ends after 10 s. Milliseconds. */
const SETTLED_WITHIN_MS = 60_000;

/**
 * Waits until nothing is left to do before more time passes: no workflow has a task, and no activity runs. One that waits for
 * its next attempt waits for time.
 *
 * @throws Error with the workflows that are still busy after a minute
 */
export async function untilSettled({ workflowService }: Connection, workers: readonly Worker[]): Promise<void> {
  const isIdle = (): boolean =>
    workers.every((worker) => {
      const { numInFlightActivities, numInFlightWorkflowActivations } = worker.getStatus();
      return numInFlightActivities === 0 && numInFlightWorkflowActivations === 0;
    });

  const hasTask = async (execution: Execution): Promise<boolean> => {
    const { history } = await workflowService.getWorkflowExecutionHistory({ namespace: NAMESPACE, execution });
    const last: EventType | undefined = history?.events?.at(-1)?.eventType ?? undefined;
    return last === EVENT_TYPE_WORKFLOW_TASK_SCHEDULED || last === EVENT_TYPE_WORKFLOW_TASK_STARTED;
  };

  const isBusy = async (execution: Execution): Promise<boolean> => {
    const { pendingActivities } = await workflowService.describeWorkflowExecution({ namespace: NAMESPACE, execution });
    return pendingActivities.some(runs) || (await hasTask(execution));
  };

  const busy = async (): Promise<readonly string[]> => {
    const { executions } = await workflowService.listOpenWorkflowExecutions({
      namespace: NAMESPACE,
      startTimeFilter: {},
    });
    const open = executions.flatMap(({ execution }) => execution ?? []);
    const areBusy = await Promise.all(open.map(isBusy));
    return open.filter((_, index) => areBusy[index]).map(({ workflowId }) => workflowId ?? '');
  };

  const giveUpAt = performance.now() + SETTLED_WITHIN_MS;
  for (let quiet = 0; quiet < QUIET_LOOKS;) {
    const wasIdle = isIdle();
    const still = await busy();
    quiet = wasIdle && still.length === 0 && isIdle() ? quiet + 1 : 0;
    if (performance.now() > giveUpAt)
      throw new Error(`Still busy after a minute: ${still.join(', ') || 'the worker'}.`);
    await sleep(POLL_MS);
  }
}

/** The server says `STARTED` also of an activity whose attempt has failed, and which waits for the next. */
function runs({ attempt, lastAttemptCompleteTime, lastStartedTime }: PendingActivity): boolean {
  if (attempt === 1 || !lastAttemptCompleteTime) return true;
  return millis(lastStartedTime) > millis(lastAttemptCompleteTime);
}

function millis(time: PendingActivity['lastStartedTime']): number {
  return Number(time?.seconds ?? 0) * 1000 + (time?.nanos ?? 0) / 1e6;
}
