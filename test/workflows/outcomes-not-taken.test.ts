import { describe, expect, it } from 'vitest';
import type { EventType, OutcomeEvent } from '../../domain/outcome/event.js';
import { outcomeWorkflowId } from '../../domain/outcome/state.js';
import { DAY, HOUR, MINUTE, SECOND } from '../../domain/time.js';
import type { OrderHandle } from '../../client/index.js';
import { deliveryState, giveUp, retryDelivery, type DeliveryView } from '../../workflows/messages/outcome.js';
import { reasonAttribute, stateAttribute } from '../../workflows/messages/shared.js';
import { startCheckout, type Behaviour, type Checkout } from '../support/checkout.js';
import { newWorld, type World } from '../support/world.js';

/** An order that was closed, and was told or not. */
async function closed(world: World): Promise<OrderHandle> {
  const { handle } = await world.checkout();
  await world.pass(16 * MINUTE);
  expect(await handle.outcome()).toEqual({ ended: 'closed', closeSent: 'yes' });
  return handle;
}

const deliveryOf = ({ client }: World, { workflowId }: { readonly workflowId: string }) =>
  client.workflow.getHandle(outcomeWorkflowId(workflowId));

const viewOf = (world: World, handle: OrderHandle): Promise<DeliveryView> =>
  deliveryOf(world, handle).query(deliveryState);

const typesOf = (events: readonly OutcomeEvent[]): EventType[] => events.map(({ type }) => type);

async function worldOf(checkout: Checkout, answer: Behaviour): Promise<World> {
  checkout.answer = () => answer;
  return newWorld({ outcomes: [checkout.endpoint()] });
}

describe('a checkout that does not take an event', () => {
  it('because it redirects is not followed to another address', async () => {
    const [checkout, elsewhere] = [await startCheckout(), await startCheckout()];
    const world = await worldOf(checkout, { status: 307, headers: { location: elsewhere.url.href } });
    const handle = await closed(world);
    await world.pass(MINUTE);
    expect(elsewhere.posts).toEqual([]);
    expect(await viewOf(world, handle)).toMatchObject({
      phase: 'retrying',
      last: { said: 'HTTP_307', host: checkout.url.host },
    });
  });

  it('because it hangs is given ten seconds, and then its order ends, and it is told later', async () => {
    const checkout = await startCheckout();
    checkout.answer = () => (checkout.posts.length === 1 ? 'hang' : 204);
    const world = await newWorld({ outcomes: [checkout.endpoint()] });
    await closed(world);
    await world.pass(MINUTE);
    expect(checkout.posts).toHaveLength(2);
    expect(typesOf(checkout.taken)).toEqual(['order.closed']);
  }, 60_000);

  it('for some seconds, because it is slow, is told at the first try', async () => {
    const checkout = await startCheckout();
    checkout.answer = () => new Promise((resolve) => setTimeout(resolve, 3_000, 204));
    const world = await newWorld({ outcomes: [checkout.endpoint()] });
    const handle = await closed(world);
    expect(typesOf(checkout.posts.map(({ event }) => event))).toEqual(['order.closed']);
    expect(typesOf(checkout.taken)).toEqual(['order.closed']);
    await expect(deliveryOf(world, handle).describe()).rejects.toThrow();
  }, 30_000);

  it('because it is gone for hours gets it when it is back, and once', async () => {
    const checkout = await startCheckout();
    const world = await worldOf(checkout, 503);
    await closed(world);
    await world.pass(6 * HOUR);
    const tries = checkout.posts.length;
    expect(tries).toBeGreaterThan(8);
    expect(tries).toBeLessThan(30);
    checkout.answer = () => 200;
    await world.pass(2 * HOUR);
    expect(checkout.posts).toHaveLength(tries + 1);
    expect(typesOf(checkout.taken)).toEqual(['order.closed']);
  });

  it('for three days has a person asked, who retries or gives up by name', async () => {
    const checkout = await startCheckout();
    const world = await worldOf(checkout, 500);
    const handle = await closed(world);
    await world.pass(3 * DAY - HOUR);
    expect(await viewOf(world, handle)).toMatchObject({ phase: 'retrying', reason: null });
    await world.pass(3 * HOUR);
    const delivery = deliveryOf(world, handle);
    expect(await viewOf(world, handle)).toMatchObject({ phase: 'needsAttention', reason: 'not-delivered' });
    const { typedSearchAttributes } = await delivery.describe();
    expect(typedSearchAttributes.get(reasonAttribute)).toBe('not-delivered');
    await delivery.executeUpdate(retryDelivery);
    await world.pass(SECOND);
    expect(await viewOf(world, handle)).toMatchObject({ phase: 'retrying' });
    await delivery.executeUpdate(giveUp, {
      args: [{ ids: (await viewOf(world, handle)).events.map(({ event }) => event.id), note: 'they know', by: 'Mei' }],
    });
    expect(await delivery.result()).toEqual({ ended: 'given-up', note: 'they know', by: 'Mei' });
    expect((await delivery.describe()).typedSearchAttributes.get(stateAttribute)).toBe('given-up');
  });

  it('and says 410 has a person asked at once', async () => {
    const checkout = await startCheckout();
    const world = await worldOf(checkout, 410);
    const handle = await closed(world);
    await world.pass(SECOND);
    expect(await viewOf(world, handle)).toMatchObject({ phase: 'needsAttention', reason: 'gone' });
  });

  it('gets what comes after it in its order, and no URL waits for another', async () => {
    const [checkout, other] = [await startCheckout(), await startCheckout()];
    checkout.answer = () => 500;
    const world = await newWorld({ outcomes: [checkout.endpoint('0123456789ab'), other.endpoint('ba9876543210')] });
    const { handle, outTradeNo, mchid } = await world.checkout({ amount: { total: 999, currency: 'HKD' } });
    const order = { mchid, outTradeNo };
    const payment = { order, transactionId: 'first', amount: { total: 1, currency: 'HKD' }, paidAt: null };
    await handle.paymentNotification(payment);
    await world.pass(MINUTE);
    await handle.paymentNotification({ ...payment, transactionId: 'second', amount: { total: 999, currency: 'HKD' } });
    await handle.outcome();
    await world.pass(MINUTE);
    // The second is not posted to a URL before the first was taken there.
    expect(new Set(typesOf(checkout.posts.map(({ event }) => event)))).toEqual(new Set(['order.needs-attention']));
    expect(typesOf(other.posts.map(({ event }) => event))).toEqual(['order.needs-attention', 'order.paid']);
    checkout.answer = () => 200;
    await world.pass(HOUR);
    expect(typesOf(checkout.taken)).toEqual(['order.needs-attention', 'order.paid']);
    const [first, second] = checkout.taken;
    expect(second?.sequence).toBeGreaterThan(first?.sequence ?? Infinity);
    expect(other.posts).toHaveLength(2);
  });
});

describe('what is told', () => {
  it('is what a URL wants', async () => {
    const [all, ends] = [await startCheckout(), await startCheckout()];
    const wants = (type: EventType): boolean => type !== 'order.needs-attention';
    const world = await newWorld({ outcomes: [all.endpoint(), ends.endpoint('ba9876543210', wants)] });
    const { handle, outTradeNo, mchid } = await world.checkout();
    const wrong = { total: 1, currency: 'HKD' };
    await handle.paymentNotification({ order: { mchid, outTradeNo }, transactionId: 'x', amount: wrong, paidAt: null });
    await world.pass(SECOND);
    await world.client.workflow.getHandle(handle.workflowId).cancel();
    expect(await handle.outcome()).toEqual({ ended: 'released' });
    expect(typesOf(all.taken)).toEqual(['order.needs-attention', 'order.released']);
    expect(typesOf(ends.posts.map(({ event }) => event))).toEqual(['order.released']);
  });

  it('comes before a further payment is handed on', async () => {
    const checkout = await startCheckout();
    const world = await newWorld({ outcomes: [checkout.endpoint()] });
    const { handle, outTradeNo, mchid } = await world.checkout();
    const payment = { order: { mchid, outTradeNo }, amount: { total: 888, currency: 'HKD' }, paidAt: null };
    const late = world.client.workflow.getHandle(`late/${handle.workflowId}`);
    const isThere = (): Promise<boolean> =>
      late.describe().then(
        () => true,
        () => false,
      );
    let wasThere: Promise<boolean> | undefined;
    checkout.answer = ({ type }) => {
      if (type === 'order.paid') wasThere = isThere();
      return 200;
    };
    await handle.paymentNotification({ ...payment, transactionId: 'wrong', amount: { total: 1, currency: 'HKD' } });
    await handle.paymentNotification({ ...payment, transactionId: 'right' });
    await handle.outcome();
    expect(await wasThere).toBe(false);
    expect(await isThere()).toBe(true);
  });

  it('is kept for a merchant that no worker knows, and never taken for one without a URL', async () => {
    const checkout = await startCheckout();
    const world = await newWorld({ outcomes: [checkout.endpoint()] });
    const amount = { total: 888, currency: 'HKD' };
    const order = { api: 'v3-global', mchid: '1999999999', outTradeNo: 'UNKNOWN-TO-ALL', amount } as const;
    const { handle } = await world.orders.start({ ...order, payWithin: '15m' });
    await world.client.workflow.getHandle(handle.workflowId).cancel();
    await world.pass(4 * MINUTE);
    const { client } = world;
    expect((await client.workflow.getHandle(handle.workflowId).describe()).status.name).toBe('RUNNING');
    await world.pass(3 * MINUTE);
    expect(await handle.outcome()).toEqual({ ended: 'released' });
    expect(await viewOf(world, handle)).toMatchObject({
      phase: 'retrying',
      last: { said: 'LOCAL_UNKNOWN_MERCHANT', host: null },
      events: [{ event: { type: 'order.released' } }],
    });
  });
});
