import type { temporal } from '@temporalio/proto';

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

/** Activities that write their intent to Temporal in each attempt, by one heartbeat, which no history shows. */
const HEARTBEATS: Readonly<Record<string, number>> = { closeOrder: 1, cancelServiceOrder: 1 };

/**
 * How many actions Temporal Cloud bills for a history, by its published rules: each start, timer, signal, accepted
 * update, upsert of search attributes and attempt of an activity counts one; so does a heartbeat that reaches the server, and all
 * markers of one workflow task together. What leaves no trace in a history (queries, refused updates) is not counted.
 */
export function billableActions(events: readonly HistoryEvent[]): number {
  const activityTypes = new Map(events.map((event) => [String(event.eventId), activityTypeOf(event)]));
  const tasksWithMarkers = new Set<string>();
  let actions = 0;
  for (const [index, event] of events.entries()) {
    const started = event.activityTaskStartedEventAttributes;
    if (event.markerRecordedEventAttributes) {
      tasksWithMarkers.add(String(event.markerRecordedEventAttributes.workflowTaskCompletedEventId));
    } else if (started) {
      // The scheduled event stands for the first attempt.
      const attempts = started.attempt ?? 1;
      const activityType = activityTypes.get(String(started.scheduledEventId)) ?? '';
      actions += attempts - 1 + attempts * (HEARTBEATS[activityType] ?? 0);
    } else if (isBilled(event) && !isOfStart(event, index)) {
      actions += event.startChildWorkflowExecutionInitiatedEventAttributes ? 2 : 1;
    }
  }
  return actions + tasksWithMarkers.size;
}

/** A start with a signal is one action. */
function isOfStart({ workflowExecutionSignaledEventAttributes }: HistoryEvent, index: number): boolean {
  return index === 1 && Boolean(workflowExecutionSignaledEventAttributes);
}

function isBilled(event: HistoryEvent): boolean {
  return Boolean(
    event.workflowExecutionStartedEventAttributes ??
    event.activityTaskScheduledEventAttributes ??
    event.timerStartedEventAttributes ??
    event.workflowExecutionSignaledEventAttributes ??
    event.workflowExecutionUpdateAcceptedEventAttributes ??
    event.upsertWorkflowSearchAttributesEventAttributes ??
    event.startChildWorkflowExecutionInitiatedEventAttributes,
  );
}

function activityTypeOf({ activityTaskScheduledEventAttributes }: HistoryEvent): string {
  return activityTaskScheduledEventAttributes?.activityType?.name ?? '';
}
