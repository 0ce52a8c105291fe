import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { withTimeout } from '../wechatpay/timeout.js';

const POLL_MS = 20;

/** Waits until a condition holds. @throws Error if it does not in time */
export async function until(what: string, withinMs: number, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`not within ${withinMs / 1000} s: ${what}`);
    await sleep(POLL_MS);
  }
}

/** @returns what a promise resolves to @throws Error if it does not in time */
export async function within<T>(what: string, withinMs: number, work: Promise<T>): Promise<T> {
  const result = await withTimeout(withinMs, work);
  if (result === 'timeout') throw new Error(`not within ${withinMs / 1000} s: ${what}`);
  return result;
}

const GROUP_ENDED_WITHIN_MS = 10_000;

/** Ends every process of the group that a detached process began: it is asked to, and then killed. */
export async function endGroup({ pid }: ChildProcess): Promise<void> {
  if (pid === undefined || !signal(pid, 'SIGTERM')) return;
  const hasEnded = (): boolean => !signal(pid, 0);
  await until('the group has ended', GROUP_ENDED_WITHIN_MS, hasEnded).catch(() => signal(pid, 'SIGKILL'));
}

/** @returns whether there is a process in the group */
function signal(pid: number, kind: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, kind);
  } catch {
    return false;
  }
}

/** The state of a process, as Linux tells it: `T` if it is stopped; `undefined` if there is none. */
export async function stateOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return stat === undefined ? undefined : fieldsAfterName(stat)[0];
}

/** The name of the program, in parentheses, may hold anything. */
export function fieldsAfterName(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** Ends something that was started. */
export type Cleanup = () => unknown;

/** What must be ended, the last one started first, even if something fails or the program is interrupted. */
export class Cleanups {
  private readonly steps: Cleanup[] = [];
  private ending: Promise<void> | undefined;

  /** Whether the end has begun. Nothing new should be started then. */
  get isOver(): boolean {
    return this.ending !== undefined;
  }

  /** What is started after the end has begun is ended at once. */
  push(step: Cleanup): void {
    if (this.isOver) void tryStep(step);
    else this.steps.push(step);
  }

  /** Tries every step, even if one before it fails. Every caller waits for all of them. */
  end(): Promise<void> {
    this.ending ??= this.endAll();
    return this.ending;
  }

  private async endAll(): Promise<void> {
    for (let step = this.steps.pop(); step !== undefined; step = this.steps.pop()) await tryStep(step);
  }

  /** Runs an action with cleanups of its own. They are done when it returns, or when these end, whichever is first. */
  async scoped<T>(action: (scope: Cleanups) => Promise<T>): Promise<T> {
    const scope = new Cleanups();
    const end = (): Promise<void> => scope.end();
    this.push(end);
    try {
      return await action(scope);
    } finally {
      await end();
      const index = this.steps.indexOf(end);
      if (index >= 0) this.steps.splice(index, 1);
    }
  }
}

async function tryStep(step: Cleanup): Promise<void> {
  try {
    await step();
  } catch (error) {
    console.error(`a cleanup failed: ${String(error)}`);
  }
}
