import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { freeAddress } from '../../testing/demo/processes.js';
import { DEMO_SANDBOX } from '../../testing/demo/context.js';
import { writeMerchantsFile } from '../../testing/sandbox/merchants-file.js';
import { Sandbox } from '../../testing/sandbox/sandbox.js';
import { findDevServer } from '../../testing/temporal-server/index.js';
import { registerSearchAttributes } from '../../worker/setup.js';
import { startFront, type Front } from './load-balancer.js';
import type { Plan } from './plan.js';
import { Slot } from './supervised-process.js';
import { TemporalProcess } from './context.js';
import { Witness, type Seen } from './recording-proxy.js';

/** The product under test: a source tree, and the bundle of its workflows. */
export interface Product {
  readonly root: string;
  readonly workflowBundle: string;
}

/** Ends something that was started. */
export type Cleanup = () => unknown;

/** Everything that runs, before anything happens to it. */
export interface Site {
  readonly sandbox: Sandbox;
  readonly witness: Witness;
  readonly front: Front;
  readonly temporal: TemporalProcess;
  readonly connection: Connection;
  readonly client: Client;
  readonly workers: readonly Slot[];
  readonly receivers: readonly Slot[];
  readonly logs: string;
  readonly database: string;
  /** Writes every merchants file anew, with the keys that WeChat Pay has now. */
  readonly writeMerchants: () => Promise<void>;
}

const TASK_QUEUE = 'chaos';

/** How long an order waits for a worker that is dead, and how soon a changed merchants file is seen. */
const STICKY_SECONDS = '1';
const RELOAD_SECONDS = '1';

export interface SiteOptions {
  readonly plan: Plan;
  readonly product: Product;
  /** An empty folder. */
  readonly folder: string;
  readonly cleanups: Cleanup[];
  readonly onProgress: (line: string) => void;
  readonly onAnswer: (seen: Seen) => void;
}

/** Starts a WeChat Pay, its witness, a Temporal server, workers and receivers, and returns when all are ready. */
export async function startSite({ plan, product, folder, cleanups, onProgress, onAnswer }: SiteOptions): Promise<Site> {
  const [logs, database] = [join(folder, 'logs'), join(folder, 'database')];
  await Promise.all([mkdir(logs), mkdir(database)]);
  const { path: binary } = await findDevServer({ onProgress });
  const temporal = new TemporalProcess(binary, await freeAddress(), join(database, 'temporal.sqlite'));
  cleanups.push(() => temporal.end());
  const [sandbox] = await Promise.all([Sandbox.start(DEMO_SANDBOX), temporal.start()]);
  cleanups.push(() => sandbox.stop());
  // Never closed: a call that is being tried again would throw where nobody catches it. It ends with this process.
  const connection = await Connection.connect({ address: temporal.address });
  await registerSearchAttributes(connection, 'default');
  const witness = new Witness({ target: new URL(sandbox.url), onAnswer });
  cleanups.push(() => witness.close());

  const folders = new Map<string, string>();
  const openSlot = async (name: string, program: string, more: Readonly<Record<string, string>>): Promise<Slot> => {
    const merchants = join(folder, name);
    const slot: Slot = new Slot({
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
    folders.set(merchants, await witness.open(() => slot.pid));
    cleanups.push(() => slot.end());
    return slot;
  };
  const names = (of: string, count: number): string[] =>
    Array.from({ length: count }, (_, place) => `${of}-${place + 1}`);
  const { program, env } = workerOf(plan);
  const workers = await Promise.all(
    names('worker', plan.workers).map((name) =>
      openSlot(name, program, {
        WXPAY_WORKFLOW_BUNDLE: product.workflowBundle,
        WXPAY_STICKY_TIMEOUT_SECONDS: STICKY_SECONDS,
        ...env,
      }),
    ),
  );
  const addresses = await Promise.all(names('receiver', plan.receivers).map(() => freeAddress()));
  const receivers = await Promise.all(
    names('receiver', plan.receivers).map((name, place) =>
      openSlot(name, 'http/receiver/main.ts', { WXPAY_RECEIVER_ADDRESS: addresses[place] ?? '' }),
    ),
  );
  const front = await startFront(addresses);
  cleanups.push(() => front.close());
  const writeMerchants = async (): Promise<void> => {
    await Promise.all([...folders].map(([path, host]) => writeMerchantsFile(path, merchantsOf(sandbox, host, plan))));
  };
  await writeMerchants();
  await Promise.all([...workers, ...receivers].map((slot) => slot.start()));
  const client = new Client({ connection });
  return { sandbox, witness, front, temporal, connection, client, workers, receivers, logs, database, writeMerchants };
}

export const CLIENT_OPTIONS = { taskQueue: TASK_QUEUE, answeredWithinMs: 10_000 };

function merchantsOf(sandbox: Sandbox, host: string, { freezeAt }: Plan): Parameters<typeof writeMerchantsFile>[1] {
  const { v2SignTypes } = DEMO_SANDBOX;
  const merchants = [...sandbox.merchants.values()].map((each) => ({
    ...each,
    signType: v2SignTypes[each.mchid] ?? 'HMAC-SHA256',
  }));
  const { wechatpayKeys } = sandbox;
  // A worker that freezes itself when it verifies would do so at its start, if it had certificates to download.
  const keys = freezeAt === undefined ? ({ platformCertificates: 'v3-global' } as const) : {};
  return { host, appids: APPIDS, merchants, wechatpayKeys, ...keys };
}

/** The sandbox's own default. */
const APPIDS = ['wx8888888888888888'];

/** A worker that freezes itself is started by the program of `npm run verify:writes`. */
function workerOf({ freezeAt }: Plan): { readonly program: string; readonly env: Readonly<Record<string, string>> } {
  if (freezeAt === undefined) return { program: 'worker/main.ts', env: {} };
  return { program: 'tools/verify-writes/worker.ts', env: { VERIFY_PLACE: freezeAt.place } };
}
