import { beforeEach, expect, it } from 'vitest';
import { NotificationDelivery, OrderClient } from '../../client/index.js';
import { factOf } from '../support/facts.js';
import { AMOUNT, newWorld, type World } from '../support/world.js';

const OF_THE_SHOP = 'orders-of-the-shop';
const OF_THE_RECEIVER = 'orders-of-the-receiver';
const ORDER = { mchid: '1900000109', outTradeNo: 'ON-ITS-OWN-QUEUE' };

let world: World;
let delivery: NotificationDelivery;
beforeEach(async () => {
  world = await newWorld();
  delivery = new NotificationDelivery(world.client, { taskQueue: OF_THE_RECEIVER });
});

const taskQueueOf = async (workflowId: string) =>
  (await world.client.workflow.getHandle(workflowId).describe()).taskQueue;

/** An order whose task queue is not that of the receiver. */
async function started() {
  const shop = new OrderClient(world.client, { taskQueue: OF_THE_SHOP });
  const { handle } = await shop.start({ api: 'v3-global', ...ORDER, amount: AMOUNT, payWithin: '15m' });
  return handle;
}

it('an order that was terminated is started again on its own task queue', async () => {
  const { workflowId } = await started();
  await world.client.workflow.getHandle(workflowId).terminate();
  expect(await delivery.deliver(factOf(ORDER))).toBe('signalled');
  expect(await taskQueueOf(workflowId)).toBe(OF_THE_SHOP);
});

it('a late payment is started on the task queue of its order', async () => {
  const order = await world.checkout();
  await order.handle.paymentNotification(factOf(order).notification);
  await order.handle.outcome();
  expect(await delivery.deliver(factOf(order, 'ANOTHER'))).toBe('late');
  expect(await taskQueueOf(world.orders.latePayment(order).workflowId)).toBe(
    await taskQueueOf(order.handle.workflowId),
  );
});

it('an order that was not started is started on the task queue of the receiver', async () => {
  expect(await delivery.deliver(factOf(ORDER))).toBe('signalled');
  expect(await taskQueueOf(world.orders.order(ORDER).workflowId)).toBe(OF_THE_RECEIVER);
});
