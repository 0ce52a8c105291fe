import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';

/** How long a Temporal server may take to start on a busy machine. Milliseconds. */
const READY_WITHIN_MS = 60_000;
const POLL_MS = 20;

/** Without these, a dev server with a database file waits for the disk at every step. */
export const SQLITE_PRAGMA_ARGS = ['journal_mode=wal', 'synchronous=normal'].flatMap((pragma) => [
  '--sqlite-pragma',
  pragma,
]);

export interface TemporalProcessOptions {
  /** The path of the dev server. */
  readonly binary: string;
  /** A free one, such as `127.0.0.1:7233`. */
  readonly address: string;
  /** The port of its Web UI, at the same IP address. Default: it has none. */
  readonly uiPort?: number;
  /** Outlives the server. Default: everything is kept in memory. */
  readonly databaseFile?: string | undefined;
  /** Where its log goes, which has errors only. Default: nowhere. */
  readonly log?: 'inherit';
}

/**
 * A Temporal dev server in a process of its own. Not by the SDK's test environment: that does not tell the process id, takes
 * over SIGINT, and loads what is native.
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

  /** Returns when the server accepts calls; or at once, if it was ended for good. @throws Error if it ends by itself */
  async start(): Promise<void> {
    if (this.isEnding) return;
    // In a group of its own, so that Ctrl-C does not reach it.
    const { binary, log = 'ignore' } = this.options;
    this.child = spawn(binary, this.arguments(), { stdio: ['ignore', 'ignore', log], detached: true });
    await Promise.race([this.ready(), this.lost()]);
  }

  private arguments(): string[] {
    const { address, uiPort, databaseFile } = this.options;
    const [ip = '', port = ''] = address.split(':');
    const ui = uiPort === undefined ? ['--headless'] : ['--ui-port', String(uiPort)];
    const database = databaseFile === undefined ? [] : ['--db-filename', databaseFile, ...SQLITE_PRAGMA_ARGS];
    return ['server', 'start-dev', '--ip', ip, '--port', port, '--log-level', 'error', ...ui, ...database];
  }

  private async ready(): Promise<void> {
    const end = performance.now() + READY_WITHIN_MS;
    while (!this.isOver() && !(await acceptsCalls(this.address))) {
      if (performance.now() > end) throw new Error(`the Temporal server does not accept calls at ${this.address}`);
      await sleep(POLL_MS);
    }
  }

  private isOver(): boolean {
    return this.isEnding || this.child === undefined || this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Rejects if the server ends before {@link end} is called. Without it, whoever waits for the server would wait for ever. */
  async lost(): Promise<never> {
    if (this.child !== undefined) await once(this.child, 'exit');
    if (this.isEnding) return new Promise(() => undefined);
    const { exitCode = null, signalCode = null } = this.child ?? {};
    throw new Error(`the Temporal server ended by itself (${String(signalCode ?? exitCode)})`);
  }

  /** Kills it. Such an end is one by itself, for who asked to be told; it can be started again. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const { child } = this;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  /** Ends it, and does not start it again. @param signal SIGTERM lets it end in good order */
  end(signal?: NodeJS.Signals): Promise<void> {
    this.isEnding = true;
    return this.kill(signal);
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
