import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 20;

/** The state of a process as Linux tells it: `T` if it is stopped; `undefined` if there is none. */
export async function stateOf(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The name of the program, in parentheses, may hold anything.
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
  } catch {
    return undefined;
  }
}

/** Waits until a process has stopped itself. @throws Error if it ends, or does not stop in time */
export async function untilStopped(pid: number, withinMs: number): Promise<void> {
  const until = performance.now() + withinMs;
  for (;;) {
    const state = await stateOf(pid);
    if (state === 'T') return;
    if (state === undefined) throw new Error('the worker ended before it came to the place');
    if (performance.now() > until) throw new Error('the worker never came to the place');
    await sleep(POLL_MS);
  }
}

/** Waits until something is so. @throws Error if it is not in time */
export async function until(what: string, withinMs: number, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`not within ${withinMs / 1000} s: ${what}`);
    await sleep(POLL_MS);
  }
}

/** What a promise gives, if it does so in time. @throws Error if not */
export async function within<T>(what: string, withinMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${withinMs / 1000} s: ${what}`)), withinMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
