import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A line of a process's log. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly msg: string };

/** What a process of ours that goes on until it is ended is started with. */
export interface ChildOptions {
  /** Its program, from the project's folder. */
  readonly program: string;
  /** Besides PATH and HOME it has nothing else of ours. */
  readonly env: NodeJS.ProcessEnv;
  /** The message of its log that says that it is ready. */
  readonly readyMessage: string;
  /** Called at once with how to end the process, before it is ready; a program that is interrupted meanwhile needs it. */
  readonly onSpawn?: ((stop: () => Promise<void>) => void) | undefined;
  /** Called with each line of its log. */
  readonly onLog?: ((line: LogLine) => void) | undefined;
}

/** A process of its own, as it runs in production. */
export interface Child {
  readonly pid: number;
  /** Asks it to stop, and waits until it has. */
  stop(): Promise<void>;
  /** Kills it without a word (SIGKILL), and waits until it is gone. */
  kill(): Promise<void>;
}

/**
 * Starts a process, and returns when it is ready.
 *
 * @throws Error with what the process said, where it ends before that
 */
export async function startChild(options: ChildOptions): Promise<Child> {
  const { PATH, HOME } = process.env;
  const program = fileURLToPath(new URL(`../../${options.program}`, import.meta.url));
  // In a group of its own, so that Ctrl-C reaches it only through stop().
  const child = spawn(process.execPath, ['--import', 'tsx', program], {
    env: { PATH, HOME, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const ended = once(child, 'exit');
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await ended;
  };
  options.onSpawn?.(() => end('SIGTERM'));
  try {
    await untilReady(child, options);
  } catch (error) {
    await end('SIGKILL');
    throw error;
  }
  return { pid: child.pid ?? 0, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}

function untilReady(child: ChildProcess, { program, readyMessage, onLog }: ChildOptions): Promise<void> {
  let complaint = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`${program} ended with code ${code ?? 'none'}: ${complaint.trim()}`)),
    );
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line = parseLine(text);
      if (line === undefined) return;
      if (line.msg === readyMessage) resolve();
      onLog?.(line);
    });
  });
}

function parseLine(text: string): LogLine | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isLine = typeof value === 'object' && value !== null && 'msg' in value && typeof value.msg === 'string';
    return isLine ? (value as LogLine) : undefined;
  } catch {
    return undefined;
  }
}
