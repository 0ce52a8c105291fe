import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NotificationDelivery, type OrderHandle } from '../../client/index.js';
import type { Child } from '../../testing/demo/processes.js';
import { MINUTE, SECOND } from '../../domain/time.js';
import { factOf, needsAttention, REFUND, times } from '../support/facts.js';
import { newRealWorld, type RealWorld } from '../support/real-world.js';

let world: RealWorld;
let worker: Child;
let delivery: NotificationDelivery;
beforeAll(async () => {
  world = await newRealWorld();
  worker = await world.startWorker();
  delivery = new NotificationDelivery(world.client);
});
afterAll(() => world.end());

/** An order that is just placed, and its number. */
async function open() {
  const { handle, outTradeNo } = await world.checkout(10 * MINUTE);
  return { handle, key: { mchid: world.sandbox.mchid, outTradeNo } };
}

async function paid(): Promise<OrderHandle> {
  const { handle, key } = await open();
  await delivery.deliver(factOf(key));
  expect(await handle.outcome()).toMatchObject({ ended: 'paid' });
  return handle;
}

/** An order that was closed, and its number. */
async function closed() {
  const { handle, outTradeNo } = await world.checkout(0);
  expect(await handle.outcome()).toMatchObject({ ended: 'closed' });
  return { handle, key: { mchid: world.sandbox.mchid, outTradeNo } };
}

/** An order that was closed and paid after that, so that a person is needed. */
async function paidAfterClose() {
  const { handle, key } = await closed();
  const { transactionId } = await world.sandbox.become(key, 'SUCCESS');
  expect(await delivery.deliver(factOf(key, transactionId ?? ''))).toBe('late');
  const late = world.orders.latePayment(key);
  const { transactionIds } = await needsAttention(late);
  return { handle, late, transactionIds };
}

async function released(): Promise<OrderHandle> {
  const { handle } = await open();
  await world.client.workflow.getHandle(handle.workflowId).cancel();
  expect(await handle.outcome()).toMatchObject({ ended: 'released' });
  return handle;
}

const payBefore = new Date(Date.now() + 20 * MINUTE).toISOString();

/** The requests of a checkout that believes the order to be open. */
const REQUESTS: Readonly<Record<string, (handle: OrderHandle) => Promise<{ readonly accepted: boolean }>>> = {
  closeNow: (handle) => handle.closeNow({ replacedBy: 'ANEW' }),
  extend: (handle) => handle.extend({ payBefore }),
  placedAgain: (handle) => handle.placedAgain(),
  placementFailed: (handle) => handle.placementFailed({ code: 'PARAM_ERROR' }),
};

describe('a check', () => {
  it('answers with the trade state and the time of the query; two at once share one answer', async () => {
    const { handle, key } = await open();
    const begin = Math.floor(Date.now() / SECOND) * SECOND;
    const [one, other] = await Promise.all([handle.checkNow(), handle.checkNow()]);
    expect(one).toMatchObject({ ended: false, visible: 'awaiting-payment', tradeState: 'NOTPAY', outcome: null });
    expect(other).toEqual(one);
    expect(Date.parse(one.askedAt ?? '')).toBeGreaterThanOrEqual(begin);
    expect(Date.parse(one.askedAt ?? '')).toBeLessThanOrEqual(Date.now());
    expect(world.sandbox.ledger.entries(key.outTradeNo).map(({ call }) => call)).toEqual(['query']);
  });

  it('that finds the order paid says so, with the time of the query', async () => {
    const { handle, key } = await open();
    const { transactionId } = await world.sandbox.become(key, 'SUCCESS');
    const answer = await handle.checkNow();
    expect(answer).toEqual({
      ended: true,
      outcome: expect.objectContaining({ ended: 'paid', toldBy: 'query', transactionId }),
      endedAt: expect.stringMatching(/Z$/),
      askedAt: expect.stringMatching(/Z$/),
      latePayment: null,
    });
    const { closeTime } = await world.client.workflow.getHandle(handle.workflowId).describe();
    expect(Math.abs((closeTime?.getTime() ?? 0) - Date.parse(answer.ended ? answer.endedAt : ''))).toBeLessThan(2_000);
  });

  it('and every request are answered, whenever the order ends meanwhile', async () => {
    const answers: unknown[] = [];
    for (const transactionId of times(8, (round) => `T${round}`)) {
      const { handle, key } = await open();
      const calls = [() => handle.checkNow(), ...Object.values(REQUESTS).map((request) => () => request(handle))];
      const ended = delivery.deliver(factOf(key, transactionId));
      const asked = await Promise.allSettled([...calls, ...calls].map((call) => call()));
      await ended;
      expect(await handle.outcome()).toMatchObject({ ended: 'paid', transactionId });
      answers.push(...asked.map((each): unknown => (each.status === 'rejected' ? each.reason : each.status)));
    }
    // Such as an extension after a close was asked for.
    const refused = answers.filter((each) => (each as { code?: unknown }).code === 'invalid-order');
    expect(answers.filter((each) => each !== 'fulfilled' && !refused.includes(each))).toEqual([]);
  });
});

describe('an order that has ended, and still starts the workflow of its late payments', () => {
  it('answers a check and every request', async () => {
    const { handle, key } = await open();
    const others = times(18, (index) => factOf(key, `OTHER${index}`, { total: 1, currency: 'HKD' }));
    for (const fact of others) await delivery.deliver(fact);
    await delivery.deliver(factOf(key));
    const calls = times(3, () => [handle.checkNow(), ...Object.values(REQUESTS).map((request) => request(handle))]);
    for (const answer of await Promise.all(calls.flat())) {
      expect(answer).toMatchObject({ ended: true, outcome: { ended: 'paid' }, latePayment: null });
    }
    expect((await world.orders.latePayment(key).state()).transactionIds).toHaveLength(others.length);
  });
});

describe('an order that has ended, when no worker runs', () => {
  let orders: Record<'paid' | 'closed' | 'released' | 'terminated', OrderHandle>;
  let late: Record<'open' | 'recorded', OrderHandle>;
  beforeAll(async () => {
    const terminated = (await open()).handle;
    const [toRecord, toStay] = [await paidAfterClose(), await paidAfterClose()];
    orders = { paid: await paid(), closed: (await closed()).handle, released: await released(), terminated };
    late = { open: toStay.handle, recorded: toRecord.handle };
    await toRecord.late.record({ ...REFUND, transactionIds: toRecord.transactionIds });
    await toRecord.late.outcome();
    await world.client.workflow.getHandle(terminated.workflowId).terminate();
    await worker.stop();
  });

  it('answers a check with how and when it ended, and that WeChat Pay was not queried', async () => {
    const { closeTime } = await world.client.workflow.getHandle(orders.paid.workflowId).describe();
    expect(await orders.paid.checkNow()).toEqual({
      ended: true,
      outcome: expect.objectContaining({ ended: 'paid', toldBy: 'notification' }),
      endedAt: `${closeTime?.toISOString().slice(0, 19)}Z`,
      askedAt: null,
      latePayment: null,
    });
  });

  it.each(Object.entries(REQUESTS))('answers %s with the same, and that it changed nothing', async (_, request) => {
    const end = await orders.paid.checkNow();
    expect(await request(orders.paid)).toEqual({ ...end, accepted: false });
  });

  it('says whether a payment came after it, and the outcome of that', async () => {
    const settled = { outcome: { ended: 'recorded', ...REFUND } };
    expect(await orders.closed.checkNow()).toMatchObject({ outcome: { ended: 'closed' }, latePayment: null });
    expect(await late.open.checkNow()).toMatchObject({ outcome: { ended: 'closed' }, latePayment: { outcome: null } });
    expect(await late.recorded.checkNow()).toMatchObject({ outcome: { ended: 'closed' }, latePayment: settled });
    expect(await late.open.closeNow()).toMatchObject({ accepted: false, latePayment: { outcome: null } });
  });

  it('may be released, which is an outcome, too', async () => {
    expect(await orders.released.checkNow()).toMatchObject({
      ended: true,
      outcome: { ended: 'released' },
      askedAt: null,
    });
  });

  it('without an outcome is an error', async () => {
    const noOutcome = { code: 'no-outcome', status: 'terminated' };
    await expect(orders.terminated.checkNow()).rejects.toMatchObject(noOutcome);
    await expect(orders.terminated.closeNow()).rejects.toMatchObject(noOutcome);
    // Temporal would answer from the history, as if the order was still watched.
    await expect(orders.terminated.state()).rejects.toMatchObject(noOutcome);
  });

  it('is told from one that was never started', async () => {
    const unknown = world.orders.order({ mchid: world.sandbox.mchid, outTradeNo: 'NOBODYS' });
    await expect(unknown.checkNow()).rejects.toMatchObject({ code: 'order-not-found' });
    await expect(unknown.placementFailed({ code: 'PARAM_ERROR' })).rejects.toMatchObject({ code: 'order-not-found' });
  });

  it('accepts no retry and no resolve', async () => {
    const ended = { code: 'already-ended', outcome: { ended: 'paid' }, endedAt: expect.stringMatching(/Z$/) };
    await expect(orders.paid.retry()).rejects.toMatchObject(ended);
    const resolution = { as: 'closed', note: 'seen', by: 'Mei' } as const;
    await expect(orders.paid.resolve(resolution)).rejects.toMatchObject(ended);
  });
});
