import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Connection } from '@temporalio/client';
import { until } from '../verify-writes/process-state.js';

/** Without these, the server waits for the disk at every step. */
const PRAGMAS = ['journal_mode=wal', 'synchronous=normal'].flatMap((pragma) => ['--sqlite-pragma', pragma]);

const READY_WITHIN_MS = 60_000;

/** A Temporal server in a process of its own, whose state outlives it in a file. */
export class TemporalProcess {
  private child: ChildProcess | undefined;
  private isEnding = false;

  /** @param binary of the dev server */
  constructor(
    private readonly binary: string,
    private readonly port: number,
    readonly databaseFile: string,
  ) {}

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Returns when it takes calls; or at once, if it was ended for good. */
  async start(): Promise<void> {
    if (this.isEnding) return;
    const args = ['--headless', '--ip', '127.0.0.1', '--port', String(this.port), '--db-filename', this.databaseFile];
    this.child = spawn(this.binary, ['server', 'start-dev', '--log-level', 'error', ...args, ...PRAGMAS], {
      stdio: 'ignore',
      detached: true,
    });
    await until('Temporal takes calls', READY_WITHIN_MS, async () => this.isEnding || (await this.isReady()));
  }

  /** Kills it without a word. */
  async kill(): Promise<void> {
    const { child } = this;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** Kills it, and it is not started any more. */
  end(): Promise<void> {
    this.isEnding = true;
    return this.kill();
  }

  private async isReady(): Promise<boolean> {
    let connection: Connection | undefined;
    try {
      connection = await Connection.connect({ address: this.address, connectTimeout: 1_000 });
      await connection.workflowService.describeNamespace({ namespace: 'default' });
      return true;
    } catch {
      return false;
    } finally {
      await connection?.close();
    }
  }
}
