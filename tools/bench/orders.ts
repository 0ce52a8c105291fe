import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { temporal } from '@temporalio/proto';
import type { Lab } from './lab.js';
import type { Subject } from './subjects.js';
import { fieldsAfterName } from '../processes.js';

/** Of `/proc`, on every Linux that Node runs on. Milliseconds. */
const TICK_MS = 10;

/** The CPU time that a process has used since it began, of all of its threads, in milliseconds (10 ms at a time). */
export function cpuOf(pid: number): number {
  // utime and stime: the 14th and 15th field, of which the first two are the process id and the name.
  const fields = fieldsAfterName(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** The memory that a process has resident, in bytes. */
export function residentOf(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
}

/** How many starts, or queries, are made at once. */
export const CONCURRENCY = 20;

const LOOK_EVERY_MS = 50;

/** A process that uses less of a core than this, in so many looks in a row, has nothing to do. */
const IDLE_SHARE = 0.15;
const IDLE_LOOKS = 2;
const IDLE_LOOK_MS = 400;

let numbered = 0;

/** Order numbers that no measurement of this process has used. */
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

/** Waits until all of these processes are idle. */
export async function untilIdle(...pids: readonly number[]): Promise<void> {
  for (let quiet = 0; quiet < IDLE_LOOKS;) {
    const before = pids.map(cpuOf);
    await sleep(IDLE_LOOK_MS);
    const isQuiet = pids.every((pid, index) => cpuOf(pid) - (before[index] ?? NaN) < IDLE_SHARE * IDLE_LOOK_MS);
    quiet = isQuiet ? quiet + 1 : 0;
  }
}

/** Waits until all orders that the fake WeChat Pay was prepared for are closed and queried, and the last of them have ended at Temporal. */
export async function untilFinished({ fake, client }: Lab, subject: Subject, count: number): Promise<void> {
  for (;;) {
    const { finished, last, unexpected } = await fake.progress();
    if (unexpected > 0)
      throw new Error(`${subject.name}: ${unexpected} calls that the fake WeChat Pay does not expect`);
    if (finished === count) {
      // The others ended before, and are looked at after the measurement.
      await Promise.all(last.map((number) => client.workflow.getHandle(subject.workflowId(number)).result()));
      return;
    }
    await sleep(LOOK_EVERY_MS);
  }
}

/** When the last of these workflows ended, by the server's clock. @throws Error if one has not ended well */
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
