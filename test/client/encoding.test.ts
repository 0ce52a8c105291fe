import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import type { PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished, vi } from 'vitest';
import { NotificationDelivery, OrderClient, OutcomeFeed, ServiceOrderClient } from '../../client/index.js';
import { type Child, startChild } from '../../testing/demo/processes.js';
import { event } from '../support/deliveries.js';
import { factOf } from '../support/facts.js';
import { OWNED_CODEC } from '../support/owned-codec.js';
import { newRealWorld, type RealWorld } from '../support/real-world.js';
import { refusingServer, type REFUSALS } from '../worker/refusing-server.js';

const { TaskQueueType } = proto.temporal.api.enums.v1;

const NAME = Buffer.from('test/other');

/** A codec that no worker has. */
const OTHER_CODEC: PayloadCodec = {
  encode: (payloads) => Promise.resolve(payloads.map((each) => ({ ...each, metadata: { encoding: NAME } }))),
  decode: (payloads) => Promise.resolve(payloads),
};

const PLAIN_QUEUE = 'plain';
const ENCODED_QUEUE = 'encoded';
const BOTH_QUEUE = 'both';

let world: RealWorld;
const ends: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  world = await newRealWorld();
  const workers = [
    ['cli/main.ts worker', PLAIN_QUEUE],
    ['test/worker/encrypting-worker.ts', ENCODED_QUEUE],
    ['cli/main.ts worker', BOTH_QUEUE],
    ['test/worker/encrypting-worker.ts', BOTH_QUEUE],
  ] as const;
  for (const [program, taskQueue] of workers) {
    const worker = await workerOn(program, taskQueue);
    ends.push(() => worker.stop());
  }
  await Promise.all([polling(PLAIN_QUEUE, 1), polling(ENCODED_QUEUE, 1), polling(BOTH_QUEUE, 2)]);
});

afterAll(async () => {
  for (const end of ends.reverse()) await end();
  await world.end();
});

function workerOn(program: string, taskQueue: string): Promise<Child> {
  const env = {
    TEMPORAL_ADDRESS: world.address,
    WXPAY_MERCHANTS_FILE: world.merchantsFile,
    WXPAY_WORKFLOW_BUNDLE: inject('workflowBundle'),
    WXPAY_TASK_QUEUE: taskQueue,
  };
  return startChild({ program, env, readyMessage: 'the worker is ready' });
}

/** A worker polls a moment after it says that it is ready. */
async function polling(taskQueue: string, workers: number): Promise<void> {
  while ((await identitiesOn(taskQueue)).length < workers) await sleep(50);
}

async function identitiesOn(taskQueue: string): Promise<string[]> {
  const request = {
    namespace: 'default',
    taskQueue: { name: taskQueue },
    taskQueueType: TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
  };
  const { pollers } = await world.client.workflowService.describeTaskQueue(request);
  return [...new Set(pollers.map(({ identity }) => identity ?? ''))];
}

function clientWith(...payloadCodecs: PayloadCodec[]): Client {
  return new Client({ connection: world.client.connection, dataConverter: { payloadCodecs } });
}

let count = 0;
function newOrder() {
  const outTradeNo = `ENCODING-${(count += 1)}`;
  return {
    api: 'v3-global',
    mchid: '1900000109',
    outTradeNo,
    amount: { total: 888, currency: 'HKD' },
    payWithin: '15m',
  } as const;
}

it('a worker that has not polled for 75 s holds back no start', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 80_000 });
  onTestFinished(() => void vi.useRealTimers());
  const orders = new OrderClient(clientWith(OWNED_CODEC), { taskQueue: PLAIN_QUEUE });
  const { handle } = await orders.start(newOrder());
  await world.client.workflow.getHandle(handle.workflowId).terminate();
});

it('a worker shows how it encodes in its identity', async () => {
  expect(await identitiesOn(PLAIN_QUEUE)).toEqual([expect.stringMatching(/^\d+@\S+ encoding=json\/plain$/)]);
  expect(await identitiesOn(ENCODED_QUEUE)).toEqual([expect.stringMatching(/^\d+@\S+ encoding=test\/owned$/)]);
});

describe.each([
  ['with a codec, at workers without one', PLAIN_QUEUE, [OWNED_CODEC], 'test/owned', 'json/plain'],
  ['without a codec, at workers with one', ENCODED_QUEUE, [], 'json/plain', 'test/owned'],
  ['with another codec than the workers', ENCODED_QUEUE, [OTHER_CODEC], 'test/other', 'test/owned'],
])('a client %s', (_, taskQueue, codecs, ours, theirs) => {
  const refusal = { code: 'other-encoding', taskQueue, encodings: { ours, theirs: [theirs] } };

  it('starts no order', async () => {
    const order = newOrder();
    const orders = new OrderClient(clientWith(...codecs), { taskQueue });
    await expect(orders.start(order)).rejects.toMatchObject(refusal);
    await expect(world.orders.order(order).state()).rejects.toMatchObject({ code: 'order-not-found' });
  });

  it('starts nothing else', async () => {
    const options = { taskQueue };
    const client = clientWith(...codecs);
    const rental = {
      mchid: '1900000109',
      outOrderNo: `R-${taskQueue}-${ours}`.replace('/', '-'),
      serviceId: '500001',
      appid: 'wx8888888888888888',
    };
    const serviceOrders = new ServiceOrderClient(client, options);
    await expect(serviceOrders.watch(rental)).rejects.toMatchObject(refusal);
    await expect(serviceOrders.requestCancel(rental, { requestId: 'r-1', reason: '用户取消' })).rejects.toMatchObject(
      refusal,
    );
    const fact = factOf({ mchid: '1900000109', outTradeNo: newOrder().outTradeNo });
    await expect(new NotificationDelivery(client, options).deliver(fact)).rejects.toMatchObject(refusal);
    await expect(new OutcomeFeed(client, options).resend(event(0))).rejects.toMatchObject(refusal);
  });
});

it.each([
  ['no codec, and the workers have none', PLAIN_QUEUE, []],
  ['the codec of the workers', ENCODED_QUEUE, [OWNED_CODEC]],
  ['no codec, while the workers get one', BOTH_QUEUE, []],
  ['a codec, while the workers get it', BOTH_QUEUE, [OWNED_CODEC]],
  ['a codec, and no worker is there yet', 'nobody', [OWNED_CODEC]],
])('an order is started if the client has %s', async (_, taskQueue, codecs) => {
  const orders = new OrderClient(clientWith(...codecs), { taskQueue });
  expect(await orders.start(newOrder())).toMatchObject({ ended: false, inputDiffers: false });
});

/** A client with a codec whose server treats the question who polls in some way; and how often it was asked. */
async function askingClient(refusal?: keyof typeof REFUSALS | 'silence') {
  const asked = { times: 0 };
  const refuses = (path: string): boolean => {
    const asks = path.endsWith('/DescribeTaskQueue');
    if (asks) asked.times += 1;
    return asks && refusal !== undefined;
  };
  const address = await refusingServer(refusal ?? 'silence', refuses, world.address);
  const connection = await Connection.connect({ address });
  onTestFinished(() => connection.close());
  return { client: new Client({ connection, dataConverter: { payloadCodecs: [OWNED_CODEC] } }), asked };
}

it('who polls is asked once for a client and a task queue, however many start at once', async () => {
  const { client, asked } = await askingClient();
  const start = () => new OrderClient(client, { taskQueue: ENCODED_QUEUE }).start(newOrder());
  await Promise.all(Array.from({ length: 20 }, start));
  await start();
  expect(asked.times).toBe(1);
});

it('an order that was refused is started as soon as the right worker polls', async () => {
  const { client, asked } = await askingClient();
  const taskQueue = 'late';
  const orders = new OrderClient(client, { taskQueue });
  const plain = await workerOn('cli/main.ts worker', taskQueue);
  await polling(taskQueue, 1);
  await expect(orders.start(newOrder())).rejects.toMatchObject({ code: 'other-encoding' });
  await expect(orders.start(newOrder())).rejects.toMatchObject({ code: 'other-encoding' });
  expect(asked.times).toBe(1);
  await plain.stop();
  const right = await workerOn('test/worker/encrypting-worker.ts', taskQueue);
  onTestFinished(() => right.stop());
  await polling(taskQueue, 2);
  await expect.poll(() => orders.start(newOrder()).catch(() => undefined)).toMatchObject({ ended: false });
});

it.each(['permissionDenied', 'unimplemented'] as const)(
  'a server that answers %s to who polls is not asked for each order, and all are started',
  async (refusal) => {
    const { client, asked } = await askingClient(refusal);
    const orders = new OrderClient(client, { taskQueue: PLAIN_QUEUE });
    for (let each = 0; each < 3; each += 1) await orders.start(newOrder());
    expect(asked.times).toBe(1);
  },
);

it('a codec that hangs once, as it asks for its key, holds up no start', async () => {
  let times = 0;
  const encode: PayloadCodec['encode'] = (payloads, owner) =>
    (times += 1) === 1 ? new Promise(() => undefined) : OWNED_CODEC.encode(payloads, owner);
  const orders = new OrderClient(clientWith({ ...OWNED_CODEC, encode }), { taskQueue: ENCODED_QUEUE });
  expect(await orders.start(newOrder())).toMatchObject({ ended: false });
});

it('a server that does not say who polls takes less than half of the time of a start', async () => {
  const { client } = await askingClient('silence');
  const orders = new OrderClient(client, { taskQueue: PLAIN_QUEUE, answeredWithinMs: 1_500 });
  const begunAt = Date.now();
  expect(await orders.start(newOrder())).toMatchObject({ ended: false });
  expect(Date.now() - begunAt).toBeLessThan(1_500);
});
