import { beforeEach, describe, expect, it } from 'vitest';
import { NotificationDelivery, type ServiceOrderFact } from '../../client/index.js';
import { MINUTE } from '../../domain/time.js';
import { factOf } from '../support/facts.js';
import { AMOUNT, callsOf, newWorld, type World } from '../support/world.js';

let world: World;
let delivery: NotificationDelivery;
beforeEach(async () => {
  world = await newWorld();
  delivery = new NotificationDelivery(world.client);
});

const CENT = { total: 1, currency: 'HKD' };

describe('an order that runs', () => {
  it('gets the notification, and ends as paid', async () => {
    const order = await world.checkout();
    expect(await delivery.deliver(factOf(order))).toBe('signalled');
    const outcome = { ended: 'paid', toldBy: 'notification', transactionId: '4200000001', amount: AMOUNT };
    expect(await order.handle.outcome()).toMatchObject(outcome);
  });

  it('gets a notification of another amount, and needs a person', async () => {
    const order = await world.checkout();
    expect(await delivery.deliver(factOf(order, 'T', CENT))).toBe('signalled');
    expect(await order.handle.state()).toMatchObject({ phase: 'needsAttention' });
  });

  it('gets no other field that a caller adds', async () => {
    const order = await world.checkout();
    const { notification, ...fact } = factOf(order);
    const more = { payer: { openid: 'secret' } };
    const told = { ...notification, ...more, amount: { ...AMOUNT, ...more }, order: { ...order, ...more } };
    await delivery.deliver({ ...fact, notification: told });
    await order.handle.outcome();
    const { events } = await world.client.workflow.getHandle(order.handle.workflowId).fetchHistory();
    const payloads = events?.map((event) => event.workflowExecutionSignaledEventAttributes?.input?.payloads?.[0]?.data);
    const signals = payloads?.flatMap((data) => (data ? [Buffer.from(data).toString()] : []));
    expect(signals).toHaveLength(1);
    expect(signals?.[0]).not.toContain('secret');
  });
});

describe('an order that was not started', () => {
  const order = { mchid: '1900000109', outTradeNo: 'NOT-STARTED' };
  const input = { api: 'v3-global', ...order, amount: AMOUNT, payWithin: '15m' } as const;

  it('is started with the notification, and ends as paid without a query', async () => {
    expect(await delivery.deliver(factOf(order))).toBe('signalled');
    const outcome = { ended: 'paid', refunded: false, toldBy: 'notification', amount: AMOUNT };
    expect(await world.orders.order(order).outcome()).toMatchObject(outcome);
    expect(callsOf(world, order.outTradeNo)).toEqual([]);
  });

  it('is paid when its checkout starts it later', async () => {
    await delivery.deliver(factOf(order));
    await world.orders.order(order).outcome();
    const begun = Date.now();
    const started = await world.orders.start(input);
    expect(await started.handle.outcome()).toMatchObject({ ended: 'paid', amount: AMOUNT });
    expect(started.inputDiffers).toBe(false);
    // As the checkout has it, and not as the notification began it.
    expect(Date.parse(started.timeExpire)).toBeGreaterThanOrEqual(begun + 14 * MINUTE);
  });

  it.each([
    ['another amount', { amount: CENT }, true],
    ['another currency', { amount: { ...AMOUNT, currency: 'USD' } }, true],
    ['another api', { api: 'v2' }, true],
    ['another appid', { appid: 'wx1111111111111111' }, true],
    ['the same appid', { appid: 'wx8888888888888888' }, false],
    ['no amount, said on purpose', { amount: undefined, amountUnknown: true }, false],
  ])('tells its checkout, which says %s, whether that differs', async (_, changes, differs) => {
    await delivery.deliver({ ...factOf(order), appid: 'wx8888888888888888' });
    const { inputDiffers } = await world.orders.start({ ...input, ...changes } as typeof input);
    expect(inputDiffers).toBe(differs);
    await world.orders.order(order).outcome();
    expect(await world.orders.start({ ...input, ...changes } as typeof input)).toMatchObject({ inputDiffers: differs });
  });

  it('of a sub-merchant is started for the sub-merchant', async () => {
    const fact = factOf(order);
    const ofSub = { ...fact.notification.order, subMchid: '1900000110' };
    const notification = { ...fact.notification, order: ofSub };
    expect(await delivery.deliver({ ...fact, appid: 'wx1', subAppid: 'wx2', notification })).toBe('signalled');
    expect(await world.orders.order(ofSub).outcome()).toMatchObject({ ended: 'paid' });
    await expect(world.orders.order(order).outcome()).rejects.toMatchObject({ code: 'order-not-found' });
  });

  it.each([
    [
      'a number that its api does not have',
      { api: 'v3', notification: { ...factOf({ ...order, outTradeNo: 'X' }).notification } },
    ],
    ['no form of a notification', { notification: { order: { mchid: '1900000109' } } }],
    ['no notification', { notification: undefined }],
  ])('is not started by a fact with %s, which is refused', async (_, changes) => {
    const faulty = { ...factOf(order), ...changes } as never;
    await expect(delivery.deliver(faulty)).rejects.toMatchObject({ code: 'invalid-order' });
  });
});

describe('an order that ended without an outcome', () => {
  it('is started again with the notification and its own input', async () => {
    const order = await world.checkout({ locale: 'zh' });
    await order.handle.state();
    await world.client.workflow.getHandle(order.handle.workflowId).terminate();
    expect(await delivery.deliver(factOf(order))).toBe('signalled');
    expect(await order.handle.outcome()).toMatchObject({ ended: 'paid', toldBy: 'notification' });
    const { events } = await world.client.workflow.getHandle(order.handle.workflowId).fetchHistory();
    const [input] = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
    expect(JSON.parse(Buffer.from(input?.data ?? []).toString())).toMatchObject({ amount: AMOUNT, locale: 'zh' });
  });

  it('is not paid by another amount than that of its input', async () => {
    const order = await world.checkout();
    await world.client.workflow.getHandle(order.handle.workflowId).terminate();
    expect(await delivery.deliver(factOf(order, 'T', CENT))).toBe('signalled');
    expect(await order.handle.state()).toMatchObject({ phase: 'needsAttention' });
  });
});

describe('an order that ended as paid', () => {
  it('with this very payment needs nothing', async () => {
    const order = await world.checkout();
    await delivery.deliver(factOf(order));
    await order.handle.outcome();
    expect(await delivery.deliver(factOf(order))).toBe('known');
    await expect(world.orders.latePayment(order).outcome()).rejects.toMatchObject({ code: 'order-not-found' });
  });

  it.each([
    ['with another payment', 'ANOTHER', AMOUNT],
    ['with this payment of another amount', '4200000001', CENT],
  ])('%s has the notification looked at', async (_, transactionId, amount) => {
    const order = await world.checkout();
    await delivery.deliver(factOf(order));
    await order.handle.outcome();
    expect(await delivery.deliver(factOf(order, transactionId, amount))).toBe('late');
  });
});

describe('an order that ended closed', () => {
  it('has a late payment with the notification', async () => {
    const order = await world.checkout();
    await world.pass(16 * MINUTE);
    expect(await order.handle.outcome()).toMatchObject({ ended: 'closed' });
    expect(await delivery.deliver(factOf(order))).toBe('late');
    // It runs, so it gets the notification again, and twice is once.
    expect(await delivery.deliver(factOf(order))).toBe('late');
  });
});

describe('a service order', () => {
  const factFor = (order: { mchid: string; outOrderNo: string }): ServiceOrderFact => ({
    of: 'service-order',
    notification: { order, said: 'USER_PAID' },
  });

  it('that is watched gets the notification', async () => {
    const rental = await world.rental();
    await world.serviceOrders.watch(rental);
    expect(await delivery.deliver(factFor(rental))).toBe('signalled');
  });

  it('that is not watched, or has ended, gets nothing', async () => {
    const rental = await world.rental();
    expect(await delivery.deliver(factFor(rental))).toBe('unwatched');
    const request = { requestId: 'r-1', reason: '用户取消' };
    const { handle } = await world.serviceOrders.requestCancel(rental, request);
    expect(await handle.outcome()).toMatchObject({ ended: 'cancelled' });
    expect(await delivery.deliver(factFor(rental))).toBe('unwatched');
  });

  it('gets no fact of the wrong form', async () => {
    const faulty = { of: 'service-order', notification: { order: { mchid: '1' }, said: 'USER_PAID' } } as never;
    await expect(delivery.deliver(faulty)).rejects.toMatchObject({ code: 'invalid-order' });
  });
});
