import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isOrderClientError, OrderClient, ServiceOrderClient } from '../../client/index.js';
import { MINUTE, toBeijingDigits } from '../../domain/time.js';
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

/** How much later a call may end than it says, on a busy machine. */
const SLACK_MS = 700;

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

  it.each([
    ['v2', 'CNY', /^20\d{12}$/],
    ['v3-global', 'HKD', /^20.{17}Z$/],
  ] as const)(
    'an order of %s gets its deadline as that API takes it, also at the second start',
    async (api, currency, form) => {
      const payBefore = new Date(Date.now() + 20 * MINUTE).toISOString();
      const order = {
        ...ORDER,
        payWithin: undefined,
        payBefore,
        api,
        outTradeNo: `AS-${api}`,
        amount: { total: 8, currency },
      };
      for (const inputDiffers of [false, false]) {
        const started = await orders.start(order);
        expect(started).toMatchObject({ inputDiffers, timeExpire: expect.stringMatching(form) });
        expect(started.timeExpire).toBe(
          api === 'v2' ? toBeijingDigits(Date.parse(payBefore)) : `${payBefore.slice(0, 19)}Z`,
        );
      }
    },
  );

  it.each(['closeNow', 'checkNow', 'state'] as const)('%s fails in time, and says what to check', async (message) => {
    const { handle } = await orders.start(ORDER);
    const begin = Date.now();
    const error: unknown = await handle[message]().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'no-worker', message: expect.stringContaining('task queue') });
    expect(isOrderClientError(error)).toBe(true);
    expect(Date.now() - begin).toBeLessThan(ANSWERED_WITHIN_MS + SLACK_MS);
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
    // The SDK pauses for ever longer between its own tries: from 3.2 to 5.6 s among others.
    const options = { answeredWithinMs: 3_500 };
    const begin = Date.now();
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
    expect(Date.now() - begin).toBeLessThan(options.answeredWithinMs + SLACK_MS);
    await connection.close();
  });
});

describe('a start has one deadline for all that it asks of the server', () => {
  it('if it finds the order started', async () => {
    const order = { ...ORDER, outTradeNo: 'SLOW' };
    await orders.start(order);
    const slowly = async <Input, Answer>(input: Input, next: (input: Input) => Promise<Answer>): Promise<Answer> => {
      await sleep(ANSWERED_WITHIN_MS * 0.6);
      return next(input);
    };
    const slow = new Client({
      connection: server.env.connection,
      interceptors: { workflow: [{ startWithDetails: slowly, describe: slowly }] },
    });
    const begin = Date.now();
    const again = new OrderClient(slow, { answeredWithinMs: ANSWERED_WITHIN_MS }).start(order);
    await expect(again).rejects.toMatchObject({ code: 'no-server' });
    expect(Date.now() - begin).toBeLessThan(ANSWERED_WITHIN_MS + SLACK_MS);
  });
});
