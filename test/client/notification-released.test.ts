import { beforeEach, expect, it, vi } from 'vitest';
import { NotificationDelivery } from '../../client/index.js';
import { factOf } from '../support/facts.js';
import { AMOUNT, newWorld, type World } from '../support/world.js';

let world: World;
let delivery: NotificationDelivery;
beforeEach(async () => {
  world = await newWorld();
  delivery = new NotificationDelivery(world.client);
});

/** An order that a person released, and that is paid after that. */
async function paidAfterRelease() {
  const order = await world.checkout();
  await order.handle.closeNow({ replacedBy: 'ANEW' });
  await world.client.workflow.getHandle(order.handle.workflowId).cancel();
  expect(await order.handle.outcome()).toMatchObject({ ended: 'released' });
  const { transactionId } = await world.sandbox.become(order, 'SUCCESS');
  return { ...order, fact: factOf(order, transactionId ?? ''), late: world.orders.latePayment(order) };
}

it('a payment of a released order needs a person, and the order stays released', async () => {
  const { fact, handle, late } = await paidAfterRelease();
  expect(await delivery.deliver(fact)).toBe('late');
  await vi.waitFor(async () => expect(await late.state()).toMatchObject({ reason: 'paid-after-close' }), 60_000);
  expect(await handle.outcome()).toEqual({ ended: 'released' });
});

it('reaches the same late payment again, or a new one if that was released, too', async () => {
  const { fact, late } = await paidAfterRelease();
  await delivery.deliver(fact);
  expect(await delivery.deliver(fact)).toBe('late');
  await vi.waitFor(async () => expect(await late.state()).toMatchObject({ phase: 'needsAttention' }), 60_000);
  await world.client.workflow.getHandle(late.workflowId).cancel();
  expect(await late.outcome()).toEqual({ ended: 'released' });
  expect(await delivery.deliver(fact)).toBe('late');
  await vi.waitFor(async () => expect(await late.state()).toMatchObject({ reason: 'paid-after-close' }), 60_000);
});

it('a released order is started again by its checkout, and then gets its notification', async () => {
  const { fact, handle, mchid, outTradeNo } = await paidAfterRelease();
  await world.orders.start({ api: 'v3-global', mchid, outTradeNo, amount: AMOUNT, payWithin: '15m' });
  expect(await delivery.deliver(fact)).toBe('signalled');
  expect(await handle.outcome()).toMatchObject({ ended: 'paid', toldBy: 'notification' });
});
