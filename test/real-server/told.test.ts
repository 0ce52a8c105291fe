import pLimit from 'p-limit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SECOND } from '../../domain/time.js';
import { startCheckout } from '../support/checkout.js';
import { MCHIDS, newFeedWorld, paymentOf, type FeedWorld } from '../support/feed-world.js';
import { AMOUNT } from '../support/world.js';
import { Delivery } from '../workflows/delivery-rows/delivery.js';

/** `TOLD_ORDERS=2000 npx vitest run test/real-server/told.test.ts` tries it with more. */
const MANY = Number(process.env['TOLD_ORDERS'] ?? 200);

let world: FeedWorld;
beforeAll(async () => {
  world = await newFeedWorld();
});
afterAll(() => world.end());

describe('what an order tells', () => {
  it('has the same id after a Reset, so that a checkout handles it once', async () => {
    const checkout = await startCheckout();
    world.urls = [checkout.endpoint()];
    const { handle } = await world.due();
    const workflow = world.client.workflow.getHandle(handle.workflowId);
    expect(await handle.outcome()).toEqual({ ended: 'closed', closeSent: 'yes' });
    const { runId } = await workflow.describe();
    const { events } = await workflow.fetchHistory();
    const firstTask = events?.find((event) => event.workflowTaskCompletedEventAttributes)?.eventId ?? null;
    await world.client.workflowService.resetWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId: handle.workflowId, runId },
      workflowTaskFinishEventId: firstTask,
      requestId: runId,
      reason: 'to see what is told',
    });
    expect(await handle.outcome()).toMatchObject({ ended: 'closed' });
    expect((await workflow.describe()).runId).not.toBe(runId);
    expect(checkout.posts).toHaveLength(2);
    expect(checkout.taken.map(({ type }) => type)).toEqual(['order.closed']);
  });

  it('has another id in another life of the same order', async () => {
    const checkout = await startCheckout();
    world.urls = [checkout.endpoint()];
    const { handle, key } = await world.open();
    const workflow = world.client.workflow.getHandle(handle.workflowId);
    for (const again of [true, false]) {
      await workflow.cancel();
      expect(await handle.outcome()).toEqual({ ended: 'released' });
      const createdAt = new Date().toISOString();
      const order = { api: 'v3-global', ...key, amount: AMOUNT, createdAt, payWithin: '30m' } as const;
      if (again) await world.orders.adopt(order);
    }
    expect(checkout.taken.map(({ type }) => type)).toEqual(['order.released', 'order.released']);
  });
});

describe('the delivery of what a checkout does not take', () => {
  it('comes after orders, and after what is posted for the first time', async () => {
    const checkout = await startCheckout();
    world.urls = [checkout.endpoint()];
    const delivery = new Delivery(world, checkout);
    await delivery.handOver(0);
    expect(await delivery.result()).toEqual({ ended: 'delivered' });
    const { events } = await delivery.workflow.fetchHistory();
    const priorities = events?.flatMap(
      ({ workflowExecutionStartedEventAttributes: start, activityTaskScheduledEventAttributes: post }) =>
        start?.priority ?? post?.priority ?? [],
    );
    expect(priorities?.map(({ priorityKey }) => priorityKey)).toEqual([5, 5]);
  });

  it('may be stopped again by a person whose first stop was overtaken by a further event', async () => {
    const checkout = await startCheckout();
    world.urls = [checkout.endpoint()];
    const delivery = new Delivery(world, checkout);
    const answer = delivery.keepsBack();
    await delivery.handOver(0);
    await delivery.isPosted(1);
    await delivery.release();
    await delivery.handOver(1);
    answer(500);
    await delivery.is({ phase: 'retrying', events: [delivery.added(0), delivery.added(1)] });
    await delivery.release();
    expect(await delivery.result()).toEqual({ ended: 'released' });
  });
});

describe('the feed', () => {
  it('lists a thousand orders that ended in one second once each, over several pages', async () => {
    const limit = pLimit(25);
    const opened = await Promise.all(Array.from({ length: 1_000 }, () => limit(() => world.open())));
    const ended = opened.map(({ handle }) => world.client.workflow.getHandle(handle.workflowId));
    const since = new Date().toISOString();
    await Promise.all(ended.map((each) => limit(() => each.terminate('all at once'))));
    const listed = async (): Promise<string[]> => {
      const pages = await world.pass(since, 300);
      return pages.flatMap(({ unwatched }) => unwatched.map(({ workflowId }) => workflowId));
    };
    const wanted = ended.map(({ workflowId }) => workflowId).toSorted();
    await expect.poll(async () => (await listed()).toSorted(), { timeout: 60_000 }).toEqual(wanted);
  }, 120_000);
});

describe('a checkout that hangs', () => {
  it(`of ${MANY} orders that end, holds up no order of another merchant, and no check of a shopper`, async () => {
    const [hanging, other] = [await startCheckout(), await startCheckout()];
    hanging.answer = () => 'hang';
    world.urlsOf = (mchid) => [mchid === MCHIDS[0] ? hanging.endpoint() : other.endpoint('ba9876543210')];
    const open = await world.open();
    const limit = pLimit(20);
    const end = async (): Promise<void> => {
      const { handle, key } = await world.open();
      await handle.paymentNotification(paymentOf(key));
    };
    await Promise.all(Array.from({ length: MANY }, () => limit(end)));
    // Each has been worked on, so no order is behind them in the queue for want of a faster machine.
    const ended = async (): Promise<number> => (await world.client.workflow.count("WxpayState = 'paid'")).count;
    await expect.poll(ended, { timeout: 200 * SECOND, interval: SECOND }).toBeGreaterThanOrEqual(MANY);
    expect(hanging.posts.length).toBeGreaterThan(0);

    const begunAt = performance.now();
    expect(await open.handle.checkNow()).toMatchObject({ tradeState: 'NOTPAY' });
    const { handle } = await world.due(MCHIDS[1]);
    expect(await handle.outcome()).toEqual({ ended: 'closed', closeSent: 'yes' });
    await expect.poll(() => other.taken.length, { timeout: 30 * SECOND }).toBe(1);
    // A post that hangs takes ten seconds, and there are many of them.
    expect(performance.now() - begunAt).toBeLessThan(30 * SECOND);
    expect(hanging.taken).toEqual([]);
  }, 300_000);
});
