import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../domain/time.js';
import { outcomeWorkflowId } from '../../domain/outcome/state.js';
import { DEFAULT_TASK_QUEUE } from '../../workflows/messages/orders.js';
import { DELIVER_OUTCOMES_WORKFLOW } from '../../workflows/messages/outcome.js';
import { startCheckout } from '../support/checkout.js';
import { newWorld } from '../support/world.js';
import { event } from '../support/deliveries.js';
import { Delivery, GIVEN_UP } from './delivery-rows/delivery.js';

it('an order that is closed is told, with its number and outcome, and costs six events more', async () => {
  const checkout = await startCheckout();
  const world = await newWorld({ outcomes: [checkout.endpoint()] });
  const { outTradeNo, mchid, handle } = await world.checkout();
  await world.pass(16 * MINUTE);
  expect(await handle.outcome()).toEqual({ ended: 'closed', closeSent: 'yes' });
  expect(checkout.taken).toHaveLength(1);
  expect(checkout.taken[0]).toMatchObject({
    type: 'order.closed',
    workflowId: handle.workflowId,
    data: { order: { mchid, outTradeNo }, outcome: { ended: 'closed', closeSent: 'yes' } },
  });
  expect(checkout.posts[0]?.headers['webhook-id']).toBe(checkout.taken[0]?.id);
  const { historyLength } = await world.client.workflow.getHandle(handle.workflowId).describe();
  expect(historyLength).toBe(17 + 6);
});

it('what a checkout does not take is delivered by a workflow of its own, and the order ends all the same', async () => {
  const checkout = await startCheckout();
  checkout.answer = () => 500;
  const world = await newWorld({ outcomes: [checkout.endpoint()] });
  const { handle } = await world.checkout();
  await world.pass(16 * MINUTE);
  expect(await handle.outcome()).toEqual({ ended: 'closed', closeSent: 'yes' });
  expect(checkout.taken).toEqual([]);
  checkout.answer = () => 200;
  await world.pass(2 * HOUR);
  expect(checkout.taken.map(({ type }) => type)).toEqual(['order.closed']);
  expect(new Set(checkout.posts.map(({ event }) => event.id)).size).toBe(1);
  const delivery = world.client.workflow.getHandle(outcomeWorkflowId(handle.workflowId));
  expect(await delivery.result()).toEqual({ ended: 'delivered' });
});

it('neither a secret nor a URL, which may hold one, is in any history', async () => {
  const checkout = await startCheckout();
  checkout.answer = () => 500;
  const world = await newWorld({ outcomes: [checkout.endpoint()] });
  const { handle } = await world.checkout();
  await world.pass(17 * MINUTE);
  await handle.outcome();
  for (const id of [handle.workflowId, outcomeWorkflowId(handle.workflowId)]) {
    const history = historyToJSON(await world.client.workflow.getHandle(id).fetchHistory());
    const payloads = [...history.matchAll(/"data": ?"([^"]+)"/g)].map(([, data = '']) =>
      Buffer.from(data, 'base64').toString(),
    );
    const everything = `${history}${payloads.join('')}`;
    expect(everything).toContain('order.closed');
    expect(everything).not.toMatch(/whsec_|v1,|webhook-signature/);
    expect(everything).not.toContain(checkout.url.pathname);
  }
});

it('what does not fit is ignored or refused, and stops no delivery', async () => {
  const checkout = await startCheckout();
  checkout.answer = () => 500;
  const world = await newWorld({ outcomes: [checkout.endpoint()] });
  const delivery = new Delivery(world, checkout);
  await delivery.handOver(0);
  await delivery.is({ phase: 'retrying' });
  const { workflow } = delivery;
  await workflow.signal('outcomeEvent', { event: 'order.paid', delivered: [] });
  await workflow.signal('outcomeEvent');
  await workflow.signal('anything', 1);
  const refused = { cause: { type: 'INVALID_REQUEST' } };
  await expect(workflow.executeUpdate('giveUp', { args: [{ by: 'Mei', ids: [] }] })).rejects.toMatchObject(refused);
  await expect(
    workflow.executeUpdate('giveUp', { args: [{ ...GIVEN_UP, ids: [event(0).id] }, 'more'] }),
  ).rejects.toMatchObject(refused);
  await expect(workflow.executeUpdate('retry', { args: [{ force: true }] })).rejects.toMatchObject(refused);
  expect((await delivery.state()).events).toEqual([delivery.added(0)]);
  checkout.answer = () => 200;
  await delivery.retry();
  expect(await delivery.result()).toEqual({ ended: 'delivered' });
});

it('a delivery has the id of the workflow that tells, and an input without faults', async () => {
  const world = await newWorld();
  const start = (workflowId: string, input: object) =>
    world.client.workflow.execute(DELIVER_OUTCOMES_WORKFLOW, {
      workflowId,
      taskQueue: DEFAULT_TASK_QUEUE,
      args: [input],
    });
  const input = { workflowId: 'order/1900000109/SHOP-1', mchid: '1900000109' };
  const refused = { cause: { type: 'INVALID_ORDER' } };
  await expect(start('outcome/order/1900000109/SHOP-2', input)).rejects.toMatchObject(refused);
  await expect(start('outcome/order/1900000109/SHOP-1', { ...input, url: 'x' })).rejects.toMatchObject(refused);
});
