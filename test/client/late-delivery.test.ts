import { beforeEach, describe, expect, it } from 'vitest';
import { NotificationDelivery, type LatePaymentHandle, type RecordRequest } from '../../client/index.js';
import { MINUTE } from '../../domain/time.js';
import { factOf, needsAttention, REFUND } from '../support/facts.js';
import { AMOUNT, newWorld, type World } from '../support/world.js';

const OTHER = '4200000002';

let world: World;
let delivery: NotificationDelivery;
beforeEach(async () => {
  world = await newWorld();
  delivery = new NotificationDelivery(world.client);
});

/** An order that was closed and paid after that. */
async function paidAfterClose() {
  const order = await world.checkout();
  await world.pass(16 * MINUTE);
  expect(await order.handle.outcome()).toMatchObject({ ended: 'closed' });
  const { transactionId } = await world.sandbox.become(order, 'SUCCESS');
  return { ...order, fact: factOf(order, transactionId ?? ''), late: world.orders.latePayment(order) };
}

/** Records a refund of every reported payment. */
async function recordAll(late: LatePaymentHandle) {
  const { transactionIds } = await late.state();
  return late.record({ ...REFUND, transactionIds });
}

const runOf = async ({ workflowId }: LatePaymentHandle) =>
  (await world.client.workflow.getHandle(workflowId).describe()).runId;

describe('a payment after the close', () => {
  it('is queried, needs a person, and ends when what was done is recorded', async () => {
    const { fact, late } = await paidAfterClose();
    expect(await delivery.deliver(fact)).toBe('late');
    const { transactionId } = fact.notification;
    expect(await needsAttention(late)).toMatchObject({ reason: 'paid-after-close', transactionIds: [transactionId] });
    expect(await recordAll(late)).toMatchObject({ phase: 'ended' });
    expect(await late.outcome()).toEqual({ ended: 'recorded', ...REFUND, transactionIds: [transactionId] });
  });

  it('that is recorded needs nothing when its notification comes again', async () => {
    const { fact, late } = await paidAfterClose();
    await delivery.deliver(fact);
    await needsAttention(late);
    await recordAll(late);
    const run = await runOf(late);
    expect(await delivery.deliver(fact)).toBe('known');
    expect(await runOf(late)).toBe(run);
  });

  it('that is recorded can be followed by another payment, which has a run of its own', async () => {
    const { fact, late, mchid, outTradeNo } = await paidAfterClose();
    await delivery.deliver(fact);
    await needsAttention(late);
    await recordAll(late);
    expect(await delivery.deliver(factOf({ mchid, outTradeNo }, OTHER))).toBe('late');
    expect(await late.state()).toMatchObject({ transactionIds: [OTHER], outcome: null });
  });

  it('and another have the same run while a person is needed', async () => {
    const { fact, late, mchid, outTradeNo } = await paidAfterClose();
    await delivery.deliver(fact);
    await needsAttention(late);
    expect(await delivery.deliver(factOf({ mchid, outTradeNo }, OTHER))).toBe('late');
    const transactionIds = [fact.notification.transactionId, OTHER];
    expect(await late.state()).toMatchObject({ reason: 'paid-twice', transactionIds });
  });

  it('and another that the person has not seen are not recorded together', async () => {
    const { fact, late, mchid, outTradeNo } = await paidAfterClose();
    await delivery.deliver(fact);
    const { transactionIds } = await needsAttention(late);
    await delivery.deliver(factOf({ mchid, outTradeNo }, OTHER));
    const faults = [{ field: 'transactionIds', rule: expect.stringContaining(OTHER) }];
    await expect(late.record({ ...REFUND, transactionIds })).rejects.toMatchObject({ code: 'invalid-order', faults });
    expect(await late.state()).toMatchObject({ reason: 'paid-twice', outcome: null });
  });

  it.each(['cancel', 'terminate'] as const)('is started again by its notification after %s', async (end) => {
    const { fact, late } = await paidAfterClose();
    await delivery.deliver(fact);
    await needsAttention(late);
    await world.client.workflow.getHandle(late.workflowId)[end]();
    await late.outcome().catch(() => undefined);
    expect(await delivery.deliver(fact)).toBe('late');
    expect(await needsAttention(late)).toMatchObject({ reason: 'paid-after-close' });
  });

  it('is compared with the input of the order', async () => {
    const { fact, late, outTradeNo, mchid } = await paidAfterClose();
    await delivery.deliver({ ...fact, api: 'v2', appid: 'wx1111111111111111' });
    expect(await late.state()).toMatchObject({ order: { api: 'v3-global', mchid, outTradeNo } });
    expect((await late.state()).order).not.toHaveProperty('appid');
  });
});

it('a payment of an order that was started without the client is compared with the input of that start', async () => {
  const order = { mchid: world.sandbox.mchid, outTradeNo: 'WITHOUT-CLIENT' };
  await world.sandbox.place({ ...order, amount: AMOUNT });
  await world.client.workflow.start('timeoutThenClose', {
    workflowId: world.orders.order(order).workflowId,
    taskQueue: 'wechatpay-orders',
    args: [{ api: 'v3-global', ...order, amount: AMOUNT, payWithin: '15m' }],
  });
  await world.pass(16 * MINUTE);
  expect(await world.orders.order(order).outcome()).toMatchObject({ ended: 'closed' });
  const appid = 'wx8888888888888888';
  expect(await delivery.deliver({ ...factOf(order), appid })).toBe('late');
  expect((await world.orders.latePayment(order).state()).order).toEqual({ ...order, api: 'v3-global' });
});

it('another payment of an order that ended as paid needs a person', async () => {
  const order = await world.checkout();
  const payment = await world.sandbox.pay(order);
  await delivery.deliver(factOf(order, payment?.transactionId));
  await order.handle.outcome();
  expect(await delivery.deliver(factOf(order, OTHER))).toBe('late');
  const late = world.orders.latePayment(order);
  expect(await needsAttention(late)).toMatchObject({ transactionIds: [OTHER] });
});

describe('the handle of a late payment', () => {
  it('says that there is no late payment', async () => {
    const late = world.orders.latePayment({ mchid: '1900000109', outTradeNo: 'NEVER' });
    expect(late.workflowId).toBe('late/order/1900000109/NEVER');
    const notFound = { code: 'order-not-found', message: expect.stringContaining('no payment came after the end') };
    const calls = [late.state(), late.outcome(), late.record({ ...REFUND, transactionIds: [] }), late.retry()];
    for (const answer of await Promise.allSettled(calls)) expect(answer).toMatchObject({ reason: notFound });
  });

  it('refuses a faulty request, and accepts nothing after the end', async () => {
    const { fact, late } = await paidAfterClose();
    await delivery.deliver(fact);
    await needsAttention(late);
    const { transactionIds } = await late.state();
    const unnamed = late.record(REFUND as unknown as RecordRequest);
    const faults = [{ field: 'transactionIds', rule: expect.stringContaining('copy the JSON from the page') }];
    await expect(unnamed).rejects.toMatchObject({ code: 'invalid-order', faults });
    await expect(late.record({ ...REFUND, transactionIds, note: '' })).rejects.toMatchObject({ code: 'invalid-order' });
    expect(await late.retry()).toMatchObject({ outcome: null });
    await needsAttention(late);
    await recordAll(late);
    const ended = {
      code: 'already-ended',
      outcome: { ended: 'recorded', transactionIds: [fact.notification.transactionId] },
    };
    await expect(late.record({ ...REFUND, transactionIds })).rejects.toMatchObject(ended);
  });

  it('says that it ended without an outcome, or that a person released it', async () => {
    const { fact, late } = await paidAfterClose();
    await delivery.deliver(fact);
    await needsAttention(late);
    await world.client.workflow.getHandle(late.workflowId).terminate();
    const message = expect.stringContaining('The next notification of a payment starts it again');
    await expect(late.outcome()).rejects.toMatchObject({ code: 'no-outcome', message });
    await delivery.deliver(fact);
    await needsAttention(late);
    await world.client.workflow.getHandle(late.workflowId).cancel();
    expect(await late.outcome()).toEqual({ ended: 'released' });
  });
});
