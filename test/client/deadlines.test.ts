import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isOrderClientError, OrderClient, ServiceOrderClient } from '../../client/index.js';
import { startDevServer } from '../../testing/temporal-server/index.js';
import { registerSearchAttributes } from '../../worker/setup.js';

const ORDER = {
  api: 'v3-global',
  mchid: '1900000109',
  outTradeNo: 'NOBODY-WORKS',
  amount: { total: 888, currency: 'HKD' },
  payWithin: '15m',
} as const;

const RENTAL = { mchid: '1900000109', outOrderNo: 'NOBODY-WORKS', serviceId: '500001', appid: 'wx8888888888888888' };
const REQUEST = { requestId: 'r-1', reason: '用户取消' };
const ANSWERED_WITHIN_MS = 1_500;

let server: Awaited<ReturnType<typeof startDevServer>>;
let client: Client;
let orders: OrderClient;

beforeAll(async () => {
  server = await startDevServer({ ui: false });
  await registerSearchAttributes(server.env.connection, 'default');
  client = new Client({ connection: server.env.connection });
  orders = new OrderClient(client, { answeredWithinMs: ANSWERED_WITHIN_MS });
});
afterAll(() => server.env.teardown());

describe('when no worker runs', () => {
  it('an order is started, and accepts a notification', async () => {
    const { handle } = await orders.start({ ...ORDER, outTradeNo: 'STARTED' });
    const order = { mchid: ORDER.mchid, outTradeNo: 'STARTED' };
    await handle.paymentNotification({ order, transactionId: 'T', amount: ORDER.amount, paidAt: null });
  });

  it.each(['closeNow', 'checkNow', 'state'] as const)('%s fails in time, and says what to check', async (message) => {
    const { handle } = await orders.start(ORDER);
    const begin = Date.now();
    const error: unknown = await handle[message]().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'no-worker', message: expect.stringContaining('task queue') });
    expect(isOrderClientError(error)).toBe(true);
    expect(Date.now() - begin).toBeLessThan(3 * ANSWERED_WITHIN_MS);
  });

  it('a request to cancel a service order fails in time', async () => {
    const serviceOrders = new ServiceOrderClient(client, { answeredWithinMs: ANSWERED_WITHIN_MS });
    await expect(serviceOrders.requestCancel(RENTAL, REQUEST)).rejects.toMatchObject({ code: 'no-worker' });
    // The workflow that it started has the request in its input, for the next worker.
    const { workflowId } = serviceOrders.serviceOrder(RENTAL);
    const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
    const [input] = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
    expect(Buffer.from(input?.data ?? '').toString()).toContain(REQUEST.requestId);
  });
});

describe('when no server answers', () => {
  it('every call fails in time, and says that it can be made again', async () => {
    const connection = Connection.lazy({ address: '127.0.0.1:1' });
    const lost = new Client({ connection });
    const options = { answeredWithinMs: ANSWERED_WITHIN_MS };
    const handle = new OrderClient(lost, options).order(ORDER);
    const notification = { order: { mchid: ORDER.mchid, outTradeNo: ORDER.outTradeNo }, transactionId: 'T' };
    const calls = [
      new OrderClient(lost, options).start(ORDER),
      handle.closeNow(),
      handle.state(),
      handle.paymentNotification({ ...notification, amount: ORDER.amount, paidAt: null }),
      new ServiceOrderClient(lost, options).requestCancel(RENTAL, REQUEST),
    ];
    for (const outcome of await Promise.allSettled(calls)) {
      expect(outcome).toMatchObject({
        status: 'rejected',
        reason: { code: 'no-server', message: expect.stringContaining('twice is the same as once') },
      });
    }
    await connection.close();
  });
});
