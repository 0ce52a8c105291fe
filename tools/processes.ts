import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { SQLITE_PRAGMA_ARGS } from '../testing/temporal-server/index.js';
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

/** How long a Temporal server may take to start on a busy machine. Milliseconds. */
const READY_WITHIN_MS = 60_000;

export interface TemporalProcessOptions {
  /** The path of the dev server. */
  readonly binary: string;
  /** A free one, such as `127.0.0.1:7233`. */
  readonly address: string;
  /** Outlives the server. Default: everything is kept in memory. */
  readonly databaseFile?: string;
}

/**
 * A Temporal dev server without its Web UI, in a process of its own. Not by the SDK's test environment: that does not tell
 * the process id, and takes over SIGINT.
 */
export class TemporalProcess {
  private child: ChildProcess | undefined;
  private isEnding = false;

  constructor(private readonly options: TemporalProcessOptions) {}

  get address(): string {
    return this.options.address;
  }

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  /** Returns when the server accepts calls; or at once, if it was ended for good. */
  async start(): Promise<void> {
    if (this.isEnding) return;
    const { binary, address, databaseFile } = this.options;
    const [ip = '', port = ''] = address.split(':');
    const database = databaseFile === undefined ? [] : ['--db-filename', databaseFile, ...SQLITE_PRAGMA_ARGS];
    const args = ['server', 'start-dev', '--headless', '--ip', ip, '--port', port, '--log-level', 'error', ...database];
    this.child = spawn(binary, args, { stdio: 'ignore', detached: true });
    const isReady = async (): Promise<boolean> => this.isEnding || (await acceptsCalls(address));
    await until('the Temporal server accepts calls', READY_WITHIN_MS, isReady);
  }

  /** Rejects if the server ends before {@link end} is called. Without it, whoever waits for the server would wait for ever. */
  async lost(): Promise<never> {
    if (this.child !== undefined) await once(this.child, 'exit');
    if (this.isEnding) return new Promise(() => undefined);
    const { exitCode = null, signalCode = null } = this.child ?? {};
    throw new Error(`the Temporal server ended by itself (${String(signalCode ?? exitCode)})`);
  }

  /** Kills it (SIGKILL). */
  async kill(): Promise<void> {
    const { child } = this;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** Kills it, and does not start it again. */
  end(): Promise<void> {
    this.isEnding = true;
    return this.kill();
  }
}

async function acceptsCalls(address: string): Promise<boolean> {
  let connection: Connection | undefined;
  try {
    connection = await Connection.connect({ address, connectTimeout: 1_000 });
    await connection.workflowService.describeNamespace({ namespace: 'default' });
    return true;
  } catch {
    return false;
  } finally {
    await connection?.close();
  }
}
