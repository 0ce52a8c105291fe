import { Client, Connection } from '@temporalio/client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { isOrderClientError, NotificationDelivery, type Delivered, type PaymentFact } from '../../client/index.js';
import { factOf } from '../support/facts.js';
import { Line } from '../support/line.js';
import { newRealWorld, type RealWorld } from '../support/real-world.js';
import { AMOUNT } from '../support/world.js';

/** WeChat Pay waits 5 s for its answer, and the receiver has work of its own. */
const QUICK_MS = 4_500;

let world: RealWorld;
let closed: Parameters<typeof factOf>[0];
let paid: typeof closed;
beforeAll(async () => {
  world = await newRealWorld();
  const { mchid } = world.sandbox;
  const worker = await world.startWorker();
  const one = await world.checkout(0);
  const other = await world.checkout(60_000);
  closed = { mchid, outTradeNo: one.outTradeNo };
  paid = { mchid, outTradeNo: other.outTradeNo };
  await other.handle.paymentNotification(factOf(paid).notification);
  await Promise.all([one.handle.outcome(), other.handle.outcome()]);
  await worker.stop();
});
afterAll(() => world.end());

describe('when no worker runs', () => {
  it('every notification is delivered, and quickly', async () => {
    const delivery = new NotificationDelivery(world.client);
    const running = await world.checkout(60_000);
    const facts = [
      [factOf({ ...closed, outTradeNo: running.outTradeNo }), 'signalled'],
      [factOf({ ...closed, outTradeNo: 'NOT-STARTED' }), 'signalled'],
      [factOf(closed), 'late'],
      [factOf(paid), 'known'],
      [factOf(paid, 'ANOTHER'), 'late'],
    ] as const;
    for (const [fact, delivered] of facts) {
      const begun = Date.now();
      expect(await delivery.deliver(fact)).toBe(delivered);
      expect(Date.now() - begun).toBeLessThan(QUICK_MS);
    }
  });

  it('a start after the notification says whether they agree', async () => {
    const order = { mchid: closed.mchid, outTradeNo: 'STARTED-LATE' };
    await new NotificationDelivery(world.client).deliver(factOf(order));
    const input = { api: 'v3-global', ...order, payWithin: '15m' } as const;
    expect(await world.orders.start({ ...input, amount: AMOUNT })).toMatchObject({ inputDiffers: false });
    const cent = { total: 1, currency: 'HKD' };
    expect(await world.orders.start({ ...input, amount: cent })).toMatchObject({ inputDiffers: true });
  });
});

describe('if the connection to the server', () => {
  let line: Line;
  let connection: Connection;
  beforeEach(async () => {
    line = await Line.to(world.address);
    connection = await Connection.connect({ address: line.address });
  });
  afterEach(async () => {
    await connection.close();
    await line.end();
  });

  /** Delivers in vain; then once more, when the connection works again. */
  async function deliverTwice(fact: PaymentFact): Promise<Delivered> {
    const client = new Client({ connection });
    const begun = Date.now();
    const lost = new NotificationDelivery(client, { answeredWithinMs: 1_500 }).deliver(fact);
    const error: unknown = await lost.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'no-server', message: expect.stringContaining('send the notification again') });
    expect(isOrderClientError(error)).toBe(true);
    expect(Date.now() - begun).toBeLessThan(QUICK_MS);
    line.restore();
    return vi.waitFor(() => new NotificationDelivery(client).deliver(fact), 60_000);
  }

  it('is cut, a delivery fails in time, and succeeds when it is made again', async () => {
    line.cut();
    const order = { mchid: closed.mchid, outTradeNo: 'NOT-SENT' };
    expect(await deliverTwice(factOf(order))).toBe('signalled');
    const { status } = await world.client.workflow.getHandle(world.orders.order(order).workflowId).describe();
    expect(status.name).toBe('RUNNING');
  });

  it('loses the answers, a delivery fails in time, and twice is once', async () => {
    const { handle, outTradeNo } = await world.checkout(60_000);
    line.mute();
    expect(await deliverTwice(factOf({ mchid: closed.mchid, outTradeNo }))).toBe('signalled');
    const { events = [] } = await world.client.workflow.getHandle(handle.workflowId).fetchHistory();
    // The first was accepted, but its answer was lost.
    expect(events?.filter((event) => event.workflowExecutionSignaledEventAttributes)).toHaveLength(2);
  });
});

describe('when a worker comes back', () => {
  it('an operator finds a payment after the close in the list', async () => {
    await world.sandbox.become(closed, 'SUCCESS');
    const { outTradeNo } = await world.checkout(60_000);
    const delivery = new NotificationDelivery(world.client);
    await delivery.deliver(factOf(closed));
    const late = world.orders.latePayment(closed).workflowId;
    expect(await listed(`WxpayState = "late-payment-checking"`)).toContain(late);
    // Both reach an order that runs, before it can end with the first.
    const twice = { mchid: closed.mchid, outTradeNo: 'PAID-TWICE' };
    for (const id of ['FIRST', 'SECOND', 'FIRST', 'SECOND', 'THIRD']) {
      expect(await delivery.deliver(factOf(twice, id))).toBe('signalled');
    }
    await world.startWorker();
    expect(await world.orders.order(twice).outcome()).toMatchObject({ ended: 'paid', transactionId: 'FIRST' });
    const others = async () => [...(await world.orders.latePayment(twice).state()).transactionIds].sort();
    await vi.waitFor(async () => expect(await others()).toEqual(['SECOND', 'THIRD']), 60_000);
    const query = `WxpayMerchant = "${closed.mchid}" AND WxpayState = "needs-attention" AND WxpayReason = "paid-after-close"`;
    await vi.waitFor(async () => expect(await listed(query)).toEqual([late]), { timeout: 60_000, interval: 100 });
    expect(await listed('WxpayState = "paid"')).toContain(`order/${closed.mchid}/NOT-STARTED`);
    expect(await listed('WxpayState = "awaiting-payment"')).toContain(`order/${closed.mchid}/${outTradeNo}`);
  });

  it('a late payment shows its order, and has the fairness key of its merchant', async () => {
    const { workflowId } = world.orders.latePayment(closed);
    const described = await world.client.workflow.getHandle(workflowId).describe();
    expect(await described.staticSummary()).toContain(closed.outTradeNo);
    expect(await described.staticDetails()).toContain(workflowId.slice('late/'.length));
    expect(described.raw.workflowExecutionInfo?.priority?.fairnessKey).toBe(closed.mchid);
  });
});

async function listed(query: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { workflowId } of world.client.workflow.list({ query })) found.push(workflowId);
  return found;
}
