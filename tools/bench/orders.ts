import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { cpuOf } from './cpu.js';
import type { Lab } from './lab.js';
import type { Subject } from './subjects.js';

/** How many starts, and questions, are under way at once. */
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

/** Does something for each of many, so many at once. @returns how long it took, milliseconds */
export async function forEach<T>(
  items: readonly T[],
  each: (item: T, index: number) => Promise<unknown>,
): Promise<number> {
  const limit = pLimit(CONCURRENCY);
  const began = performance.now();
  await Promise.all(items.map((item, index) => limit(() => each(item, index))));
  return performance.now() - began;
}

/** Waits until none of these processes has anything to do any more. */
export async function untilIdle(...pids: readonly number[]): Promise<void> {
  for (let quiet = 0; quiet < IDLE_LOOKS;) {
    const before = pids.map(cpuOf);
    await sleep(IDLE_LOOK_MS);
    const isQuiet = pids.every((pid, index) => cpuOf(pid) - (before[index] ?? NaN) < IDLE_SHARE * IDLE_LOOK_MS);
    quiet = isQuiet ? quiet + 1 : 0;
  }
}

/** Waits until all orders that the fake WeChat Pay was prepared for have ended, as far as it can tell, and the last also at Temporal. */
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

/** When the last of these workflows ended, by the server's clock. @throws Error where one has not ended well */
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
