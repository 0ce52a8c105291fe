import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface SlotOptions {
  /** As `worker-1`. */
  readonly name: string;
  /** The folder of the source tree, and the program in it. */
  readonly root: string;
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
  /** The message of its log that says that it is ready. */
  readonly readyMessage: string;
  /** Where everything goes that it prints. */
  readonly logFile: string;
}

/** One process, from its start to its end. */
export interface Life {
  readonly pid: number;
  readonly startedAt: number;
  readyAt: number | null;
  endedAt: number | null;
  /** What it ended with by itself, though nothing made it: an exit code, or a signal. */
  crash: string | null;
}

/** A process that ends by itself at once, again and again, is not started for ever. */
const MOST_CRASHES = 5;
const CRASH_PAUSE_MS = 1_000;

/** A place for one process: whenever it dies, another is started at once. */
export class Slot {
  readonly lives: Life[] = [];
  private child: ChildProcess | undefined;
  private readonly log: WriteStream;
  private isEnding = false;
  private isExpected = false;
  private readonly waiting: (() => void)[] = [];

  constructor(readonly options: SlotOptions) {
    this.log = createWriteStream(options.logFile, { flags: 'a' });
  }

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  /** The process that is there now. */
  get life(): Life | undefined {
    return this.lives.at(-1);
  }

  /** What its processes ended with by themselves. */
  get crashes(): string[] {
    return this.lives.flatMap(({ crash }) => (crash === null ? [] : [crash]));
  }

  /** Starts the first process. Returns when it is ready. */
  async start(): Promise<void> {
    this.spawn();
    while (this.life?.readyAt === null) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
      if (this.crashes.length > 0) throw new Error(`${this.options.name} ended at once: see ${this.options.logFile}`);
    }
  }

  /** Kills the process without a word. @returns its life, as it was */
  kill(): Life | undefined {
    this.isExpected = true;
    this.child?.kill('SIGKILL');
    return this.life;
  }

  freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.child?.kill('SIGCONT');
  }

  /** Kills the process, and starts none any more. */
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
    const child = spawn(process.execPath, ['--import', 'tsx', program], {
      cwd: root,
      env: { PATH, HOME, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.child = child;
    this.isExpected = false;
    const life: Life = { pid: child.pid ?? 0, startedAt: Date.now(), readyAt: null, endedAt: null, crash: null };
    this.lives.push(life);
    const hear = (chunk: Buffer): void => {
      this.log.write(chunk);
      if (life.readyAt !== null || !chunk.includes(readyMessage)) return;
      life.readyAt = Date.now();
      this.wake();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('exit', (code, signal) => void this.ended(life, String(code ?? signal)));
  }

  private async ended(life: Life, endedWith: string): Promise<void> {
    life.endedAt = Date.now();
    if (!this.isEnding && !this.isExpected) life.crash = endedWith;
    this.wake();
    if (life.crash !== null) await sleep(CRASH_PAUSE_MS);
    if (!this.isEnding && this.crashes.length <= MOST_CRASHES) this.spawn();
  }

  private wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
