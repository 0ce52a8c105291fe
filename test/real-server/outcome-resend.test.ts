import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OutcomeFeed, type OrderHandle, type OutcomeEvent } from '../../client/index.js';
import { HOUR } from '../../domain/time.js';
import { startCheckout, type Checkout } from '../support/checkout.js';
import { needsAttention, REFUND } from '../support/facts.js';
import { MCHIDS, newFeedWorld, paymentOf, type FeedWorld } from '../support/feed-world.js';
import { NotificationDelivery } from '../../client/index.js';

let world: FeedWorld;
beforeAll(async () => {
  world = await newFeedWorld();
});
afterAll(() => world.end());

const GIVEN_UP = { note: 'the shop knows', by: 'Mei' };

async function checkoutThat(answers: number): Promise<Checkout> {
  const checkout = await startCheckout();
  checkout.answer = () => answers;
  world.urls = [checkout.endpoint()];
  return checkout;
}

/** An order that is paid, which a checkout did not take; a person has given up. */
async function givenUp(): Promise<{ readonly handle: OrderHandle; readonly checkout: Checkout }> {
  const checkout = await checkoutThat(500);
  const handle = await world.paid();
  await handle.outcome();
  const delivery = handle.delivery();
  await expect.poll(async () => (await delivery.state()).phase).toBe('retrying');
  expect(
    await delivery.giveUp({ ...GIVEN_UP, ids: (await delivery.state()).events.map(({ event }) => event.id) }),
  ).toMatchObject({ phase: 'ended' });
  expect(await delivery.outcome()).toEqual({ ended: 'given-up', ...GIVEN_UP });
  checkout.answer = () => 204;
  return { handle, checkout };
}

describe('the handle of a delivery', () => {
  it('shows what is left, and posts it again', async () => {
    const checkout = await checkoutThat(500);
    const handle = await world.paid();
    await handle.outcome();
    const delivery = handle.delivery();
    expect(delivery.workflowId).toBe(`outcome/${handle.workflowId}`);
    await expect.poll(async () => (await delivery.state()).phase).toBe('retrying');
    expect((await delivery.state()).events.map(({ event }) => event)).toEqual([checkout.posts[0]?.event]);
    checkout.answer = () => 204;
    await delivery.retry();
    expect(await delivery.outcome()).toEqual({ ended: 'delivered' });
    expect(checkout.taken).toEqual([checkout.posts[0]?.event]);
    await expect(delivery.giveUp({ ...GIVEN_UP, ids: [] })).rejects.toMatchObject({ code: 'already-ended' });
  });

  it('is there for a service order and for a late payment', async () => {
    const checkout = await checkoutThat(500);
    const ref = { mchid: MCHIDS[0], outOrderNo: 'R-1' };
    const { serviceId, appid } = await world.sandbox.createServiceOrder(ref);
    const request = { requestId: 'r', reason: '用户取消' };
    const rental = await world.serviceOrders.requestCancel({ ...ref, serviceId, appid }, request);
    await rental.handle.outcome();
    await expect.poll(async () => (await rental.handle.delivery().state()).phase).toBe('retrying');

    const { handle, key } = await world.open();
    await handle.paymentNotification(paymentOf(key));
    await handle.outcome();
    await world.sandbox.become(key, 'SUCCESS');
    const notification = paymentOf(key, { transactionId: '4200000002' });
    await new NotificationDelivery(world.client).deliver({ of: 'order', api: 'v3-global', notification });
    const late = world.orders.latePayment(key);
    await needsAttention(late);
    await late.record({ ...REFUND, transactionIds: (await late.state()).transactionIds });
    const typesLeft = async () => (await late.delivery().state()).events.map(({ event }) => event.type);
    await expect.poll(typesLeft).toEqual(['late-payment.found', 'late-payment.settled']);
    expect(checkout.taken).toEqual([]);
  });

  it('of an order whose events were all taken at once says so', async () => {
    await checkoutThat(204);
    const handle = await world.paid();
    await handle.outcome();
    const error: unknown = await handle
      .delivery()
      .outcome()
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'order-not-found', message: expect.stringContaining('took every event') });
  });
});

describe('what was given up is posted again with its own id', () => {
  it('by the event', async () => {
    const { handle, checkout } = await givenUp();
    const event = checkout.posts[0]?.event as OutcomeEvent;
    expect(await world.feed.resend(event)).toEqual(event);
    await expect.poll(() => checkout.taken).toEqual([event]);
    expect(checkout.posts.at(-1)?.headers['webhook-id']).toBe(event.id);
    expect(await handle.delivery().outcome()).toEqual({ ended: 'delivered' });
    // The workflow that delivers is no entry of the feed.
    const pages = await world.pass(new Date(Date.now() - HOUR).toISOString());
    expect(pages.flatMap(({ events }) => events).filter(({ id }) => id === event.id)).toEqual([event]);
    expect(pages.flatMap(({ unwatched }) => unwatched)).toEqual([]);
  });

  it('by the id of the workflow that told it', async () => {
    const { handle, checkout } = await givenUp();
    expect(await world.feed.resend(handle.workflowId)).toEqual(checkout.posts[0]?.event);
    await expect.poll(() => checkout.taken).toEqual([checkout.posts[0]?.event]);
  });

  it('and what nobody was told is posted, once there is a URL', async () => {
    world.urls = undefined;
    const { handle, key } = await world.open();
    await handle.paymentNotification(paymentOf(key, { hasWebhook: false }));
    await handle.outcome();
    const checkout = await checkoutThat(204);
    const event = await world.feed.resend(handle.workflowId);
    await expect.poll(() => checkout.taken).toEqual([event]);
    expect(event).toMatchObject({ type: 'order.paid', data: { order: key } });
  });

  it('on the task queue of the order, or that of the feed if Temporal has forgotten the order', async () => {
    const { handle, checkout } = await givenUp();
    const elsewhere = new OutcomeFeed(world.client, { taskQueue: 'elsewhere' });
    const event = checkout.posts[0]?.event as OutcomeEvent;
    const queueOf = async (id: string) => (await world.client.workflow.getHandle(`outcome/${id}`).describe()).taskQueue;
    await elsewhere.resend(event);
    expect(await queueOf(handle.workflowId)).toBe('wechatpay-orders');
    const workflowId = 'order/1900000109/FORGOTTEN';
    await elsewhere.resend({ ...event, workflowId });
    expect(await queueOf(workflowId)).toBe('elsewhere');
  });
});

describe('nothing is sent again', () => {
  it.each([
    ['of an order that is not known', 'order/1900000109/UNKNOWN', 'order-not-found'],
    ['that is no event', { id: 'evt_1' }, 'invalid-order'],
    ['that another workflow would tell', { ...{}, workflowId: 'x', data: { order: { mchid: '1' } } }, 'invalid-order'],
  ])('%s', async (_, what, code) => {
    await expect(world.feed.resend(what as OutcomeEvent)).rejects.toMatchObject({ code });
  });

  it('of an order that is open and needs no person, or that ended without an outcome', async () => {
    const { handle } = await world.open();
    await expect(world.feed.resend(handle.workflowId)).rejects.toMatchObject({ code: 'invalid-order' });
    await world.client.workflow.getHandle(handle.workflowId).terminate();
    await expect(world.feed.resend(handle.workflowId)).rejects.toMatchObject({ code: 'no-outcome' });
  });
});
