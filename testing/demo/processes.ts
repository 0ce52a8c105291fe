import { once } from 'node:events';
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { DefaultLogger, type Logger, Runtime } from '@temporalio/worker';
import { IS_SOURCE } from '../../worker/workflow-bundle.js';

/** An address of this machine at which nothing listens now, as `127.0.0.1:8090`. */
export async function freeAddress(): Promise<string> {
  for (;;) {
    const port = randomInt(PORTS.first, PORTS.last);
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return `127.0.0.1:${port}`;
  }
}

/** Not those that systems give to outgoing connections: such a connection could take one before it is listened at. */
const PORTS = { first: 10_000, last: 32_768 } as const;

let isInstalled = false;

/**
 * Makes Temporal's SDK log errors only. Call it before the first server, worker or connection of a process: only the first
 * call has an effect.
 *
 * @param logger for what the worker and its workflows log
 */
export function quietRuntime(logger: Logger = new DefaultLogger('ERROR')): void {
  if (isInstalled) return;
  isInstalled = true;
  Runtime.install({
    logger,
    telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' } } },
  });
}

/** A line of a process's log. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly msg: string };

/** How to start a worker or another process that runs until it is stopped. */
export interface ChildOptions {
  /** Its program, from the project's folder, and its arguments: `cli/main.ts worker`. */
  readonly program: string;
  /** A folder with the compiled programs. Default: that of this program if it is compiled; otherwise they run from source. */
  readonly compiledIn?: string | undefined;
  /** Its environment; PATH and HOME are added. */
  readonly env: NodeJS.ProcessEnv;
  /** The log message that says that it is ready. */
  readonly readyMessage: string;
  /** Called before the process is ready, with a function that stops it; needed if the program is interrupted meanwhile. */
  readonly onSpawn?: ((stop: () => Promise<void>) => void) | undefined;
  /** Called with each line of its log. */
  readonly onLog?: ((line: LogLine) => void) | undefined;
}

/** A process of its own, as it runs in production. */
export interface Child {
  readonly pid: number;
  /** Asks it to stop, and waits until it has. */
  stop(): Promise<void>;
  /** Kills it (SIGKILL), and waits until it has ended. */
  kill(): Promise<void>;
}

/** The folder of the sources; or `dist`, if this program is compiled. */
const HERE = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The arguments with which Node.js runs a program of this project. Compiled, it starts in half the time.
 *
 * @param program,compiledIn as {@link ChildOptions} has them
 */
export function nodeArguments(program: string, compiledIn = IS_SOURCE ? undefined : HERE): string[] {
  const [file = '', ...args] = program.split(' ');
  if (compiledIn !== undefined) return [join(compiledIn, file.replace(/\.ts$/, '.js')), ...args];
  return ['--import', 'tsx', join(HERE, file), ...args];
}

/**
 * Starts a process, and returns when it is ready.
 *
 * @throws Error with what the process said, if it ends before that
 */
export async function startChild(options: ChildOptions): Promise<Child> {
  const { PATH, HOME } = process.env;
  // In a group of its own, so that Ctrl-C reaches it only through stop().
  const child = spawn(process.execPath, nodeArguments(options.program, options.compiledIn), {
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

/** The program of a worker, as {@link ChildOptions} has it. */
export const WORKER_PROGRAM = 'cli/main.ts worker';

export interface WorkerProcessOptions extends Pick<ChildOptions, 'compiledIn' | 'onSpawn' | 'onLog'> {
  readonly temporalAddress: string;
  readonly namespace?: string;
  readonly taskQueue?: string;
  readonly merchantsFile: string;
  readonly workflowBundle: string;
  /** How long a workflow task waits for the worker that has the order in memory. Default: the worker's own. */
  readonly stickyTimeoutSeconds?: number;
  /** Additional environment variables, such as `WXPAY_HEALTH_ADDRESS`; see the worker's --help. */
  readonly settings?: Readonly<Record<`WXPAY_${string}`, string>>;
}

/** Starts a worker in a process of its own, and returns when it is ready. @throws as {@link startChild} does */
export function startWorkerProcess(options: WorkerProcessOptions): Promise<Child> {
  const { compiledIn, onSpawn, onLog } = options;
  const readyMessage = 'the worker is ready';
  const env = environmentOf(options);
  return startChild({ program: WORKER_PROGRAM, compiledIn, env, readyMessage, onSpawn, onLog });
}

function environmentOf(options: WorkerProcessOptions): NodeJS.ProcessEnv {
  return {
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

export interface ReceiverProcessOptions extends Pick<ChildOptions, 'compiledIn' | 'onSpawn' | 'onLog'> {
  readonly temporalAddress: string;
  readonly namespace?: string;
  readonly taskQueue?: string;
  readonly merchantsFile: string;
  /** Where it listens, as `127.0.0.1:8090`. */
  readonly address: string;
  /** Additional environment variables; see the receiver's --help. */
  readonly settings?: Readonly<Record<`WXPAY_${string}`, string>>;
}

/** A receiver of notifications in a process of its own. */
export interface ReceiverProcess extends Child {
  /** What WeChat Pay is given as `notify_url`. */
  readonly url: string;
}

/** Starts a receiver, and returns when it is ready. @throws as {@link startChild} does */
export async function startReceiverProcess(options: ReceiverProcessOptions): Promise<ReceiverProcess> {
  const { address, taskQueue, compiledIn, onSpawn, onLog } = options;
  const env = {
    TEMPORAL_ADDRESS: options.temporalAddress,
    TEMPORAL_NAMESPACE: options.namespace ?? 'default',
    WXPAY_MERCHANTS_FILE: options.merchantsFile,
    WXPAY_RECEIVER_ADDRESS: address,
    ...(taskQueue !== undefined && { WXPAY_TASK_QUEUE: taskQueue }),
    ...options.settings,
  };
  const readyMessage = 'the receiver is ready';
  const child = await startChild({ program: 'cli/main.ts receiver', compiledIn, env, readyMessage, onSpawn, onLog });
  return { ...child, url: `http://${address}/wechatpay/notifications` };
}
