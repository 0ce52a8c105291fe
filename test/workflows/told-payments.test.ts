import { WorkflowNotFoundError } from '@temporalio/client';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { OrderHandle } from '../../client/index.js';
import { MINUTE, SECOND } from '../../domain/time.js';
import { paymentNotification } from '../../workflows/messages/orders.js';
import { newRealWorld } from '../support/real-world.js';
import { AMOUNT, newWorld, type World } from '../support/world.js';
import { DEADLINE, during, notificationOf, pay, release, type Key } from './order-rows/moves.js';

const FIRST = '4200000000000000000000000091';
const SECOND_PAYMENT = '4200000000000000000000000092';
const THIRD = '4200000000000000000000000093';
const RESOLUTION = { as: 'paid', note: 'seen in the bill', by: 'Mei' } as const;

/** A notification of a payment that its order does not show. */
const told = (order: Key, transactionId: string, total?: number) => ({
  ...notificationOf(order, total),
  transactionId,
});

/** A notification of a payment that has not the amount of its order. */
const wrong = (order: Key, transactionId = FIRST) => told(order, transactionId, AMOUNT.total - 1);

/** Waits until the late payment of an order knows of these, and of no other. */
async function handedOn(
  { orders }: Pick<World, 'orders'>,
  { mchid, outTradeNo }: Key,
  ...transactionIds: (string | null)[]
) {
  const late = orders.latePayment({ mchid, outTradeNo });
  const heard = async () => (await late.state().catch(() => undefined))?.transactionIds;
  await expect.poll(heard).toEqual(transactionIds);
  return late;
}

/** Checks that an order has ended, and nothing was forwarded. */
async function nothingHandedOn({ client }: World, { workflowId }: OrderHandle): Promise<void> {
  const late = client.workflow.getHandle(`late/${workflowId}`).describe();
  await expect(late).rejects.toBeInstanceOf(WorkflowNotFoundError);
}

describe('a payment reported for an order that another payment ends', () => {
  it('goes to a late-payment workflow if it had another amount', async () => {
    const world = await newWorld();
    const { handle, ...order } = await world.checkout();
    await handle.paymentNotification(wrong(order));
    expect(await handle.state()).toMatchObject({ phase: 'needsAttention' });
    await handle.paymentNotification(told(order, SECOND_PAYMENT));
    expect(await handle.outcome()).toMatchObject({ ended: 'paid', transactionId: SECOND_PAYMENT });
    await handedOn(world, order, FIRST);
  });

  it('goes to a late-payment workflow if a query showed it with another amount', async () => {
    const world = await newWorld();
    const { handle, ...order } = await world.checkout({ amount: { ...AMOUNT, total: AMOUNT.total - 1 } });
    const { transactionId } = await pay(world, order);
    await handle.checkNow();
    expect(await handle.state()).toMatchObject({ phase: 'needsAttention', last: { call: 'queryOrder' } });
    await handle.paymentNotification(wrong(order, SECOND_PAYMENT));
    expect(await handle.outcome()).toMatchObject({ ended: 'paid', transactionId: SECOND_PAYMENT });
    await handedOn(world, order, transactionId);
  });

  it('goes to a late-payment workflow with every other', async () => {
    const world = await newWorld();
    const { handle, ...order } = await world.checkout();
    await handle.paymentNotification(wrong(order));
    await handle.paymentNotification(wrong(order, THIRD));
    await handle.paymentNotification(told(order, SECOND_PAYMENT));
    await handle.outcome();
    await handedOn(world, order, FIRST, THIRD);
  });

  it('goes to a late-payment workflow if it was reported while a close was being sent', async () => {
    const world = await newWorld();
    const { handle, ...order } = await world.checkout();
    world.sandbox.misbehave(order.outTradeNo, { what: 'payFirst', on: 'close' });
    const tell = () => handle.paymentNotification(told(order, FIRST));
    await during(world, order, 'close', DEADLINE + 5 * SECOND, tell);
    expect(await handle.outcome()).toMatchObject({ ended: 'paid', toldBy: 'query' });
    const late = await handedOn(world, order, FIRST);
    await expect.poll(async () => (await late.state()).phase).toBe('needsAttention');
  });

  it('and reported again together with that end is forwarded once', async () => {
    const world = await newRealWorld();
    onTestFinished(() => world.end());
    const { handle, outTradeNo } = await world.checkout(MINUTE);
    const order = { mchid: world.sandbox.mchid, outTradeNo };
    const workflow = world.client.workflow.getHandle(handle.workflowId);
    // No worker yet: the first one gets them all at once.
    await workflow.signal(paymentNotification, wrong(order));
    await workflow.signal(paymentNotification, told(order, SECOND_PAYMENT));
    await workflow.signal(paymentNotification, wrong(order));
    await workflow.signal(paymentNotification, told(order, THIRD));
    await world.startWorker();
    expect(await handle.outcome()).toMatchObject({ ended: 'paid', transactionId: SECOND_PAYMENT });
    const late = world.orders.latePayment(order);
    const heard = async () => [...((await late.state().catch(() => undefined))?.transactionIds ?? [])].sort();
    await expect.poll(heard).toEqual([FIRST, THIRD].sort());
    const { events } = await workflow.fetchHistory();
    const sent = events?.filter((event) => event.signalExternalWorkflowExecutionInitiatedEventAttributes) ?? [];
    expect(sent).toHaveLength(1);
  });

  it('goes to a late-payment workflow though a person releases the order just then, and the order stays paid', async () => {
    const world = await newRealWorld();
    onTestFinished(() => world.end());
    const { handle, outTradeNo } = await world.checkout(MINUTE);
    const order = { mchid: world.sandbox.mchid, outTradeNo };
    const workflow = world.client.workflow.getHandle(handle.workflowId);
    await workflow.signal(paymentNotification, wrong(order));
    await workflow.signal(paymentNotification, told(order, SECOND_PAYMENT));
    await workflow.cancel();
    await world.startWorker();
    expect(await handle.outcome()).toMatchObject({ ended: 'paid', transactionId: SECOND_PAYMENT });
    await handedOn(world, order, FIRST);
  });
});

describe('a payment reported for an order that a person releases', () => {
  it.each([
    ['it overtakes a query in flight', 'query'],
    ['it comes during a close', 'close'],
  ] as const)('goes to a late-payment workflow if %s', async (_, call) => {
    const world = await newWorld();
    const { handle, ...order } = await world.checkout();
    await during(world, order, call, DEADLINE + 5 * SECOND, async () => {
      await release(world, handle);
      await handle.paymentNotification(wrong(order));
    });
    expect(await handle.outcome()).toMatchObject({ ended: 'released' });
    await handedOn(world, order, FIRST);
  });

  it('goes to a late-payment workflow if the last query is the first to show it', async () => {
    const world = await newWorld();
    const { handle, ...order } = await world.checkout({ amount: { ...AMOUNT, total: AMOUNT.total - 1 } });
    world.sandbox.misbehave(order.outTradeNo, { what: 'payFirst', on: 'query' });
    await during(world, order, 'query', DEADLINE + 5 * SECOND, () => release(world, handle));
    const { transactionId } = world.sandbox.orders.find(order) ?? { transactionId: 'not paid' };
    expect(await handle.outcome()).toMatchObject({ ended: 'released' });
    await handedOn(world, order, transactionId);
  });

  it('goes to a late-payment workflow if a person was asked because of it', async () => {
    const world = await newWorld();
    const { handle, ...order } = await world.checkout();
    await handle.paymentNotification(wrong(order));
    await release(world, handle);
    expect(await handle.outcome()).toMatchObject({ ended: 'released' });
    await handedOn(world, order, FIRST);
  });
});

describe('nothing is forwarded', () => {
  it('if the order ends with the same payment that was reported', async () => {
    const world = await newWorld();
    const { handle, ...order } = await world.checkout();
    world.sandbox.misbehave(order.outTradeNo, { what: 'payFirst', on: 'close' });
    await during(world, order, 'close', DEADLINE + 5 * SECOND, async () => {
      const transactionId = world.sandbox.orders.find(order)?.transactionId ?? 'not paid yet';
      await handle.paymentNotification(told(order, transactionId));
    });
    expect(await handle.outcome()).toMatchObject({ ended: 'paid', toldBy: 'query' });
    await nothingHandedOn(world, handle);
  });

  it('if the one notification does not name its payment', async () => {
    const world = await newWorld();
    const { handle, ...order } = await world.checkout();
    await handle.paymentNotification({ ...notificationOf(order), transactionId: null });
    expect(await handle.outcome()).toMatchObject({ ended: 'paid', transactionId: null });
    await nothingHandedOn(world, handle);
  });

  it('if a person resolved the order', async () => {
    const world = await newWorld();
    const { handle, ...order } = await world.checkout({ amount: { ...AMOUNT, total: AMOUNT.total - 1 } });
    await handle.paymentNotification(await pay(world, order));
    expect(await handle.state()).toMatchObject({ phase: 'needsAttention', last: { call: 'notification' } });
    await handle.resolve(RESOLUTION);
    expect(await handle.outcome()).toMatchObject({ ended: 'resolved', as: 'paid' });
    await nothingHandedOn(world, handle);
  });
});
