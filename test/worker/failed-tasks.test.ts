import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, inject, it, vi } from 'vitest';
import { OrderClient } from '../../client/index.js';
import { SECOND } from '../../domain/time.js';
import { type LogLine, startWorkerProcess } from '../../testing/demo/processes.js';
import { bundleWorkflows } from '../../worker/workflow-bundle.js';
import { newRealWorld } from '../support/real-world.js';
import { AMOUNT } from '../support/world.js';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const FAILED = "an order's workflow task failed";

/** Starts an order at a worker whose build is bad, in a process of its own. */
async function orderAt(build: string) {
  const world = await newRealWorld();
  cleanups.push(() => world.end());
  const folder = await mkdtemp(join(tmpdir(), 'wxpay-bad-build-'));
  cleanups.push(() => rm(folder, { recursive: true }));
  const workflowBundle = join(folder, 'bundle.js');
  const workflowsPath = fileURLToPath(new URL(build, import.meta.url));
  await writeFile(workflowBundle, await bundleWorkflows({ workflowsPath }));
  const log: LogLine[] = [];
  const { address: temporalAddress, merchantsFile } = world;
  const onLog = (line: LogLine): void => void log.push(line);
  const worker = await startWorkerProcess({
    temporalAddress,
    merchantsFile,
    workflowBundle,
    compiledIn: inject('compiled'),
    onLog,
  });
  cleanups.push(() => worker.stop());
  const order = { api: 'v3-global', mchid: world.sandbox.mchid, outTradeNo: 'A1001', amount: AMOUNT } as const;
  const orders = new OrderClient(world.client, { answeredWithinMs: 4 * SECOND });
  const { handle } = await orders.start({ ...order, payWithin: '15m' });
  const { runId } = await world.client.workflow.getHandle(handle.workflowId).describe();
  return { world, handle, runId, log, told: () => log.filter(({ msg }) => msg === FAILED) };
}

it('a workflow that fails is logged with its order and the cause', async () => {
  const { handle, runId, told } = await orderAt('../client/bad-build.ts');
  await vi.waitFor(() => expect(told()).toHaveLength(1), { timeout: 60_000, interval: 100 });
  expect(told()[0]).toEqual({
    level: 40,
    time: expect.any(String),
    msg: FAILED,
    workflowId: handle.workflowId,
    workflowType: 'timeoutThenClose',
    runId,
    taskFailure: 'WORKFLOW_WORKER_UNHANDLED_FAILURE',
    taskMessage: 'a bad build',
    whatToDo: expect.stringContaining('docs/operating.md'),
  });
});

it('an update that fails again and again is logged once a minute, cut short and without what may be a key', async () => {
  const { handle, log, told } = await orderAt('./bad-update.ts');
  await expect(handle.closeNow()).rejects.toMatchObject({ code: 'no-worker' });
  await vi.waitFor(() => expect(told()).toHaveLength(1), { timeout: 60_000, interval: 100 });
  const [line] = told();
  expect(line).toMatchObject({
    workflowId: handle.workflowId,
    taskMessage: expect.stringMatching(/^cannot read … of a/),
  });
  expect(String(line?.['taskMessage']).length).toBeLessThanOrEqual(80);
  const failures = (): number => log.filter(({ msg }) => msg === 'Failing workflow task').length;
  await handle.closeNow().catch(() => undefined);
  await vi.waitFor(() => expect(failures()).toBeGreaterThan(1), { timeout: 60_000, interval: 100 });
  await sleep(3 * SECOND);
  expect(told()).toHaveLength(1);
  expect(JSON.stringify(log)).not.toContain('OpenId0123456789abcdefghij');
});
