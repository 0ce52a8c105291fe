import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { freeAddress, WORKER_PROGRAM } from '../../testing/demo/processes.js';
import { DEMO_SANDBOX } from '../../testing/demo/context.js';
import { writeMerchantsFile } from '../../testing/sandbox/merchants-file.js';
import { DEFAULT_APPID } from '../../testing/sandbox/orders.js';
import { Sandbox } from '../../testing/sandbox/sandbox.js';
import { findDevServer, TemporalProcess } from '../../testing/temporal-server/index.js';
import { registerSearchAttributes } from '../../worker/setup.js';
import { Checkout } from './checkout.js';
import { startLoadBalancer, type LoadBalancer } from './load-balancer.js';
import type { Plan } from './plan.js';
import { SupervisedProcess } from './supervised-process.js';
import type { Cleanups } from '../processes.js';
import { RecordingProxy, type RecordedRequest } from './recording-proxy.js';

/** The product under test: a source tree, and the bundle of its workflows. */
export interface Product {
  readonly root: string;
  readonly workflowBundle: string;
}

/** Everything that runs during a storm. */
export interface Environment {
  readonly sandbox: Sandbox;
  readonly recordingProxy: RecordingProxy;
  readonly loadBalancer: LoadBalancer;
  readonly checkout: Checkout;
  readonly temporal: TemporalProcess;
  readonly client: Client;
  readonly workers: readonly SupervisedProcess[];
  readonly receivers: readonly SupervisedProcess[];
  readonly logs: string;
  readonly database: string;
  /** Writes every merchants file again, with the current keys of WeChat Pay. */
  readonly writeMerchants: () => Promise<void>;
}

const TASK_QUEUE = 'chaos';

/** How long a workflow task waits for a worker that was killed, and how often the merchants file is read again. */
const STICKY_SECONDS = '1';
const RELOAD_SECONDS = '1';

export interface EnvironmentOptions {
  readonly plan: Plan;
  readonly product: Product;
  /** An empty folder. */
  readonly folder: string;
  readonly cleanups: Cleanups;
  readonly onProgress: (line: string) => void;
  readonly onAnswer: (seen: RecordedRequest) => void;
}

/** Starts a sandbox and its proxy, a Temporal server, workers and receivers. Returns when all are ready. */
export async function startEnvironment({
  plan,
  product,
  folder,
  cleanups,
  onProgress,
  onAnswer,
}: EnvironmentOptions): Promise<Environment> {
  const [logs, database] = [join(folder, 'logs'), join(folder, 'database')];
  await Promise.all([mkdir(logs), mkdir(database)]);
  const { path: binary } = await findDevServer({ onProgress });
  const temporal = new TemporalProcess({
    binary,
    address: await freeAddress(),
    databaseFile: join(database, 'temporal.sqlite'),
  });
  cleanups.push(() => temporal.end());
  const [sandbox] = await Promise.all([Sandbox.start(DEMO_SANDBOX), temporal.start()]);
  cleanups.push(() => sandbox.stop());
  // Never closed: a call that is still being retried would then throw an error that nothing catches.
  const connection = await Connection.connect({ address: temporal.address });
  await registerSearchAttributes(connection, 'default');
  const recordingProxy = new RecordingProxy({ target: new URL(sandbox.url), onAnswer });
  cleanups.push(() => recordingProxy.close());

  const checkout = await Checkout.start();
  cleanups.push(() => checkout.close());

  const folders = new Map<string, string>();
  const prepare = async (
    name: string,
    program: string,
    more: Readonly<Record<string, string>>,
  ): Promise<SupervisedProcess> => {
    const merchants = join(folder, name);
    const process: SupervisedProcess = new SupervisedProcess({
      name,
      root: product.root,
      program,
      readyMessage: name.startsWith('worker') ? 'the worker is ready' : 'the receiver is ready',
      logFile: join(logs, `${name}.log`),
      env: {
        TEMPORAL_ADDRESS: temporal.address,
        TEMPORAL_NAMESPACE: 'default',
        WXPAY_TASK_QUEUE: TASK_QUEUE,
        WXPAY_MERCHANTS_FILE: join(merchants, 'merchants.yaml'),
        WXPAY_MERCHANTS_RELOAD_SECONDS: RELOAD_SECONDS,
        ...more,
      },
    });
    folders.set(merchants, await recordingProxy.open(() => process.pid));
    cleanups.push(() => process.end());
    return process;
  };
  const names = (of: string, count: number): string[] =>
    Array.from({ length: count }, (_, place) => `${of}-${place + 1}`);
  const { program, env } = workerOf(plan);
  const workers = await Promise.all(
    names('worker', plan.workers).map((name) =>
      prepare(name, program, {
        WXPAY_WORKFLOW_BUNDLE: product.workflowBundle,
        WXPAY_STICKY_TIMEOUT_SECONDS: STICKY_SECONDS,
        ...env,
      }),
    ),
  );
  const addresses = await Promise.all(names('receiver', plan.receivers).map(() => freeAddress()));
  const receivers = await Promise.all(
    names('receiver', plan.receivers).map((name, place) =>
      prepare(name, 'cli/main.ts receiver', { WXPAY_RECEIVER_ADDRESS: addresses[place] ?? '' }),
    ),
  );
  const loadBalancer = await startLoadBalancer(addresses);
  cleanups.push(() => loadBalancer.close());
  const writeMerchants = async (): Promise<void> => {
    const writeTo = (path: string, host: string): Promise<string> =>
      writeMerchantsFile(path, { ...merchantsOf(sandbox, host, plan), checkout });
    await Promise.all([...folders].map(([path, host]) => writeTo(path, host)));
  };
  await writeMerchants();
  await Promise.all([...workers, ...receivers].map((each) => each.start()));
  const client = new Client({ connection });
  return {
    sandbox,
    recordingProxy,
    loadBalancer,
    checkout,
    temporal,
    client,
    workers,
    receivers,
    logs,
    database,
    writeMerchants,
  };
}

export const CLIENT_OPTIONS = { taskQueue: TASK_QUEUE, answeredWithinMs: 10_000 };

function merchantsOf(sandbox: Sandbox, host: string, { freezeAt }: Plan): Parameters<typeof writeMerchantsFile>[1] {
  const { v2SignTypes } = DEMO_SANDBOX;
  const merchants = [...sandbox.merchants.values()].map((each) => ({
    ...each,
    signType: v2SignTypes[each.mchid] ?? 'HMAC-SHA256',
  }));
  const { wechatpayKeys } = sandbox;
  // If such a worker had certificates to download, it would verify them at its start, and freeze itself then.
  const keys = freezeAt === undefined ? ({ platformCertificates: 'v3-global' } as const) : {};
  return { host, appids: APPIDS, merchants, wechatpayKeys, ...keys };
}

/** The sandbox's default. */
const APPIDS = [DEFAULT_APPID];

/** A worker that freezes itself runs the program of `npm run verify:writes`. */
function workerOf({ freezeAt }: Plan): { readonly program: string; readonly env: Readonly<Record<string, string>> } {
  if (freezeAt === undefined) return { program: WORKER_PROGRAM, env: {} };
  return { program: 'tools/verify-writes/worker.ts', env: { VERIFY_PLACE: freezeAt.place } };
}
