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
import { startTlsProxy } from './proxy.js';
import { Cleanups, stateOf } from '../processes.js';

/** How long a workflow task waits for the worker that has the order in memory. A worker's default is 10 s. */
const STICKY_SECONDS = 1;

/** How many workers are started at once. Each needs a second or two of a core until it is ready. */
const STARTING_AT_ONCE = 2;

export interface WorkerOptions {
  readonly taskQueue: string;
  /** The place at which it freezes itself, once. */
  readonly place?: Place;
  /** Its wall clock jumps at the place by so much, and it does not freeze. */
  readonly clockJumpMs?: number;
  /** How long its remote signer takes for each of the first two writes. */
  readonly slowSignerMs?: number;
  /** The Temporal server. Default: the lab's. */
  readonly address?: string;
}

/** A Temporal server, a sandbox behind TLS, and workers that freeze or are killed. */
export interface Lab {
  readonly address: string;
  readonly client: Client;
  readonly sandbox: Sandbox;
  readonly folder: string;
  readonly cleanups: Cleanups;
  startWorker(options: WorkerOptions): Promise<Child>;
  /** Starts a worker in this process, which is neither frozen nor killed. @returns stops it */
  startRescue(taskQueue: string): Promise<() => Promise<void>>;
  end(): Promise<void>;
}

export interface LabOptions {
  /** A file with the workflow bundle. */
  readonly workflowBundle: string;
  readonly onProgress?: (line: string) => void;
}

export async function startLab(options: LabOptions): Promise<Lab> {
  const cleanups = new Cleanups();
  try {
    return await build(options, cleanups);
  } catch (error) {
    await cleanups.end();
    throw error;
  }
}

async function build({ workflowBundle, onProgress }: LabOptions, cleanups: Cleanups): Promise<Lab> {
  quietRuntime();
  const { env, address } = await startDevServer({ ui: false, ...(onProgress && { onProgress }) });
  cleanups.push(() => env.teardown());
  await registerSearchAttributes(env.connection, 'default');
  const folder = await mkdtemp(join(tmpdir(), 'wxpay-verify-'));
  cleanups.push(() => rm(folder, { recursive: true }));
  const sandbox = await Sandbox.start();
  cleanups.push(() => sandbox.stop());
  const tlsProxy = await startTlsProxy(new URL(sandbox.url));
  cleanups.push(() => tlsProxy.close());
  const merchantsFile = await sandbox.writeMerchantsFile(folder);
  const tlsMerchantsFile = join(folder, 'merchants-tls.yaml');
  await writeFile(tlsMerchantsFile, (await readFile(merchantsFile, 'utf8')).replaceAll(sandbox.url, tlsProxy.url));
  const certificateFile = join(folder, 'tls.pem');
  await writeFile(certificateFile, tlsProxy.certificate);
  const connection = await NativeConnection.connect({ address });
  cleanups.push(() => connection.close());
  const activities = createActivities(loadMerchants(merchantsFile));
  const limitStarts = pLimit(STARTING_AT_ONCE);
  return {
    address,
    client: new Client({ connection: env.connection }),
    sandbox,
    folder,
    cleanups,
    end: () => cleanups.end(),
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

/** Waits until a process is stopped (SIGSTOP). @throws Error if it ends, or does not stop in time */
export async function untilStopped(pid: number, withinMs: number): Promise<void> {
  const end = performance.now() + withinMs;
  for (;;) {
    const state = await stateOf(pid);
    if (state === 'T') return;
    if (state === undefined) throw new Error('the worker ended before it reached the place');
    if (performance.now() > end) throw new Error('the worker did not reach the place in time');
    await sleep(POLL_MS);
  }
}
