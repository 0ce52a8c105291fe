import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createOrderActivities } from '../../activities/order-activities.js';
import { OrderClient, type OrderHandle } from '../../client/index.js';
import { quietRuntime } from '../../demo/quiet-runtime.js';
import { Sandbox } from '../../sandbox/sandbox.js';
import { startDevServer } from '../../temporal-server/index.js';
import { loadMerchants } from '../../worker/merchants.js';
import { registerSearchAttributes } from '../../worker/search-attributes.js';
import { bundleWorkflows } from '../../worker/workflow-bundle.js';
import { GOLDEN, MUST_FAIL } from './history-files.js';
import { scrub } from './scrub.js';

const IDENTITY = 'golden';
const AMOUNT = { total: 888, currency: 'HKD' };
const CREATED_AGO_MS = 5 * 60_000 + 30_000 - 2_000;

interface Recording {
  readonly sandbox: Sandbox;
  readonly orders: OrderClient;
  readonly handle: OrderHandle;
  readonly order: { readonly mchid: string; readonly outTradeNo: string };
}

/** What happens to an order until its history is read. */
type Scene = (recording: Recording) => Promise<unknown>;

const untilCalled = async ({ sandbox, order }: Recording, answer: string): Promise<void> => {
  while (!sandbox.ledger.entries(order.outTradeNo).some((entry) => entry.answer === answer)) await sleep(20);
};

const GOLDEN_SCENES: Readonly<Record<string, Scene>> = {
  'paid-by-notice': async ({ sandbox, handle, order }) => {
    await handle.state();
    const payment = await sandbox.pay(order);
    if (payment !== undefined) await handle.paymentNotice({ ...payment, order });
    await handle.outcome();
  },
  'found-paid': async ({ sandbox, handle, order }) => {
    await sandbox.pay(order);
    await handle.outcome();
  },
  'unpaid-and-closed': ({ handle }) => handle.outcome(),
  'close-requested': async ({ handle }) => {
    await handle.closeNow({ replacedBy: 'PLACED-ANEW' });
    await handle.outcome();
  },
  'paid-between-query-and-close': async ({ sandbox, handle, order }) => {
    sandbox.misbehave(order.outTradeNo, { what: 'payFirst', on: 'close' });
    await handle.outcome();
  },
  'answer-lost': async ({ sandbox, handle, order }) => {
    sandbox.misbehave(order.outTradeNo, { what: 'loseAnswer', on: 'close' });
    await handle.outcome();
  },
  'cut-in-the-wait': ({ handle }) => handle.state(),
  'cut-in-a-close': async (recording) => {
    recording.sandbox.misbehave(recording.order.outTradeNo, { what: 'systemError', on: 'close', times: 9 });
    await untilCalled(recording, 'SYSTEM_ERROR');
  },
};

const MUST_FAIL_SCENES: Readonly<Record<string, Scene>> = { 'closes-unasked': ({ handle }) => handle.outcome() };

/** Plays scenes with the workflows of one bundle, each to its own file. */
async function record(folder: string, scenes: Readonly<Record<string, Scene>>, bundle: string): Promise<void> {
  const cleanups: (() => Promise<unknown>)[] = [];
  try {
    const { env, address } = await startDevServer({ ui: false, onProgress: (line) => console.error(line) });
    cleanups.push(() => env.teardown());
    await registerSearchAttributes(env.connection, 'default');
    const sandbox = await Sandbox.start();
    cleanups.push(() => sandbox.stop());
    const keys = await mkdtemp(join(tmpdir(), 'wxpay-histories-'));
    cleanups.push(() => rm(keys, { recursive: true }));
    const connection = await NativeConnection.connect({ address });
    cleanups.push(() => connection.close());
    const worker = await Worker.create({
      connection,
      identity: IDENTITY,
      taskQueue: 'wechatpay-orders',
      workflowBundle: { code: bundle },
      activities: createOrderActivities(loadMerchants(await sandbox.writeMerchantsFile(keys))),
    });
    await worker.runUntil(async () => {
      const client = new Client({ connection: env.connection, identity: IDENTITY });
      for (const [name, scene] of Object.entries(scenes)) await recordScene(folder, name, scene, sandbox, client);
    });
  } finally {
    for (const cleanup of cleanups.reverse()) await cleanup();
  }
}

async function recordScene(
  folder: string,
  name: string,
  scene: Scene,
  sandbox: Sandbox,
  client: Client,
): Promise<void> {
  const { mchid } = sandbox;
  const outTradeNo = name.toUpperCase();
  const orders = new OrderClient(client);
  const createdAt = Date.now() - CREATED_AGO_MS;
  await sandbox.place({ mchid, outTradeNo, amount: AMOUNT, createdAt });
  const vouched = { createdAt: new Date(createdAt).toISOString(), trustCreatedAt: true };
  const { handle } = await orders.start({
    api: 'v3-global',
    mchid,
    outTradeNo,
    amount: AMOUNT,
    ...vouched,
    payWithin: '1m',
  });
  await scene({ sandbox, orders, handle, order: { mchid, outTradeNo } });
  const history = await client.workflow.getHandle(handle.workflowId).fetchHistory();
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, `${name}.json`),
    `${JSON.stringify(scrub(JSON.parse(historyToJSON(history))), undefined, 1)}\n`,
  );
  console.log(`${name}: ${history.events?.length ?? 0} events`);
  await client.workflow
    .getHandle(handle.workflowId)
    .terminate()
    .catch(() => undefined);
}

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

quietRuntime();
await record(join(GOLDEN, version), GOLDEN_SCENES, await bundleWorkflows());
const changed = fileURLToPath(new URL('closes-unasked.ts', import.meta.url));
await record(join(MUST_FAIL, version), MUST_FAIL_SCENES, await bundleWorkflows(changed));
process.exit(0);
