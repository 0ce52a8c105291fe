import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { READY_WITHIN_MS, spawnDevServer, takesCalls } from '../dev-server.js';
import { until } from '../verify-writes/process-state.js';

/** A Temporal server in a process of its own, whose state outlives it in a file. */
export class TemporalProcess {
  private child: ChildProcess | undefined;
  private isEnding = false;

  /** @param binary of the dev server */
  constructor(
    private readonly binary: string,
    readonly address: string,
    readonly databaseFile: string,
  ) {}

  /** Returns when it takes calls; or at once, if it was ended for good. */
  async start(): Promise<void> {
    if (this.isEnding) return;
    this.child = spawnDevServer(this.binary, this.address, this.databaseFile);
    await until('Temporal takes calls', READY_WITHIN_MS, async () => this.isEnding || (await takesCalls(this.address)));
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
}
