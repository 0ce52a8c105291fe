import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface SupervisedProcessOptions {
  /** Such as `worker-1`. */
  readonly name: string;
  /** The folder of the source tree. */
  readonly root: string;
  /** The path of the program in it, and its arguments. */
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
  /** The log message that says that it is ready. */
  readonly readyMessage: string;
  /** Everything that it prints is written there. */
  readonly logFile: string;
}

/** One run of the process, from its start to its end. */
export interface ProcessRun {
  readonly pid: number;
  readonly startedAt: number;
  readyAt: number | null;
  endedAt: number | null;
  /** The exit code or the signal, if it ended and was not killed by {@link SupervisedProcess.kill}. */
  crash: string | null;
}

/** After this many crashes the process is not started again. */
const MAX_CRASHES = 5;
const CRASH_PAUSE_MS = 1_000;

/** A process that is started again whenever it ends. */
export class SupervisedProcess {
  readonly runs: ProcessRun[] = [];
  private child: ChildProcess | undefined;
  private readonly log: WriteStream;
  private isEnding = false;
  private isExpected = false;
  private readonly waiting: (() => void)[] = [];

  constructor(readonly options: SupervisedProcessOptions) {
    this.log = createWriteStream(options.logFile, { flags: 'a' });
  }

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  private get lastRun(): ProcessRun | undefined {
    return this.runs.at(-1);
  }

  private get crashes(): number {
    return this.runs.filter(({ crash }) => crash !== null).length;
  }

  /** Starts it. Returns when it is ready. */
  async start(): Promise<void> {
    this.spawn();
    while (this.lastRun?.readyAt === null) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
      if (this.crashes > 0) throw new Error(`${this.options.name} ended at once: see ${this.options.logFile}`);
    }
  }

  /** Kills the process (SIGKILL). @returns the run that it ended */
  kill(): ProcessRun | undefined {
    this.isExpected = true;
    this.child?.kill('SIGKILL');
    return this.lastRun;
  }

  freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.child?.kill('SIGCONT');
  }

  /** Kills the process, and does not start it again. */
  async end(): Promise<void> {
    this.isEnding = true;
    const child = this.child;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    await new Promise<void>((resolve) => this.log.end(resolve));
  }

  private spawn(): void {
    const { root, program, env, readyMessage } = this.options;
    const { PATH = '', HOME = '' } = process.env;
    // In a group of its own, so that Ctrl-C reaches it only through end().
    const child = spawn(process.execPath, ['--import', 'tsx', ...program.split(' ')], {
      cwd: root,
      env: { PATH, HOME, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.child = child;
    this.isExpected = false;
    const run: ProcessRun = { pid: child.pid ?? 0, startedAt: Date.now(), readyAt: null, endedAt: null, crash: null };
    this.runs.push(run);
    const onOutput = (chunk: Buffer): void => {
      this.log.write(chunk);
      if (run.readyAt !== null || !chunk.includes(readyMessage)) return;
      run.readyAt = Date.now();
      this.notifyWaiting();
    };
    child.stdout.on('data', onOutput);
    child.stderr.on('data', onOutput);
    child.once('exit', (code, signal) => void this.ended(run, String(code ?? signal)));
  }

  private async ended(run: ProcessRun, endedWith: string): Promise<void> {
    run.endedAt = Date.now();
    if (!this.isEnding && !this.isExpected) run.crash = endedWith;
    this.notifyWaiting();
    if (run.crash !== null) await sleep(CRASH_PAUSE_MS);
    if (!this.isEnding && this.crashes <= MAX_CRASHES) this.spawn();
  }

  private notifyWaiting(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
