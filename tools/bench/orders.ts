import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { temporal } from '@temporalio/proto';
import type { Lab } from './lab.js';
import type { Subject } from './subjects.js';
import { fieldsAfterName } from '../processes.js';

/** The clock tick of `/proc` on every Linux that Node supports, in milliseconds. */
const TICK_MS = 10;

/** The CPU time of all threads of a process since its start, in milliseconds, to within 10 ms. */
export function cpuOf(pid: number): number {
  // utime and stime: the 14th and 15th field, of which the first two are the process id and the name.
  const fields = fieldsAfterName(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** The resident memory of a process, in bytes. */
export function residentOf(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
}

/** How many starts, or queries, are made at once. */
export const CONCURRENCY = 20;

const POLL_MS = 50;

/** A process is idle if it uses less of a core than this in so many readings in a row. */
const IDLE_SHARE = 0.15;
const IDLE_READINGS = 2;
const IDLE_READING_MS = 400;

let numbered = 0;

/** New order numbers. */
export function newNumbers(count: number): string[] {
  return Array.from({ length: count }, () => `BENCH${++numbered}`);
}

/** Runs a function for each item, {@link CONCURRENCY} at once. @returns how long that took, in milliseconds */
export async function forEach<T>(
  items: readonly T[],
  each: (item: T, index: number) => Promise<unknown>,
): Promise<number> {
  const limit = pLimit(CONCURRENCY);
  const began = performance.now();
  await Promise.all(items.map((item, index) => limit(() => each(item, index))));
  return performance.now() - began;
}

export async function untilIdle(...pids: readonly number[]): Promise<void> {
  for (let quiet = 0; quiet < IDLE_READINGS;) {
    const before = pids.map(cpuOf);
    await sleep(IDLE_READING_MS);
    const isQuiet = pids.every((pid, index) => cpuOf(pid) - (before[index] ?? NaN) < IDLE_SHARE * IDLE_READING_MS);
    quiet = isQuiet ? quiet + 1 : 0;
  }
}

/** Waits until all prepared orders were queried after their close, and the workflows of the last of them have ended. */
export async function untilFinished({ fake, client }: Lab, subject: Subject, count: number): Promise<void> {
  for (;;) {
    const { finished, last, unexpected } = await fake.progress();
    if (unexpected > 0) throw new Error(`${subject.name}: ${unexpected} unexpected calls to the fake WeChat Pay`);
    if (finished === count) {
      // `lastEnd` checks the others after the measurement.
      await Promise.all(last.map((number) => client.workflow.getHandle(subject.workflowId(number)).result()));
      return;
    }
    await sleep(POLL_MS);
  }
}

/** When the last of these workflows ended, by the server's clock. @throws Error if one has not completed */
export async function lastEnd({ client }: Lab, subject: Subject, numbers: readonly string[]): Promise<number> {
  let last = 0;
  await forEach(numbers, async (number) => {
    const handle = client.workflow.getHandle(subject.workflowId(number));
    await handle.result();
    const { status, closeTime } = await handle.describe();
    if (status.name !== 'COMPLETED') throw new Error(`${subject.workflowId(number)} is ${status.name}`);
    last = Math.max(last, closeTime?.getTime() ?? 0);
  });
  return last;
}

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

/** Activities that announce their write to Temporal in each attempt, by one heartbeat, which is in no history. */
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

/** Whether this is the signal of a signal-with-start, which is billed with the start. */
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
