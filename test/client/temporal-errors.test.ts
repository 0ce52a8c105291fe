import { fileURLToPath } from 'node:url';
import { Client, Connection, type ClientOptions } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  isOrderClientError,
  NotificationDelivery,
  OrderClient,
  OutcomeFeed,
  ServiceOrderClient,
  type NotificationFact,
  type PaymentNotification,
  type ServiceOrderNotification,
} from '../../client/index.js';
import { startDevServer } from '../../testing/temporal-server/index.js';
import { registerSearchAttributes } from '../../worker/setup.js';
import { bundleWorkflows } from '../../worker/workflow-bundle.js';
import { DEFAULT_TASK_QUEUE } from '../../workflows/messages/orders.js';
import { event, TELLER } from '../support/deliveries.js';
import { factOf, REFUND } from '../support/facts.js';
import { refusingServer, type REFUSALS } from '../worker/refusing-server.js';

const KEY = { mchid: '1900000109', outTradeNo: 'ORDER-1' };
const ORDER = { api: 'v3-global', ...KEY, amount: { total: 888, currency: 'HKD' }, payWithin: '15m' } as const;
const RENTAL = { mchid: '1900000109', outOrderNo: 'RENTAL-1', serviceId: '500001', appid: 'wx8888888888888888' };
const CANCEL = { requestId: 'r-1', reason: '用户取消' };
const CONFIRMED = { order: RENTAL, said: 'USER_CONFIRM' } as unknown as ServiceOrderNotification;
const RESOLUTION = { note: 'seen', by: 'Mei' } as const;
const ANSWERED_WITHIN_MS = 1_500;

/** Every call of the client that asks the server, but for those that wait for an outcome. */
function callsOf(client: Client): Readonly<Record<string, () => Promise<unknown>>> {
  const options = { answeredWithinMs: ANSWERED_WITHIN_MS };
  const orders = new OrderClient(client, options);
  const serviceOrders = new ServiceOrderClient(client, options);
  const notified = new NotificationDelivery(client, options);
  const order = orders.order(KEY);
  const late = orders.latePayment(KEY);
  const rental = serviceOrders.serviceOrder(RENTAL);
  const delivery = order.delivery();
  const feed = new OutcomeFeed(client, options);
  const { notification } = factOf(KEY);
  return {
    start: () => orders.start(ORDER),
    adopt: () => orders.adopt({ ...ORDER, createdAt: new Date().toISOString() }),
    paymentNotification: () => orders.paymentNotification(notification),
    closeNow: () => order.closeNow(),
    checkNow: () => order.checkNow(),
    extend: () => order.extend({ payBefore: new Date(Date.now() + 600_000).toISOString() }),
    placedAgain: () => order.placedAgain(),
    placementFailed: () => order.placementFailed({ code: 'PARAM_ERROR' }),
    retry: () => order.retry(),
    resolve: () => order.resolve({ as: 'closed', ...RESOLUTION }),
    state: () => order.state(),
    'late state': () => late.state(),
    'late record': () => late.record({ ...REFUND, transactionIds: [] }),
    'late retry': () => late.retry(),
    watch: () => serviceOrders.watch(RENTAL),
    requestCancel: () => serviceOrders.requestCancel(RENTAL, CANCEL),
    'requestCancel of the handle': () => rental.requestCancel(CANCEL),
    serviceOrderNotification: () => serviceOrders.serviceOrderNotification(CONFIRMED),
    'service order retry': () => rental.retry(),
    'service order resolve': () => rental.resolve({ as: 'cancelled', ...RESOLUTION }),
    'service order state': () => rental.state(),
    'delivery state': () => delivery.state(),
    'delivery retry': () => delivery.retry(),
    'delivery giveUp': () => delivery.giveUp({ ...RESOLUTION, ids: [] }),
    'late delivery state': () => late.delivery().state(),
    'service order delivery state': () => rental.delivery().state(),
    read: () => feed.read({ since: '2026-03-02T12:00:00Z' }),
    resend: () => feed.resend(event(0)),
    'resend of a workflow': () => feed.resend(TELLER),
    deliver: () => notified.deliver(factOf(KEY)),
    'deliver to a service order': () => notified.deliver({ of: 'service-order', notification: CONFIRMED }),
  };
}

function outcomesOf(client: Client): Readonly<Record<string, () => Promise<unknown>>> {
  return {
    outcome: () => new OrderClient(client).order(KEY).outcome(),
    'delivery outcome': () => new OrderClient(client).order(KEY).delivery().outcome(),
    'late outcome': () => new OrderClient(client).latePayment(KEY).outcome(),
    'service order outcome': () => new ServiceOrderClient(client).serviceOrder(RENTAL).outcome(),
  };
}

/** The code of each error; the error itself if it is not one of this client. */
async function codesOf(calls: Readonly<Record<string, () => Promise<unknown>>>): Promise<Record<string, unknown>> {
  const results = Object.entries(calls).map(async ([name, call]) => [name, await call().then(() => 'ok', codeOf)]);
  return Object.fromEntries(await Promise.all(results)) as Record<string, unknown>;
}

const codeOf = (error: unknown): unknown => (isOrderClientError(error) ? error.code : error);

function all(calls: object, code: string): Record<string, string> {
  return Object.fromEntries(Object.keys(calls).map((name) => [name, code]));
}

/** A client of a server that refuses some calls, without the SDK's own retries. */
async function refusedClient(
  refusal: keyof typeof REFUSALS,
  refuses: (path: string) => boolean = () => true,
  upstream?: string,
): Promise<Client> {
  const connection = Connection.lazy({ address: await refusingServer(refusal, refuses, upstream), interceptors: [] });
  onTestFinished(() => connection.close());
  return new Client({ connection });
}

describe('every call', () => {
  it.each(['permissionDenied', 'unauthenticated', 'unimplemented'] as const)(
    'that the server refuses with %s fails with call-failed',
    async (refusal) => {
      const client = await refusedClient(refusal);
      const calls = { ...callsOf(client), ...outcomesOf(client) };
      expect(await codesOf(calls)).toEqual(all(calls, 'call-failed'));
    },
  );

  it('to a server that is too busy fails with no-server', async () => {
    const calls = callsOf(await refusedClient('resourceExhausted'));
    expect(await codesOf(calls)).toEqual(all(calls, 'no-server'));
  });
});

it('a failed call says what the server said, and keeps its error as the cause', async () => {
  const client = await refusedClient('permissionDenied');
  const error: unknown = await new OrderClient(client).start(ORDER).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'call-failed', message: expect.stringContaining('no entry') });
  expect(error).toHaveProperty('cause.name', 'ServiceError');
});

it('an order in a currency that its API does not have is refused, and Temporal not asked', async () => {
  const client = await refusedClient('permissionDenied');
  const start = (api: 'v3' | 'v3-global', currency: string) => () =>
    new OrderClient(client).start({ ...ORDER, api, amount: { total: 888, currency } });
  const calls = { 'v3 in HKD': start('v3', 'HKD'), 'in no currency': start('v3-global', 'XYZ') };
  expect(await codesOf(calls)).toEqual(all(calls, 'invalid-order'));
});

it('what is no key of an order, and no length of time, is refused as a fault of the input', async () => {
  const client = await refusedClient('permissionDenied');
  const orders = new OrderClient(client);
  const serviceOrders = new ServiceOrderClient(client);
  const given = (value: unknown) => value as never;
  const calls = {
    'no order': () => orders.order(given(undefined)).state(),
    'an empty order': () => orders.order(given({})).state(),
    'an order with a number': () => orders.order(given({ ...KEY, mchid: 1900000109 })).state(),
    'no late payment': () => orders.latePayment(given(null)).state(),
    'no service order': () => serviceOrders.serviceOrder(given(undefined)).state(),
    'a service order with a number': () => serviceOrders.serviceOrder(given({ ...RENTAL, outOrderNo: 7 })).state(),
    'a time that is none': () => new OrderClient(client, { answeredWithinMs: NaN }).start(ORDER),
    'a time in words': () => new ServiceOrderClient(client, { answeredWithinMs: given('10s') }).watch(RENTAL),
    'no time': () => new NotificationDelivery(client, { answeredWithinMs: 0 }).deliver(factOf(KEY)),
    'a time too long': () => new OutcomeFeed(client, { answeredWithinMs: Infinity }).read({ cursor: '' }),
  };
  const awaited = Object.entries(calls).map(([name, call]) => [name, async () => call()] as const);
  expect(await codesOf(Object.fromEntries(awaited))).toEqual(all(calls, 'invalid-order'));
});

it('what is no notification is refused as a fault of the input', async () => {
  const client = await refusedClient('permissionDenied');
  const nothing = undefined as unknown;
  const calls = {
    payment: () => new OrderClient(client).paymentNotification(nothing as PaymentNotification),
    'service order': () => new ServiceOrderClient(client).serviceOrderNotification(nothing as ServiceOrderNotification),
    delivered: () => new NotificationDelivery(client).deliver(nothing as NotificationFact),
    'of an unknown kind': () =>
      new NotificationDelivery(client).deliver({ of: 'refund' } as unknown as NotificationFact),
  };
  expect(await codesOf(calls)).toEqual(all(calls, 'invalid-order'));
});

describe('at a real server', () => {
  let server: Awaited<ReturnType<typeof startDevServer>>;
  beforeAll(async () => {
    server = await startDevServer({ ui: false });
  });
  afterAll(() => server.env.teardown());

  const clientWith = (options: ClientOptions = {}): Client =>
    new Client({ connection: server.env.connection, ...options });

  it('every call to a namespace that does not exist fails with call-failed', async () => {
    const client = clientWith({ namespace: 'absent' });
    const calls = { ...callsOf(client), ...outcomesOf(client) };
    expect(await codesOf(calls)).toEqual(all(calls, 'call-failed'));
  });

  it('a start before the search attributes are registered says what to run', async () => {
    const error: unknown = await new OrderClient(clientWith()).start(ORDER).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'call-failed',
      message: expect.stringMatching(/search attribute Wxpay.*setup/s),
    });
  });

  describe('where the namespace is set up', () => {
    beforeAll(() => registerSearchAttributes(server.env.connection, 'default'));

    it('what the client cannot decode fails with call-failed', async () => {
      await new OrderClient(clientWith()).start(ORDER);
      const decode = () => Promise.reject(new Error('no such key'));
      const codec = { encode: (payloads: never[]) => Promise.resolve(payloads), decode };
      const { start, adopt } = callsOf(clientWith({ dataConverter: { payloadCodecs: [codec] } }));
      const calls = { start, adopt };
      expect(await codesOf(calls as Record<string, () => Promise<unknown>>)).toEqual(all(calls, 'call-failed'));
    });

    it('an outcome is awaited though the server is away when it is asked for a newer run', async () => {
      const { handle } = await new OrderClient(clientWith()).start({ ...ORDER, outTradeNo: 'TERMINATED' });
      await clientWith().workflow.getHandle(handle.workflowId).terminate();
      let refused = 0;
      const refuses = (path: string) => path.endsWith('DescribeWorkflowExecution') && ++refused === 1;
      const client = await refusedClient('unavailable', refuses, server.address);
      const outcome = new OrderClient(client).order({ ...KEY, outTradeNo: 'TERMINATED' }).outcome();
      await expect(outcome).rejects.toMatchObject({ code: 'no-outcome', status: 'terminated' });
      expect(refused).toBe(2);
    });

    it('a message that the worker does not know, as one of an older version, fails with call-failed', async () => {
      const connection = await NativeConnection.connect({ address: server.address });
      const worker = await Worker.create({
        connection,
        taskQueue: DEFAULT_TASK_QUEUE,
        workflowBundle: {
          code: await bundleWorkflows({
            workflowsPath: fileURLToPath(new URL('./build-without-messages.ts', import.meta.url)),
          }),
        },
      });
      await worker.runUntil(async () => {
        await new OrderClient(clientWith()).start(ORDER);
        const { closeNow, state } = callsOf(clientWith());
        const calls = { closeNow, state } as Record<string, () => Promise<unknown>>;
        expect(await codesOf(calls)).toEqual(all(calls, 'call-failed'));
      });
      await connection.close();
    });
  });
});
