import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { isOrderClientError, OrderClient, ServiceOrderClient, type OrderHandle } from '../../client/index.js';
import { MINUTE, SECOND } from '../../domain/time.js';
import { bundleWorkflows } from '../../worker/workflow-bundle.js';
import { DEFAULT_TASK_QUEUE, TIMEOUT_THEN_CLOSE_WORKFLOW } from '../../workflows/messages/orders.js';
import { CANCEL_PAYSCORE_WORKFLOW } from '../../workflows/messages/payscore.js';
import { newRealWorld, type RealWorld } from '../support/real-world.js';
import { AMOUNT } from '../support/world.js';

const BAD_BUILD = fileURLToPath(new URL('./bad-build.ts', import.meta.url));

const ANSWERED_WITHIN_MS = 1_500;

/** From so many failed attempts on, the server hands out no messages for a workflow. */
const FAILED_STATE = 3;

let world: RealWorld;
let stopBadWorker: () => Promise<void>;
beforeAll(async () => {
  world = await newRealWorld();
  const connection = await NativeConnection.connect({ address: world.address });
  const worker = await Worker.create({
    connection,
    taskQueue: DEFAULT_TASK_QUEUE,
    workflowBundle: { code: await bundleWorkflows({ workflowsPath: BAD_BUILD }) },
  });
  const running = worker.run();
  let stopping: Promise<void> | undefined;
  stopBadWorker = () => {
    if (stopping === undefined) worker.shutdown();
    return (stopping ??= running.then(() => connection.close()));
  };
});
afterAll(async () => {
  await stopBadWorker();
  await world.end();
});

const ORDER = { api: 'v3-global', amount: AMOUNT, payWithin: '15m' } as const;
const REQUEST = { requestId: 'r-1', reason: '用户取消' };

/** A workflow whose tasks end soon, so that they fail often. */
const QUICK = { taskQueue: DEFAULT_TASK_QUEUE, workflowTaskTimeout: SECOND };

/** Starts an order, and waits until the server hands out no messages for it. */
async function failing(outTradeNo: string): Promise<{ readonly mchid: string; readonly outTradeNo: string }> {
  const { mchid } = world.sandbox;
  await world.sandbox.place({ mchid, outTradeNo, amount: AMOUNT });
  const { workflowId } = world.orders.order({ mchid, outTradeNo });
  const args = [{ ...ORDER, mchid, outTradeNo }];
  await world.client.workflow.start(TIMEOUT_THEN_CLOSE_WORKFLOW, { ...QUICK, workflowId, args });
  await untilFailedState(workflowId);
  return { mchid, outTradeNo };
}

async function untilFailedState(workflowId: string): Promise<void> {
  const handle = world.client.workflow.getHandle(workflowId);
  await vi.waitFor(
    async () => {
      const { pendingWorkflowTask } = (await handle.describe()).raw;
      expect(pendingWorkflowTask?.attempt ?? 0).toBeGreaterThanOrEqual(FAILED_STATE);
    },
    { timeout: 60_000, interval: 50 },
  );
}

const payBefore = new Date(Date.now() + 20 * MINUTE).toISOString();

const CALLS: Readonly<Record<string, (handle: OrderHandle) => Promise<unknown>>> = {
  closeNow: (handle) => handle.closeNow(),
  checkNow: (handle) => handle.checkNow(),
  extend: (handle) => handle.extend({ payBefore }),
  retry: (handle) => handle.retry(),
  state: (handle) => handle.state(),
};

/** The error of a call that fails. */
async function errorOf(call: Promise<unknown>): Promise<unknown> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(isOrderClientError(error)).toBe(true);
  return error;
}

const hurried = (): OrderClient => new OrderClient(world.client, { answeredWithinMs: ANSWERED_WITHIN_MS });
const patient = (): OrderClient => new OrderClient(world.client, { answeredWithinMs: 60 * SECOND });

/** How often a workflow accepted a request. */
async function acceptedBy(workflowId: string): Promise<number> {
  const { events } = await world.client.workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []).filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes).length;
}

describe('an order whose workflow task fails again and again', () => {
  it('shows the place of the failure when its history is replayed', async () => {
    const { workflowId } = world.orders.order(await failing('REPLAYED'));
    const history = await world.client.workflow.getHandle(workflowId).fetchHistory();
    const file = join(await mkdtemp(join(tmpdir(), 'wxpay-failing-')), 'history.json');
    await writeFile(file, historyToJSON(history));
    const args = ['--import', 'tsx', 'tools/replay.ts', file, '--workflows', BAD_BUILD];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    await rm(dirname(file), { recursive: true });
    expect(stderr).toMatch(/a bad build.*bad-build\.ts:3/s);
    expect(status).toBe(1);
  });

  it('fails each call in its own time, with no-worker', async () => {
    const order = await failing('FAILS');
    const begin = Date.now();
    const errors = await Promise.all(Object.values(CALLS).map((call) => errorOf(call(hurried().order(order)))));
    expect(Date.now() - begin).toBeLessThan(3 * ANSWERED_WITHIN_MS);
    for (const error of errors) {
      expect(error).toMatchObject({ code: 'no-worker', message: expect.stringContaining('fails again and again') });
    }
  });

  it('fails a request to cancel a service order, too', async () => {
    const order = await world.rental();
    const { mchid, outOrderNo } = order;
    const clients = new ServiceOrderClient(world.client, { answeredWithinMs: ANSWERED_WITHIN_MS });
    const { workflowId } = clients.serviceOrder({ mchid, outOrderNo });
    await world.client.workflow.start(CANCEL_PAYSCORE_WORKFLOW, { ...QUICK, workflowId, args: [order] });
    await untilFailedState(workflowId);
    expect(await errorOf(clients.requestCancel(order, REQUEST))).toMatchObject({ code: 'no-worker' });
  });

  it('fails a call from the first failed workflow task on', async () => {
    const { mchid } = world.sandbox;
    const { handle } = await hurried().start({ ...ORDER, mchid, outTradeNo: 'FAILS-AT-ONCE' });
    expect(await errorOf(handle.closeNow())).toMatchObject({ code: 'no-worker' });
  });

  it('answers every call, once, if a good worker comes in time', async () => {
    const order = await failing('HEALS');
    const handle = patient().order(order);
    const asked = Promise.all([handle.closeNow(), handle.state(), handle.checkNow()]);
    await stopBadWorker();
    await world.startWorker();
    expect(await asked).toMatchObject([
      { accepted: true, closesAt: expect.any(String) },
      { outcome: null },
      { ended: false, tradeState: 'NOTPAY' },
    ]);
    expect(await acceptedBy(handle.workflowId)).toBe(2);
  });
});
