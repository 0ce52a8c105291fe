import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { OrderClient, type OrderHandle } from '../../client/index.js';
import { freeAddress, type LogLine, startChild } from '../../testing/demo/processes.js';
import { MINUTE } from '../../domain/time.js';
import { Sandbox } from '../../testing/sandbox/sandbox.js';
import { startDevServer } from '../../testing/temporal-server/index.js';
import { registerSearchAttributes } from '../../worker/setup.js';
import { editV3 } from '../wechatpay/merchants/watched.js';
import { AMOUNT } from '../support/world.js';
import { startVault, type Vault } from './vault.js';

const ends: (() => unknown)[] = [];
const log: LogLine[] = [];
let sandbox: Sandbox;
let vault: Vault;
let orders: OrderClient;
let file: string;
let metrics: string;
let privatePem: string;
let temporal: Awaited<ReturnType<typeof startDevServer>>;

beforeAll(async () => {
  temporal = await startDevServer({ ui: false });
  ends.push(() => temporal.env.teardown());
  sandbox = await Sandbox.start({ wechatpayKeys: 'certificate' });
  ends.push(() => sandbox.stop());
  await registerSearchAttributes(temporal.env.connection, 'default');
  orders = new OrderClient(new Client({ connection: temporal.env.connection }));
  privatePem = sandbox.merchants.get(sandbox.mchid)?.keys.privatePem ?? '';
  vault = await startVault(privatePem);
  ends.push(() => vault.close());
  const folder = await mkdtemp(join(tmpdir(), 'wxpay-kms-'));
  ends.push(() => rm(folder, { recursive: true }));
  file = await sandbox.writeMerchantsFile(folder, { platformCertificates: 'v3-global' });
  await editV3(file, (v3) => delete v3['privateKeyFile']);
  await rm(join(folder, 'keys', `${sandbox.mchid}_key.pem`));
  metrics = await freeAddress();
  const env = { WXPAY_METRICS_ADDRESS: metrics, VAULT_URL: vault.url, MCHID: sandbox.mchid };
  const worker = await startChild({
    ...workerOf(env),
    program: 'examples/kms-worker.ts',
    compiledIn: inject('compiled'),
  });
  ends.push(() => worker.stop());
});

afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

/** How a program with a worker in it is started. */
function workerOf(env: NodeJS.ProcessEnv) {
  return {
    env: {
      TEMPORAL_ADDRESS: temporal.address,
      WXPAY_MERCHANTS_FILE: file,
      WXPAY_WORKFLOW_BUNDLE: inject('workflowBundle'),
      WXPAY_MERCHANTS_RELOAD_SECONDS: '1',
      WXPAY_SHUTDOWN_GRACE_SECONDS: '1',
      ...env,
    },
    readyMessage: 'the worker is ready',
    onLog: (line: LogLine) => void log.push(line),
  };
}

/** An order that may be closed at once. */
async function due(outTradeNo: string): Promise<OrderHandle> {
  const { mchid } = sandbox;
  const createdAt = Date.now() - 6 * MINUTE;
  await sandbox.place({ mchid, outTradeNo, amount: AMOUNT, createdAt });
  const vouched = { createdAt: new Date(createdAt).toISOString(), trustCreatedAt: true };
  const order = { api: 'v3-global', mchid, outTradeNo, amount: AMOUNT, ...vouched, payWithin: '1m' } as const;
  return (await orders.start(order)).handle;
}

/** The values of a metric by its last label. */
async function scrape(metric: string): Promise<Record<string, number>> {
  const text = await (await fetch(`http://${metrics}/metrics`)).text();
  const lines = text.matchAll(new RegExp(`^${metric}\\{.*="(\\w+)"\\} (\\d+)$`, 'gm'));
  return Object.fromEntries([...lines].map(([, label = '', count]) => [label, Number(count)]));
}

const reloads = () => scrape('wxpay_merchants_reloads_total');
const answers = () => scrape('wxpay_answers_total');

const soon = (check: () => unknown) => vi.waitFor(check, { timeout: 60_000, interval: 50 });

describe('a worker whose key is in a vault, and whose certificates are downloaded', () => {
  it('closes an order', async () => {
    expect(await (await due('IN-A-VAULT')).outcome()).toMatchObject({ ended: 'closed' });
    expect(vault.signatures).toBeGreaterThanOrEqual(4);
  });

  it('asks nothing while the vault is sealed, counts that, and goes on when it is open', async () => {
    vault.isSealed = true;
    const handle = await due('SEALED');
    await soon(async () => expect((await answers())['LOCAL_NOT_SIGNED']).toBeGreaterThanOrEqual(2));
    expect(sandbox.ledger.entries('SEALED')).toEqual([]);
    vault.isSealed = false;
    expect(await handle.outcome()).toMatchObject({ ended: 'closed' });
  });

  it("goes on through a change of WeChat Pay's keys", async () => {
    const [before] = await Promise.all([due('BEFORE'), sandbox.rotateKeys()]);
    const after = await due('AFTER');
    for (const handle of [before, after]) expect(await handle.outcome()).toMatchObject({ ended: 'closed' });
  });

  it('keeps its merchants where their file turns bad, and takes it when it is good again', async () => {
    expect(await reloads()).toEqual({ refused: 0, taken: 0 });
    const good = await readFile(file, 'utf8');
    await writeFile(file, good.replace('certificateSerial', 'serial'));
    await soon(async () => expect(await reloads()).toEqual({ refused: 1, taken: 0 }));
    await soon(() =>
      expect(log.find(({ faults }) => faults !== undefined)).toMatchObject({
        level: 40,
        faults: expect.arrayContaining([expect.stringContaining('certificateSerial')]),
      }),
    );
    expect(await (await due('WHILE-BAD')).outcome()).toMatchObject({ ended: 'closed' });
    await writeFile(file, `${good}# fixed\n`);
    await soon(async () => expect(await reloads()).toEqual({ refused: 1, taken: 1 }));
    expect(await (await due('FIXED')).outcome()).toMatchObject({ ended: 'closed' });
  });

  it('writes nothing secret into its log', () => {
    const { apiV3Key = '' } = sandbox.merchants.get(sandbox.mchid) ?? {};
    expect(log.length).toBeGreaterThan(3);
    expect(JSON.stringify(log)).not.toMatch(new RegExp(`${apiV3Key}|PRIVATE|BEGIN|signature=`));
  });
});

describe('a program with a worker in it', () => {
  it('can stop the worker and go on', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'wxpay-stopped-'));
    ends.push(() => rm(folder, { recursive: true }));
    const env = { WXPAY_MERCHANTS_FILE: await sandbox.writeMerchantsFile(folder) };
    const child = await startChild({ ...workerOf(env), program: 'test/worker/stopped-worker.ts' });
    ends.push(() => child.kill());
    process.kill(child.pid, 'SIGHUP');
    await soon(() => expect(log.map(({ msg }) => msg)).toContain('the worker has ended, and the program goes on'));
  });
});
