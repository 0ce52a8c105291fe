import { beforeEach, expect, it, vi } from 'vitest';
import { NotificationDelivery, type PaymentFact } from '../../client/index.js';
import { factOf } from '../support/facts.js';
import { AMOUNT, newWorld, type World } from '../support/world.js';

const CENT = { total: 1, currency: 'HKD' };

let world: World;
let delivery: NotificationDelivery;
beforeEach(async () => {
  world = await newWorld();
  delivery = new NotificationDelivery(world.client);
});

/** An order that its checkout knows by WeChat Pay's number only, and the notification, which names the merchant's. */
async function started() {
  const { mchid } = world.sandbox;
  const order = { mchid, outTradeNo: 'BY-ITS-NUMBER' };
  const transactionId = '4200000000000000000000000007';
  const key = { mchid, transactionId };
  const { handle } = await world.orders.start({ api: 'v3-global', ...key, amount: AMOUNT, payWithin: '15m' });
  return { order, key, handle, fact: factOf(order, transactionId), transactionId };
}

/** Asserts that no order was started by the number that the notification names. */
async function stayedUnknown(order: { readonly mchid: string; readonly outTradeNo: string }): Promise<void> {
  await expect(world.orders.order(order).outcome()).rejects.toMatchObject({ code: 'order-not-found' });
}

it('an order that runs gets the notification', async () => {
  const { fact, handle, order, transactionId } = await started();
  expect(await delivery.deliver(fact)).toBe('signalled');
  expect(await handle.outcome()).toMatchObject({
    ended: 'paid',
    toldBy: 'notification',
    transactionId,
    amount: AMOUNT,
  });
  await stayedUnknown(order);
});

it('the amount is compared with that of the order', async () => {
  const { fact, handle, order } = await started();
  const wrong = { ...fact, notification: { ...fact.notification, amount: CENT } };
  expect(await delivery.deliver(wrong)).toBe('signalled');
  await vi.waitFor(async () => expect(await handle.state()).toMatchObject({ phase: 'needsAttention' }), 60_000);
  await stayedUnknown(order);
});

it('for an order that ended as paid with it, nothing is delivered', async () => {
  const { fact, handle, order } = await started();
  await delivery.deliver(fact);
  await handle.outcome();
  expect(await delivery.deliver(fact)).toBe('known');
  await stayedUnknown(order);
});

it('an order that ended otherwise has a late payment with it', async () => {
  const { fact, handle, key, order, transactionId } = await started();
  await world.client.workflow.getHandle(handle.workflowId).cancel();
  expect(await handle.outcome()).toEqual({ ended: 'released' });
  expect(await delivery.deliver(fact)).toBe('late');
  expect(await delivery.deliver(fact)).toBe('late');
  expect(await world.orders.latePayment(key).state()).toMatchObject({ order: key, transactionIds: [transactionId] });
  await stayedUnknown(order);
});

it('an order that was terminated is started again', async () => {
  const { fact, handle, order } = await started();
  await world.client.workflow.getHandle(handle.workflowId).terminate();
  expect(await delivery.deliver(fact)).toBe('signalled');
  expect(await handle.outcome()).toMatchObject({ ended: 'paid' });
  await stayedUnknown(order);
});

it('is an order of v3-global, also if another api was guessed', async () => {
  const { fact, handle } = await started();
  expect(await delivery.deliver({ ...fact, api: 'v3', apiIsGuessed: true })).toBe('signalled');
  expect(await handle.outcome()).toMatchObject({ ended: 'paid' });
});

it.each<[string, (fact: PaymentFact) => PaymentFact]>([
  ['of another payment', (fact) => ({ ...fact, notification: { ...fact.notification, transactionId: 'ANOTHER' } })],
  ['that names no payment', (fact) => ({ ...fact, notification: { ...fact.notification, transactionId: null } })],
  ['of another api', (fact) => ({ ...fact, api: 'v3' })],
])('a notification %s starts its own order', async (_, change) => {
  const { fact, handle, order } = await started();
  expect(await delivery.deliver(change(fact))).toBe('signalled');
  expect(await world.orders.order(order).outcome()).toMatchObject({ ended: 'paid' });
  expect(await handle.state()).toMatchObject({ phase: 'awaitingPayment' });
});

it('an order that runs under the merchant’s number gets its notification, even if there is one under WeChat Pay’s', async () => {
  const { fact, handle, order } = await started();
  const own = await world.orders.start({ api: 'v3-global', ...order, amount: AMOUNT, payWithin: '15m' });
  expect(await delivery.deliver(fact)).toBe('signalled');
  expect(await own.handle.outcome()).toMatchObject({ ended: 'paid' });
  expect(await handle.state()).toMatchObject({ phase: 'awaitingPayment' });
});
