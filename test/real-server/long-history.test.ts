import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { MINUTE, SECOND } from '../../domain/time.js';
import { merchantAttribute } from '../../workflows/messages/orders.js';
import { newRealWorld, type RealWorld } from '../support/real-world.js';
import { ALL_ZERO, AMOUNT, auditOf } from '../support/world.js';

/** How many events the server takes for a long history here; by default, thousands. */
const LONG = 30;

let world: RealWorld;
beforeAll(async () => {
  const suggestion = `limit.historyCount.suggestContinueAsNew=${LONG}`;
  world = await newRealWorld({ serverArgs: ['--dynamic-config-value', suggestion] });
  await world.startWorker();
});
afterAll(() => world.end());

/** The runs of a workflow, the first one first. */
async function runsOf(workflowId: string): Promise<string[]> {
  const runs: { runId: string; startTime: Date }[] = [];
  for await (const { runId, startTime } of world.client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) {
    runs.push({ runId, startTime });
  }
  return runs.sort((one, other) => one.startTime.getTime() - other.startTime.getTime()).map(({ runId }) => runId);
}

it('an order whose history grows long goes on in a new run, and nothing that was known is lost', async () => {
  const { handle, outTradeNo, input } = await world.checkout(SECOND);
  world.sandbox.misbehave(outTradeNo, { what: 'signWrongly', on: 'query', times: 4 });
  const requested = await handle.closeNow({ replacedBy: 'PLACED-ANEW' });
  expect(await handle.outcome()).toEqual({ ended: 'closed', closeSent: 'yes', replacedBy: 'PLACED-ANEW' });
  expect(auditOf(world, outTradeNo, 'closed')).toEqual(ALL_ZERO);
  expect(requested.accepted && Date.parse(requested.closesAt)).toBeGreaterThan(Date.parse(input.createdAt));

  const runs = await vi.waitFor(async () => {
    const found = await runsOf(handle.workflowId);
    expect(found.length).toBeGreaterThan(1);
    return found;
  }, 60_000);
  const [first = '', second = ''] = runs;
  const describe = (runId: string) => world.client.workflow.getHandle(handle.workflowId, runId).describe();
  const [before, after] = await Promise.all([describe(first), describe(second)]);
  expect(before.status.name).toBe('CONTINUED_AS_NEW');
  // What a second start and a list of orders go by.
  expect(after.memo).toEqual(before.memo);
  expect(after.typedSearchAttributes.get(merchantAttribute)).toBe(world.sandbox.mchid);
});

it('an order that only waits goes on in a new run too, and people still read which one it is', async () => {
  const { handle, outTradeNo } = await world.checkout(60 * SECOND);
  for (let count = 0; count < LONG; count += 1) await handle.placedAgain();
  await vi.waitFor(async () => expect((await runsOf(handle.workflowId)).length).toBeGreaterThan(1), 60_000);
  const metadata = await world.client.workflow
    .getHandle(handle.workflowId)
    .query<{ currentDetails: string }>('__temporal_workflow_metadata');
  expect(metadata.currentDetails).toContain(outTradeNo);
  expect(await handle.state()).toMatchObject({ phase: 'awaitingPayment' });
});

it('an order that has gone on in a new run is the same to a start that is repeated', async () => {
  const { mchid } = world.sandbox;
  const input = { api: 'v3-global', mchid, outTradeNo: 'GOES-ON', amount: AMOUNT, payWithin: '15m' } as const;
  const { handle, timeExpire } = await world.orders.start(input);
  // The deadline of a start that counted from the new run would be another.
  await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(Date.parse(timeExpire) - 15 * MINUTE + SECOND), 60_000);
  for (let count = 0; count < LONG; count += 1) await handle.placedAgain();
  await vi.waitFor(async () => expect((await runsOf(handle.workflowId)).length).toBeGreaterThan(1), 60_000);
  expect(await world.orders.start(input)).toMatchObject({ timeExpire, inputDiffers: false });
  expect(await world.orders.start({ ...input, payWithin: '16m' })).toMatchObject({ timeExpire, inputDiffers: true });
});

it('a service order does so too', async () => {
  const rental = await world.rental();
  world.sandbox.misbehave(rental.outOrderNo, { what: 'signWrongly', on: 'query', times: 4 });
  const { handle } = await world.serviceOrders.requestCancel(rental, { requestId: 'r-1', reason: '用户取消' });
  expect(await handle.outcome()).toEqual({ ended: 'cancelled', cancelSent: 'yes', reason: '用户取消' });
  await vi.waitFor(async () => expect((await runsOf(handle.workflowId)).length).toBeGreaterThan(1), 60_000);
});
