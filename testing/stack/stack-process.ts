import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { moveDate, restoreDate } from './date.js';
import type { Reply, Request, StackCalls, StackFacts, StackSettings } from './protocol.js';

/** From source, the process runs from source, too. */
const IS_SOURCE = import.meta.url.endsWith('.ts');
const CHILD = fileURLToPath(new URL(IS_SOURCE ? './child.ts' : './child.js', import.meta.url));

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The process that runs a stack, as the test's process sees it. Loads nothing but Node.js: a test runner may reset modules. */
export class StackProcess {
  private readonly pending = new Map<number, Pending>();
  private readonly ended: Promise<unknown>;
  private lastId = 0;
  private folder: string | undefined;

  private constructor(
    private readonly child: ChildProcess,
    private readonly movesDate: boolean,
  ) {
    this.ended = once(child, 'exit');
    child.on('message', (reply: Reply) => this.hear(reply));
    child.once('exit', () => this.lose());
    // Its end must be heard of, to end what it leaves.
    child.once('disconnect', () => child.ref());
  }

  /** @throws Error with what the process says, if it cannot run */
  static async start(settings: StackSettings): Promise<[StackProcess, StackFacts]> {
    // In a group of its own: Ctrl-C is for the test runner, and the Temporal server that it starts can be ended with it.
    const child = fork(CHILD, [], {
      detached: true,
      execArgv: IS_SOURCE ? ['--import', 'tsx'] : [],
      // The SDK's connections tell what is of no use to a test.
      env: { ...process.env, NODE_OPTIONS: '', GRPC_VERBOSITY: 'NONE' },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
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
    if (this.child.connected) this.child.disconnect();
    await this.ended;
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
      if (this.movesDate) moveDate(reply.clock);
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
    restoreDate();
    const { pid, signalCode, exitCode } = this.child;
    if (pid !== undefined) this.removeWhatIsLeft(pid);
    const error = new Error(`The test stack ended by itself (${String(signalCode ?? exitCode)}).`);
    for (const { reject } of this.pending.values()) reject(error);
    this.pending.clear();
  }

  /** If the process was killed: what it started, and its merchants file. */
  private removeWhatIsLeft(pid: number): void {
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // Nothing is left.
    }
    if (this.folder !== undefined) rmSync(this.folder, { recursive: true, force: true });
  }
}
