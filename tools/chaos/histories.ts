import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import { isRecord } from '../../domain/validation.js';
import { reasonAttribute } from '../../workflows/messages/shared.js';
import type { Tell, Work, WorkflowRun } from './evidence.js';

type HistoryEvent = proto.temporal.api.history.v1.IHistoryEvent;
type Payloads = proto.temporal.api.common.v1.IPayloads | null | undefined;

const { EventType, WorkflowTaskFailedCause } = proto.temporal.api.enums.v1;

/** Reads the history of every run of every workflow from the server. */
export async function readHistories({ workflow }: Client): Promise<WorkflowRun[]> {
  const runs: WorkflowRun[] = [];
  for await (const { workflowId, runId, type, typedSearchAttributes } of workflow.list()) {
    const { events } = await workflow.getHandle(workflowId, runId).fetchHistory();
    const reason = typedSearchAttributes.get(reasonAttribute) ?? null;
    runs.push({ ...runOf(workflowId, type, events ?? []), reason });
  }
  return runs;
}

const ENDS: ReadonlyMap<number, WorkflowRun['status']> = new Map([
  [EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED, 'completed'],
  [EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED, 'failed'],
  [EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED, 'cancelled'],
  [EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED, 'terminated'],
  [EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT, 'timed-out'],
  [EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW, 'continued'],
]);

function runOf(workflowId: string, type: string, events: readonly HistoryEvent[]): Omit<WorkflowRun, 'reason'> {
  const [first] = events;
  const end = events.find(({ eventType }) => ENDS.has(eventType ?? 0));
  const reported = [
    ...payloadsOf(first?.workflowExecutionStartedEventAttributes?.input),
    ...events.flatMap((event) => payloadsOf(event.workflowExecutionSignaledEventAttributes?.input)),
  ];
  return {
    workflowId,
    type,
    startedAt: first === undefined ? 0 : instantOf(first),
    status: ENDS.get(end?.eventType ?? 0) ?? 'running',
    endedAt: end === undefined ? null : instantOf(end),
    result: payloadsOf(end?.workflowExecutionCompletedEventAttributes?.result)[0] ?? null,
    failedTasks: events.flatMap(({ workflowTaskFailedEventAttributes: failed }) =>
      failed ? [{ cause: causeOf(failed.cause), message: failed.failure?.message ?? '' }] : [],
    ),
    reportedPayments: [...new Set(reported.flatMap(transactionIdsIn))],
    tells: events.flatMap(tellIn),
    work: workOf(events),
  };
}

/** What a run tells with its activity `tellOutcome`. A retry of that is no further event of the history. */
function tellIn({ activityTaskScheduledEventAttributes: scheduled }: HistoryEvent): Tell[] {
  if (scheduled?.activityType?.name !== 'tellOutcome') return [];
  const [input] = payloadsOf(scheduled.input);
  const news = isRecord(input) && isRecord(input['news']) ? input['news'] : {};
  return [{ type: String(news['type']), sequence: Number(news['sequence']) }];
}

/** As `UNHANDLED_COMMAND`. */
function causeOf(cause: number | null | undefined): string {
  return (WorkflowTaskFailedCause[cause ?? 0] ?? 'UNSPECIFIED').replace('WORKFLOW_TASK_FAILED_CAUSE_', '');
}

function workOf(events: readonly HistoryEvent[]): Work[] {
  const ends = new Map(events.flatMap((event) => endIn(event).map((end) => [end.startedEventId, end] as const)));
  return events.flatMap((event): Work[] => {
    const activity = event.activityTaskStartedEventAttributes;
    const started = activity ?? event.workflowTaskStartedEventAttributes;
    if (!started) return [];
    const end = ends.get(String(event.eventId));
    return [
      {
        what: activity ? 'activity' : 'task',
        // The SDK's identity is `pid@host`.
        pid: Number.parseInt(started.identity ?? '', 10),
        startedAt: instantOf(event),
        endedAt: end?.at ?? null,
        isDone: end?.isDone ?? false,
      },
    ];
  });
}

interface WorkEnd {
  readonly startedEventId: string;
  readonly at: number;
  readonly isDone: boolean;
}

function endIn(event: HistoryEvent): WorkEnd[] {
  const done =
    event.workflowTaskCompletedEventAttributes ??
    event.activityTaskCompletedEventAttributes ??
    event.activityTaskFailedEventAttributes;
  const end =
    done ??
    event.workflowTaskFailedEventAttributes ??
    event.workflowTaskTimedOutEventAttributes ??
    event.activityTaskTimedOutEventAttributes ??
    event.activityTaskCanceledEventAttributes;
  return end ? [{ startedEventId: String(end.startedEventId), at: instantOf(event), isDone: Boolean(done) }] : [];
}

function instantOf({ eventTime }: HistoryEvent): number {
  return Number(eventTime?.seconds ?? 0) * 1000 + Math.floor((eventTime?.nanos ?? 0) / 1e6);
}

function payloadsOf(payloads: Payloads): unknown[] {
  return (payloads?.payloads ?? []).flatMap(({ data }): unknown[] => {
    try {
      return [JSON.parse(Buffer.from(data ?? []).toString('utf8'))];
    } catch {
      return [];
    }
  });
}

/** Every `transactionId` in a value, at any depth. */
function transactionIdsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]: [string, unknown]) => {
    if (name === 'transactionId' && typeof each === 'string') return [each];
    return transactionIdsIn(each);
  });
}
