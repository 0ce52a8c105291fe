import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import pLimit from 'p-limit';
import { createActivities } from '../../activities/index.js';
import { type Child, quietRuntime, startChild } from '../../testing/demo/processes.js';
import { loadMerchants } from '../../wechatpay/merchants/file.js';
import { Sandbox } from '../../testing/sandbox/sandbox.js';
import { startDevServer } from '../../testing/temporal-server/index.js';
import { registerSearchAttributes } from '../../worker/setup.js';
import type { Place } from './cases.js';
import { startTlsFront } from './proxy.js';

/** How long an order waits for the worker that knew it; by default, workers say 10 s. */
const STICKY_SECONDS = 1;

/** How many workers are started at once: a process takes a second or two of a core until it is ready. */
const STARTING_AT_ONCE = 2;

/** A worker in a process of its own, which may be told to freeze itself. */
export interface WorkerOptions {
  readonly taskQueue: string;
  /** Where it freezes itself, once. */
  readonly place?: Place;
  /** In place of freezing there, its wall clock jumps. */
  readonly clockJumpMs?: number;
  /** It signs with a remote signer, which takes so long for the first two writes. */
  readonly slowSignerMs?: number;
  /** The Temporal server. Default: the lab's. */
  readonly address?: string;
}

/** A Temporal server, a WeChat Pay behind TLS, and workers that misbehave. */
export interface Lab {
  readonly address: string;
  readonly client: Client;
  readonly sandbox: Sandbox;
  readonly folder: string;
  startWorker(options: WorkerOptions): Promise<Child>;
  /** Starts a worker that behaves, in this process. Returns what stops it. */
  startRescue(taskQueue: string): Promise<() => Promise<void>>;
  end(): Promise<void>;
}

export interface LabOptions {
  /** A file with the workflow bundle. */
  readonly workflowBundle: string;
  readonly onProgress?: (line: string) => void;
}

export async function startLab(options: LabOptions): Promise<Lab> {
  const cleanups: (() => unknown)[] = [];
  const end = async (): Promise<void> => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  };
  try {
    return await build(options, cleanups, end);
  } catch (error) {
    await end();
    throw error;
  }
}

async function build(
  { workflowBundle, onProgress }: LabOptions,
  cleanups: (() => unknown)[],
  end: () => Promise<void>,
): Promise<Lab> {
  quietRuntime();
  const { env, address } = await startDevServer({ ui: false, ...(onProgress && { onProgress }) });
  cleanups.push(() => env.teardown());
  await registerSearchAttributes(env.connection, 'default');
  const folder = await mkdtemp(join(tmpdir(), 'wxpay-verify-'));
  cleanups.push(() => rm(folder, { recursive: true }));
  const sandbox = await Sandbox.start();
  cleanups.push(() => sandbox.stop());
  const front = await startTlsFront(new URL(sandbox.url));
  cleanups.push(() => front.close());
  const merchantsFile = await sandbox.writeMerchantsFile(folder);
  const tlsMerchantsFile = join(folder, 'merchants-tls.yaml');
  await writeFile(tlsMerchantsFile, (await readFile(merchantsFile, 'utf8')).replaceAll(sandbox.url, front.url));
  const certificateFile = join(folder, 'tls.pem');
  await writeFile(certificateFile, front.certificate);
  const connection = await NativeConnection.connect({ address });
  cleanups.push(() => connection.close());
  const activities = createActivities(loadMerchants(merchantsFile));
  const limitStarts = pLimit(STARTING_AT_ONCE);
  return {
    address,
    client: new Client({ connection: env.connection }),
    sandbox,
    folder,
    end,
    startWorker: async (worker) => {
      const { place, clockJumpMs, slowSignerMs } = worker;
      const isRemote = place === 'in-signer' || slowSignerMs !== undefined;
      const child = await limitStarts(() =>
        startChild({
          program: 'tools/verify-writes/worker.ts',
          readyMessage: 'the worker is ready',
          env: {
            TEMPORAL_ADDRESS: worker.address ?? address,
            WXPAY_TASK_QUEUE: worker.taskQueue,
            WXPAY_MERCHANTS_FILE: tlsMerchantsFile,
            WXPAY_WORKFLOW_BUNDLE: workflowBundle,
            WXPAY_STICKY_TIMEOUT_SECONDS: String(STICKY_SECONDS),
            NODE_EXTRA_CA_CERTS: certificateFile,
            ...(place && { VERIFY_PLACE: place }),
            ...(clockJumpMs !== undefined && { VERIFY_CLOCK_JUMP_MS: String(clockJumpMs) }),
            ...(slowSignerMs !== undefined && { VERIFY_SLOW_SIGNER_MS: String(slowSignerMs) }),
            ...(isRemote && {
              VERIFY_SIGNER_OF: sandbox.mchid,
              VERIFY_SIGNER_KEY: join(folder, 'keys', `${sandbox.mchid}_key.pem`),
            }),
          },
        }),
      );
      cleanups.push(() => child.kill());
      return child;
    },
    startRescue: async (taskQueue) => {
      const worker = await Worker.create({
        connection,
        taskQueue,
        workflowBundle: { codePath: workflowBundle },
        activities,
        stickyQueueScheduleToStartTimeout: STICKY_SECONDS * 1000,
        maxCachedWorkflows: 2,
        workflowTaskPollerBehavior: { type: 'simple-maximum', maximum: 2 },
        activityTaskPollerBehavior: { type: 'simple-maximum', maximum: 2 },
      });
      const running = worker.run();
      let isStopped = false;
      const stop = async (): Promise<void> => {
        if (!isStopped) worker.shutdown();
        isStopped = true;
        await running;
      };
      cleanups.push(stop);
      return stop;
    },
  };
}

const POLL_MS = 20;

/** The state of a process as Linux tells it: `T` if it is stopped; `undefined` if there is none. */
export async function stateOf(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The name of the program, in parentheses, may hold anything.
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
  } catch {
    return undefined;
  }
}

/** Waits until a process has stopped itself. @throws Error if it ends, or does not stop in time */
export async function untilStopped(pid: number, withinMs: number): Promise<void> {
  const until = performance.now() + withinMs;
  for (;;) {
    const state = await stateOf(pid);
    if (state === 'T') return;
    if (state === undefined) throw new Error('the worker ended before it came to the place');
    if (performance.now() > until) throw new Error('the worker never came to the place');
    await sleep(POLL_MS);
  }
}

/** Waits until something is so. @throws Error if it is not in time */
export async function until(what: string, withinMs: number, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`not within ${withinMs / 1000} s: ${what}`);
    await sleep(POLL_MS);
  }
}

/** What a promise gives, if it does so in time. @throws Error if not */
export async function within<T>(what: string, withinMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${withinMs / 1000} s: ${what}`)), withinMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
