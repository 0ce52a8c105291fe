import { type ChildProcess, fork } from 'node:child_process';
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { moveDate, restoreDate } from './date.js';
import type { Reply, Request, StackCalls, StackFacts, StackSettings } from './protocol.js';

/** From source, the process runs from source, too. */
const IS_SOURCE = import.meta.url.endsWith('.ts');
const CHILD = fileURLToPath(new URL(IS_SOURCE ? './child.ts' : './child.js', import.meta.url));

/** How long an orderly end may take; a post that a checkout does not answer holds it up. Milliseconds. */
const STOPPED_WITHIN_MS = 5_000;

/** The stack that moves `Date` of this process, of which there can be one. */
let mover: ChildProcess | undefined;

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The process that runs a stack, as the test's process sees it. Loads nothing but Node.js: a test runner may reset modules. */
export class StackProcess {
  private readonly pending = new Map<number, Pending>();
  private readonly ended: Promise<void>;
  private lastId = 0;
  private folder: string | undefined;
  private isStopping = false;

  private constructor(
    private readonly child: ChildProcess,
    movesDate: boolean,
  ) {
    if (movesDate) mover = child;
    child.on('message', (reply: Reply) => this.hear(reply));
    this.ended = new Promise((resolve) => {
      const end = (): void => {
        this.lose();
        resolve();
      };
      child.once('exit', end);
      // It could not even be started.
      child.once('error', end);
    });
    // Its end must be heard of, to end what it leaves.
    child.once('disconnect', () => child.ref());
  }

  /** @throws Error with what the process says, if it cannot run */
  static async start(settings: StackSettings): Promise<[StackProcess, StackFacts]> {
    if (settings.movesDate && mover !== undefined) {
      throw new Error('Another test stack moves Date in this process. Stop that one first, or say movesDate: false.');
    }
    // In a group of its own: Ctrl-C is for the test runner, and the Temporal server that it starts can be ended with it.
    const child = fork(CHILD, [], {
      detached: true,
      execArgv: IS_SOURCE ? ['--import', 'tsx'] : [],
      env: environment(),
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const stack = new StackProcess(child, settings.movesDate);
    const facts = await new Promise<StackFacts>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', () => reject(new Error('The test stack ended as it started.')));
      child.on('message', (reply: Reply) => {
        if ('started' in reply) resolve(reply.started);
        if ('failed' in reply) reject(new Error(`The test stack cannot start. ${reply.failed}`));
      });
      stack.send({ start: settings });
    });
    stack.folder = dirname(facts.merchantsFile);
    stack.letGo();
    return [stack, facts];
  }

  async call<Name extends keyof StackCalls>(call: Name, ...[argument]: Parameters<StackCalls[Name]>): Promise<unknown> {
    if (!this.child.connected) throw new Error('The test stack has ended.');
    const id = (this.lastId += 1);
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject });
      this.child.channel?.ref();
      this.send({ id, call, argument });
    });
  }

  /** Ends the process, and waits until all that it has started has ended. */
  async stop(): Promise<void> {
    this.isStopping = true;
    if (this.child.connected) this.child.disconnect();
    const timer = setTimeout(() => this.removeWhatIsLeft(), STOPPED_WITHIN_MS);
    await this.ended;
    clearTimeout(timer);
  }

  /** A test runner that does not stop the stack can still end. */
  private letGo(): void {
    this.child.unref();
    this.child.channel?.unref();
  }

  private send(request: Request): void {
    // What cannot be sent is lost with the process, whose end is heard of.
    this.child.send(request, () => undefined);
  }

  private hear(reply: Reply): void {
    if ('clock' in reply) {
      if (mover === this.child) moveDate(reply.clock);
      this.send({ clockMoved: reply.clock });
    }
    if (!('id' in reply)) return;
    const pending = this.pending.get(reply.id);
    this.pending.delete(reply.id);
    if (this.pending.size === 0) this.child.channel?.unref();
    if (reply.error === undefined) pending?.resolve(reply.value);
    else pending?.reject(new Error(reply.error));
  }

  /** The process has ended. */
  private lose(): void {
    if (mover === this.child) {
      mover = undefined;
      restoreDate();
    }
    this.removeWhatIsLeft();
    const { signalCode, exitCode } = this.child;
    const how = this.isStopping ? 'was stopped' : `ended by itself (${String(signalCode ?? exitCode)})`;
    const error = new Error(`The test stack ${how}.`);
    for (const { reject } of this.pending.values()) reject(error);
    this.pending.clear();
  }

  /** If the process was killed: what it started, and its merchants file. */
  private removeWhatIsLeft(): void {
    const { pid } = this.child;
    try {
      if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    } catch {
      // Nothing is left.
    }
    if (this.folder !== undefined) rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Of the process: that of the test. */
function environment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS = '', NO_PROXY = '', no_proxy = NO_PROXY } = process.env;
  const direct = [no_proxy, '127.0.0.1', 'localhost'].filter(Boolean).join(',');
  return {
    ...process.env,
    // A debugger is for the test alone.
    NODE_OPTIONS: NODE_OPTIONS.replaceAll(/--inspect\S*/g, ''),
    // What it starts is on this machine.
    NO_PROXY: direct,
    no_proxy: direct,
    // The SDK's connections tell what is of no use to a test.
    GRPC_VERBOSITY: 'NONE',
  };
}
