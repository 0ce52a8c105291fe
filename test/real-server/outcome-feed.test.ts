import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NotificationDelivery, OutcomeFeed, type OrderHandle, type OutcomeEvent } from '../../client/index.js';
import { DAY, HOUR, MINUTE, SECOND } from '../../domain/time.js';
import { DEFAULT_TASK_QUEUE, TIMEOUT_THEN_CLOSE_WORKFLOW } from '../../workflows/messages/orders.js';
import { startCheckout, type Checkout } from '../support/checkout.js';
import { needsAttention, REFUND, times } from '../support/facts.js';
import { MCHIDS, newFeedWorld, paymentOf, WRONG_AMOUNT, type FeedWorld } from '../support/feed-world.js';

let world: FeedWorld;
/** When the test began. */
let since: string;
beforeAll(async () => {
  world = await newFeedWorld();
});
afterAll(() => world.end());
beforeEach(async () => {
  world.urls = undefined;
  // What the test before brought is not read: the instants of a feed are compared with milliseconds.
  await new Promise((resolve) => setTimeout(resolve, 5));
  since = new Date().toISOString();
});

async function toldTo(): Promise<Checkout> {
  const checkout = await startCheckout();
  world.urls = [checkout.endpoint()];
  return checkout;
}

/** Reads since the beginning of the test until there are so many entries. */
async function read(count: number, feed?: OutcomeFeed) {
  const seen = async () => {
    const pages = await world.pass(since, undefined, feed);
    return { events: pages.flatMap(({ events }) => events), unwatched: pages.flatMap(({ unwatched }) => unwatched) };
  };
  await expect
    .poll(async () => {
      const { events, unwatched } = await seen();
      return events.length + unwatched.length;
    })
    .toBe(count);
  return seen();
}

/** An order that was paid, and then once more: a person is needed. */
async function paidTwice(hasWebhook?: false) {
  const { handle, key } = await world.open();
  const changes = hasWebhook === undefined ? {} : { hasWebhook };
  const delivery = new NotificationDelivery(world.client);
  await handle.paymentNotification(paymentOf(key, changes));
  await handle.outcome();
  await world.sandbox.become(key, 'SUCCESS');
  const notification = paymentOf(key, { transactionId: '4200000002', ...changes });
  expect(await delivery.deliver({ of: 'order', api: 'v3-global', notification })).toBe('late');
  const late = world.orders.latePayment(key);
  await needsAttention(late);
  return { late, key };
}

async function resolved(handle: OrderHandle): Promise<void> {
  await handle.resolve({ as: 'closed', note: 'seen', by: 'Mei', force: true });
  expect(await handle.outcome()).toMatchObject({ ended: 'resolved' });
}

const inOrder = (events: readonly OutcomeEvent[]): OutcomeEvent[] =>
  events.toSorted((one, other) => one.sequence - other.sequence);

describe('what was told', () => {
  it('is in the feed as it was posted, each end of it', async () => {
    const checkout = await toldTo();
    await (await world.paid()).outcome();
    const { handle } = await world.open();
    await handle.state();
    await world.client.workflow.getHandle(handle.workflowId).cancel();
    expect(await handle.outcome()).toEqual({ ended: 'released' });
    const { serviceId, appid } = await world.sandbox.createServiceOrder({ mchid: MCHIDS[0], outOrderNo: 'R-1' });
    const rental = { mchid: MCHIDS[0], outOrderNo: 'R-1', serviceId, appid };
    const cancelling = await world.serviceOrders.requestCancel(rental, { requestId: 'r', reason: '用户取消' });
    expect(await cancelling.handle.outcome()).toMatchObject({ ended: 'cancelled' });

    const { events, unwatched } = await read(3);
    expect(inOrder(events)).toEqual(inOrder(checkout.taken));
    expect(events.map(({ type }) => type).sort()).toEqual(['order.paid', 'order.released', 'service-order.cancelled']);
    expect(unwatched).toEqual([]);
  });

  it('of an open order that needs a person is there until it needs none', async () => {
    const checkout = await toldTo();
    const { handle, key } = await world.open();
    await handle.paymentNotification(paymentOf(key, { amount: WRONG_AMOUNT }));
    await expect.poll(() => checkout.taken.length).toBe(1);
    expect((await read(1)).events).toEqual(checkout.taken);
    await resolved(handle);
    const { events } = await read(1);
    expect(events).toEqual(checkout.taken.slice(1));
    expect(events.map(({ type }) => type)).toEqual(['order.resolved']);
  });

  it('of a late payment is there, found and settled', async () => {
    const checkout = await toldTo();
    const { late } = await paidTwice();
    await expect.poll(() => checkout.taken.length).toBe(2);
    expect(inOrder((await read(2)).events)).toEqual(inOrder(checkout.taken));
    await late.record({ ...REFUND, transactionIds: (await late.state()).transactionIds });
    await late.outcome();
    await expect.poll(async () => inOrder((await read(2)).events).at(-1)?.type).toBe('late-payment.settled');
    expect(inOrder((await read(2)).events).at(-1)).toEqual(checkout.taken.at(-1));
  });

  it('is found though the order tells it just now, and nobody posts it', async () => {
    const checkout = await toldTo();
    const release = world.holdPosts();
    const handle = await world.paid();
    const { events } = await read(1);
    expect(events).toMatchObject([{ type: 'order.paid', workflowId: handle.workflowId }]);
    release();
    await handle.outcome();
    expect(checkout.taken).toEqual(events);
  });

  it('is found though it waits for one before it, with the id and the sequence that it is posted with', async () => {
    const checkout = await toldTo();
    const release = world.holdPosts();
    const { handle, key } = await world.open();
    await handle.paymentNotification(paymentOf(key, { amount: WRONG_AMOUNT }));
    await world.sandbox.become(key, 'CLOSED');
    await handle.retry();
    const reasonRead = async () => (await read(1)).events.map(({ data }) => 'reason' in data && data.reason);
    await expect.poll(reasonRead).toEqual(['notification-and-query-disagree']);
    const { events } = await read(1);
    release();
    await expect.poll(() => checkout.taken.length).toBe(2);
    expect(events).toEqual(checkout.taken.slice(1));
    await resolved(handle);
  });
});

describe('what nobody was told', () => {
  it('is made from the result, the same at each read', async () => {
    const { handle, key } = await world.open();
    await handle.paymentNotification(paymentOf(key, { hasWebhook: false }));
    await handle.outcome();
    const { events } = await read(1);
    expect(events).toMatchObject([
      {
        type: 'order.paid',
        workflowId: handle.workflowId,
        data: { order: key, outcome: { ended: 'paid', transactionId: '4200000001', amount: { total: 888 } } },
      },
    ]);
    expect(await read(1)).toEqual({ events, unwatched: [] });
    const { closeTime } = await world.client.workflow.getHandle(handle.workflowId).describe();
    expect(Math.abs((events[0]?.sequence ?? 0) - (closeTime?.getTime() ?? 0))).toBeLessThan(10 * SECOND);
  });

  it('and asks for a person is made from what the list shows', async () => {
    const { handle, key } = await world.open();
    await handle.paymentNotification(paymentOf(key, { amount: WRONG_AMOUNT, hasWebhook: false }));
    const { events } = await read(1);
    expect(events).toMatchObject([
      { type: 'order.needs-attention', data: { order: key, reason: 'amount-differs' }, workflowId: handle.workflowId },
    ]);
    expect((await read(1)).events).toEqual(events);
    await world.client.workflow.getHandle(handle.workflowId).cancel();
    await handle.outcome();
  });
});

describe('a late payment that was told to nobody', () => {
  it('is there with its payments, found and settled', async () => {
    const { late, key } = await paidTwice(false);
    const notification = paymentOf(key, { transactionId: '4200000003', hasWebhook: false });
    await new NotificationDelivery(world.client).deliver({ of: 'order', api: 'v3-global', notification });
    await expect.poll(async () => (await late.state()).transactionIds).toHaveLength(2);
    const data = { order: key, ended: { ended: 'paid' } };
    const [second, third] = [{ transactionId: '4200000002' }, { transactionId: '4200000003' }];
    expect(inOrder((await read(2)).events).at(-1)).toMatchObject({
      type: 'late-payment.found',
      workflowId: late.workflowId,
      // The third was reported after that.
      data: { ...data, payments: [second], reason: 'paid-twice' },
    });
    await late.record({ ...REFUND, transactionIds: (await late.state()).transactionIds });
    await late.outcome();
    await expect
      .poll(async () => inOrder((await read(2)).events).at(-1))
      .toMatchObject({
        type: 'late-payment.settled',
        data: { ...data, payments: [second, third], outcome: { ended: 'recorded', ...REFUND } },
      });
  });

  it('is not there if it asked for nobody', async () => {
    const { handle, key } = await world.open();
    await handle.paymentNotification(paymentOf(key, { transactionId: null, hasWebhook: false }));
    await handle.outcome();
    const { transactionId } = await world.sandbox.become(key, 'SUCCESS');
    const delivery = new NotificationDelivery(world.client);
    const notification = paymentOf(key, { transactionId: transactionId ?? '', hasWebhook: false });
    expect(await delivery.deliver({ of: 'order', api: 'v3-global', notification })).toBe('late');
    expect(await world.orders.latePayment(key).outcome()).toMatchObject({ ended: 'known' });
    const { events, unwatched } = await read(1);
    expect(events.map(({ type }) => type)).toEqual(['order.paid']);
    expect(unwatched).toEqual([]);
  });
});

describe('what ended without an outcome', () => {
  it('is listed as unwatched, until it is started again', async () => {
    const terminated = await world.open();
    await world.client.workflow.getHandle(terminated.handle.workflowId).terminate('by mistake');
    const start = { taskQueue: DEFAULT_TASK_QUEUE, workflowId: 'order/1900000109/REFUSED', args: [{ api: 'none' }] };
    const failed = await world.client.workflow.start(TIMEOUT_THEN_CLOSE_WORKFLOW, start);
    await expect(failed.result()).rejects.toThrow();
    const timed = { ...start, workflowId: 'order/1900000109/TIMED', workflowExecutionTimeout: 1 };
    await world.client.workflow.start(TIMEOUT_THEN_CLOSE_WORKFLOW, { ...timed, taskQueue: 'nobody' });
    const { unwatched, events } = await read(3);
    expect(events).toEqual([]);
    const statuses = Object.fromEntries(unwatched.map(({ workflowId, status }) => [workflowId, status]));
    expect(statuses).toEqual({
      [terminated.handle.workflowId]: 'terminated',
      'order/1900000109/REFUSED': 'failed',
      'order/1900000109/TIMED': 'timed out',
    });
    const createdAt = new Date(Date.now() - MINUTE).toISOString();
    const input = { api: 'v3-global', ...terminated.key, amount: { total: 888, currency: 'HKD' } } as const;
    const { handle } = await world.orders.adopt({ ...input, createdAt, payWithin: '30m' });
    expect((await read(2)).unwatched.map(({ workflowId }) => workflowId)).not.toContain(handle.workflowId);
  });
});

describe('a pass', () => {
  const MANY = 200;
  const LIMIT = 50;

  it(`lists ${MANY} orders that ended within a second or two once each, over several pages`, async () => {
    const opened = await Promise.all(times(MANY, () => world.open()));
    await Promise.all(
      opened.map(({ handle, key }) => handle.paymentNotification(paymentOf(key, { hasWebhook: false }))),
    );
    await Promise.all(opened.map(({ handle }) => handle.outcome()));
    await read(MANY);
    const pages = await world.pass(since, LIMIT);
    expect(pages.length).toBeGreaterThanOrEqual(MANY / LIMIT);
    const ids = pages.flatMap(({ events }) => events.map(({ workflowId }) => workflowId));
    expect(ids.toSorted()).toEqual(opened.map(({ handle }) => handle.workflowId).toSorted());
    expect(pages.flatMap(({ unwatched }) => unwatched)).toEqual([]);
  });

  it('is followed by one that finds what ended a second ago', async () => {
    await (await world.paid()).outcome();
    await read(1);
    const [first] = await world.pass(since);
    const next = await world.paid();
    await next.outcome();
    let cursor = first?.cursor ?? '';
    const found: string[] = [];
    await expect
      .poll(async () => {
        const page = await world.feed.read({ cursor });
        cursor = page.cursor;
        found.push(...page.events.map(({ workflowId }) => workflowId));
        return found;
      })
      .toContain(next.workflowId);
  });

  it('of one merchant has nothing of another, and takes no cursor of it', async () => {
    await (await world.paid(MCHIDS[0])).outcome();
    const other = await world.paid(MCHIDS[1]);
    await other.outcome();
    await read(2);
    const feed = new OutcomeFeed(world.client, { mchid: MCHIDS[1] });
    const { events } = await read(1, feed);
    expect(events.map(({ workflowId }) => workflowId)).toEqual([other.workflowId]);
    const { cursor } = await feed.read({ since });
    await expect(world.feed.read({ cursor })).rejects.toMatchObject({ code: 'invalid-order' });
  });

  it('says since when things may be missing, by the retention of the namespace', async () => {
    const { lostBefore } = await world.feed.read({ since: new Date(Date.now() - 30 * DAY).toISOString() });
    const kept = Date.now() - Date.parse(lostBefore ?? '');
    expect(Math.abs(kept - DAY)).toBeLessThan(MINUTE);
    expect(await world.feed.read({ since: new Date(Date.now() - HOUR).toISOString() })).toMatchObject({
      lostBefore: null,
    });
  });
});
