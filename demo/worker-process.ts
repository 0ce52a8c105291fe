import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const WORKER = fileURLToPath(new URL('../worker/main.ts', import.meta.url));

/** A line of the worker's log. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly msg: string };

export interface WorkerProcessOptions {
  readonly temporalAddress: string;
  readonly namespace?: string;
  readonly taskQueue?: string;
  readonly merchantsFile: string;
  readonly workflowBundle: string;
  /** How long an order waits for the worker that knew it. Default: the worker's own. */
  readonly stickyTimeoutSeconds?: number;
  /** More of its environment, such as `WXPAY_HEALTH_ADDRESS`; see the worker's --help. */
  readonly settings?: Readonly<Record<`WXPAY_${string}`, string>>;
  /** Called at once with how to end the process, before it is ready; a program that is interrupted meanwhile needs it. */
  readonly onSpawn?: (stop: () => Promise<void>) => void;
  /** Called with each line of its log. */
  readonly onLog?: (line: LogLine) => void;
}

/** A worker in a process of its own, as it runs in production. */
export interface WorkerProcess {
  readonly pid: number;
  /** Asks it to stop, and waits until it has. */
  stop(): Promise<void>;
  /** Kills it without a word (SIGKILL), and waits until it is gone. */
  kill(): Promise<void>;
}

/**
 * Starts a worker process, and returns when it is ready.
 *
 * @throws Error with what the process said, where it ends before that
 */
export async function startWorkerProcess(options: WorkerProcessOptions): Promise<WorkerProcess> {
  // In a group of its own, so that Ctrl-C reaches it only through stop().
  const child = spawn(process.execPath, ['--import', 'tsx', WORKER], {
    env: environmentOf(options),
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
    await untilReady(child, options.onLog);
  } catch (error) {
    await end('SIGKILL');
    throw error;
  }
  return { pid: child.pid ?? 0, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}

function environmentOf(options: WorkerProcessOptions): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    TEMPORAL_ADDRESS: options.temporalAddress,
    TEMPORAL_NAMESPACE: options.namespace ?? 'default',
    WXPAY_MERCHANTS_FILE: options.merchantsFile,
    WXPAY_WORKFLOW_BUNDLE: options.workflowBundle,
    ...(options.taskQueue !== undefined && { WXPAY_TASK_QUEUE: options.taskQueue }),
    ...(options.stickyTimeoutSeconds !== undefined && {
      WXPAY_STICKY_TIMEOUT_SECONDS: String(options.stickyTimeoutSeconds),
    }),
    ...options.settings,
  };
}

function untilReady(child: ChildProcess, onLog: WorkerProcessOptions['onLog']): Promise<void> {
  let complaint = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`the worker ended with code ${code ?? 'none'}: ${complaint.trim()}`)),
    );
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line = parseLine(text);
      if (line === undefined) return;
      if (line.msg === 'the worker is ready') resolve();
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
