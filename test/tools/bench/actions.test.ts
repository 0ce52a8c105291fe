import { describe, expect, it } from 'vitest';
import { billableActions } from '../../../tools/bench/orders.js';

type Event = Parameters<typeof billableActions>[0][number];

const STARTED: Event = { workflowExecutionStartedEventAttributes: {} };
const SIGNALLED: Event = { workflowExecutionSignaledEventAttributes: { signalName: 'paymentNotification' } };
const TASK: readonly Event[] = [
  { workflowTaskScheduledEventAttributes: {} },
  { workflowTaskStartedEventAttributes: {} },
  { workflowTaskCompletedEventAttributes: {} },
];

/** Numbered as the server does it. */
function history(...events: readonly Event[]): Event[] {
  return events.map((event, index) => ({ ...event, eventId: index + 1 }) as unknown as Event);
}

function activity(name: string, scheduledEventId: number, attempt: number): readonly Event[] {
  return [
    { activityTaskScheduledEventAttributes: { activityType: { name } } },
    { activityTaskStartedEventAttributes: { scheduledEventId, attempt } } as unknown as Event,
    { activityTaskCompletedEventAttributes: {} },
  ];
}

function markers(workflowTaskCompletedEventId: number): Event {
  return { markerRecordedEventAttributes: { workflowTaskCompletedEventId } } as unknown as Event;
}

describe('the actions that Temporal Cloud bills for a history', () => {
  it('are one for its start, a timer and an activity each, and none for its tasks and its end', () => {
    const events = history(
      STARTED,
      ...TASK,
      { timerStartedEventAttributes: {} },
      { timerFiredEventAttributes: {} },
      ...activity('queryOrder', 7, 1),
      { workflowExecutionCompletedEventAttributes: {} },
    );
    expect(billableActions(events)).toBe(3);
  });

  it('are one for every attempt of an activity', () => {
    expect(billableActions(history(STARTED, ...activity('queryOrder', 2, 3)))).toBe(1 + 3);
  });

  it('are one more for the heartbeat of every attempt of a guarded write', () => {
    expect(billableActions(history(STARTED, ...activity('closeOrder', 2, 2)))).toBe(1 + 2 + 2);
  });

  it('are one for a signal, an accepted update and an upsert each', () => {
    const events = history(
      STARTED,
      ...TASK,
      SIGNALLED,
      { workflowExecutionUpdateAcceptedEventAttributes: {} },
      { workflowExecutionUpdateCompletedEventAttributes: {} },
      { upsertWorkflowSearchAttributesEventAttributes: {} },
    );
    expect(billableActions(events)).toBe(1 + 3);
  });

  it('are one for a start with a signal', () => {
    expect(billableActions(history(STARTED, SIGNALLED, ...TASK, SIGNALLED))).toBe(1 + 1);
  });

  it('are one for all markers of one task, and two for a child', () => {
    const child: Event = { startChildWorkflowExecutionInitiatedEventAttributes: {} };
    expect(billableActions(history(STARTED, ...TASK, markers(4), markers(4), child))).toBe(1 + 1 + 2);
  });
});
