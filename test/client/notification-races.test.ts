import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { isOrderClientError, NotificationDelivery } from '../../client/index.js';
import { factOf, needsAttention, REFUND, times } from '../support/facts.js';
import { newRealWorld, type RealWorld } from '../support/real-world.js';

const AT_ONCE = 20;

let world: RealWorld;
/** Two receivers, as they run in production. */
let receivers: readonly [NotificationDelivery, NotificationDelivery];
beforeAll(async () => {
  world = await newRealWorld();
  await world.startWorker();
  receivers = [new NotificationDelivery(world.client), new NotificationDelivery(world.client)];
});
afterAll(() => world.end());

type Key = Parameters<typeof factOf>[0];

/** Delivers so many notifications at once, by turns through either receiver. */
function deliverAtOnce(count: number, order: Key, transactionIdOf: (index: number) => string) {
  const [one, other] = receivers;
  const deliveries = times(count, (index) =>
    (index % 2 === 0 ? one : other).deliver(factOf(order, transactionIdOf(index))),
  );
  return Promise.all(deliveries);
}

/** An order that was closed and paid after that. */
async function closedOrder(): Promise<{ readonly order: Key; readonly transactionId: string }> {
  const { handle, outTradeNo } = await world.checkout(0);
  expect(await handle.outcome()).toMatchObject({ ended: 'closed' });
  const order = { mchid: world.sandbox.mchid, outTradeNo };
  const { transactionId } = await world.sandbox.become(order, 'SUCCESS');
  return { order, transactionId: transactionId ?? '' };
}

/** How many runs a workflow has had. */
async function runsOf(workflowId: string): Promise<number> {
  const runs: string[] = [];
  await vi.waitFor(async () => {
    runs.length = 0;
    for await (const { runId } of world.client.workflow.list({ query: `WorkflowId = "${workflowId}"` }))
      runs.push(runId);
    const { runId } = await world.client.workflow.getHandle(workflowId).describe();
    expect(runs).toContain(runId);
  }, 60_000);
  return runs.length;
}

describe('twenty notifications at once', () => {
  it('of an order that was closed reach one late payment', async () => {
    const { order, transactionId } = await closedOrder();
    const delivered = await deliverAtOnce(AT_ONCE, order, () => transactionId);
    expect(new Set(delivered)).toEqual(new Set(['late']));
    const late = world.orders.latePayment(order);
    await needsAttention(late);
    expect(await late.state()).toMatchObject({ reason: 'paid-after-close', transactionIds: [transactionId] });
    expect(await runsOf(late.workflowId)).toBe(1);
  });

  it('of different payments all reach the late payment', async () => {
    const { order } = await closedOrder();
    const delivered = await deliverAtOnce(AT_ONCE, order, (index) => `T${index}`);
    expect(new Set(delivered)).toEqual(new Set(['late']));
    const late = world.orders.latePayment(order);
    const all = times(AT_ONCE, (index) => `T${index}`);
    await vi.waitFor(async () => expect([...(await late.state()).transactionIds].sort()).toEqual(all.sort()), 60_000);
    expect(await runsOf(late.workflowId)).toBe(1);
  });

  it('of an order that was not started start it once', async () => {
    const order = { mchid: world.sandbox.mchid, outTradeNo: 'TWENTY' };
    const delivered = await deliverAtOnce(AT_ONCE, order, () => 'T');
    // Some come when it is paid already.
    expect(delivered.filter((each) => each !== 'signalled' && each !== 'known')).toEqual([]);
    expect(await world.orders.order(order).outcome()).toMatchObject({ ended: 'paid', transactionId: 'T' });
    expect(await runsOf(world.orders.order(order).workflowId)).toBe(1);
  });

  it('and the checkout’s own start begin one workflow, which knows the payment', async () => {
    const order = { mchid: world.sandbox.mchid, outTradeNo: 'WITH-START' };
    const input = { api: 'v3-global', ...order, amount: { total: 888, currency: 'HKD' }, payWithin: '15m' } as const;
    const starts = times(5, () => world.orders.start(input));
    const [started] = await Promise.all([Promise.all(starts), deliverAtOnce(AT_ONCE, order, () => 'T')]);
    expect(started.map(({ inputDiffers }) => inputDiffers)).toEqual(times(5, () => false));
    expect(await world.orders.order(order).outcome()).toMatchObject({ ended: 'paid', transactionId: 'T' });
    expect(await runsOf(world.orders.order(order).workflowId)).toBe(1);
  });

  it('of a second late payment begin one more run, after the first was recorded', async () => {
    const { order, transactionId } = await closedOrder();
    const late = world.orders.latePayment(order);
    await receivers[0].deliver(factOf(order, transactionId));
    await needsAttention(late);
    await late.record({ ...REFUND, transactionIds: [transactionId] });
    const delivered = await deliverAtOnce(AT_ONCE, order, () => 'SECOND');
    expect(new Set(delivered)).toEqual(new Set(['late']));
    expect(await late.state()).toMatchObject({ transactionIds: ['SECOND'], outcome: null });
    expect(await runsOf(late.workflowId)).toBe(2);
  });
});

it('a notification that comes at the very moment in which its order is closed is never lost', async () => {
  const seen = new Set<string | undefined>();
  // Closer and closer to the moment from which on the order hears nothing any more, in milliseconds after the close.
  let [heard, unheard] = [0, 400];
  for (let round = 0; round < 8; round += 1) {
    const wait = (heard + unheard) / 2;
    const { handle, outTradeNo } = await world.checkout(0);
    const isSent = () => world.sandbox.ledger.entries(outTradeNo).some(({ call }) => call === 'close');
    await vi.waitUntil(isSent, { timeout: 60_000, interval: 1 });
    await sleep(wait);
    const delivered = await deliverAtOnce(4, { mchid: world.sandbox.mchid, outTradeNo }, () => 'T');
    const isSettled = async () => {
      const { phase, outcome } = await handle.state();
      return outcome?.ended ?? (phase === 'needsAttention' ? phase : undefined);
    };
    const settled = await vi.waitUntil(isSettled, { timeout: 60_000, interval: 20 });
    seen.add(settled);
    // If it ended as closed, the order did not get the notification: the late payment did.
    if (settled === 'closed') expect(new Set(delivered)).toEqual(new Set(['late']));
    else expect(delivered).toContain('signalled');
    if (settled === 'closed') unheard = wait;
    else heard = wait;
  }
  expect(seen).toContain('closed');
  expect(seen.size).toBeGreaterThan(1);
});

it('a record that comes together with a notification is answered, or fails with an error of the client', async () => {
  const answers: unknown[] = [];
  for (let round = 0; round < 12; round += 1) {
    const { order, transactionId } = await closedOrder();
    const late = world.orders.latePayment(order);
    await receivers[0].deliver(factOf(order, transactionId));
    await needsAttention(late);
    const record = late.record({ ...REFUND, transactionIds: [transactionId] });
    const [recorded] = await Promise.allSettled([record, receivers[1].deliver(factOf(order, 'SECOND'))]);
    answers.push(recorded.status === 'rejected' && !isOrderClientError(recorded.reason) ? recorded.reason : 'ours');
    await vi.waitFor(async () => expect((await late.state()).transactionIds).toContain('SECOND'), 60_000);
  }
  expect(new Set(answers)).toEqual(new Set(['ours']));
});
