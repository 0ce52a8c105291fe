import { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { afterAll, beforeAll, expect, inject, it, onTestFinished } from 'vitest';
import { OrderClient, type OrderHandle } from '../../client/index.js';
import { MINUTE } from '../../domain/time.js';
import { type Child, type LogLine, startChild } from '../../testing/demo/processes.js';
import { type StartOptions, startWorker } from '../../worker/index.js';
import { OWNED_CODEC } from '../support/owned-codec.js';
import { newRealWorld, type RealWorld } from '../support/real-world.js';

let world: RealWorld;
beforeAll(async () => {
  world = await newRealWorld();
});
afterAll(() => world.end());

const log: LogLine[] = [];

function startEncrypting(): Promise<Child> {
  return startChild({
    program: 'test/worker/encrypting-worker.ts',
    env: {
      TEMPORAL_ADDRESS: world.address,
      WXPAY_MERCHANTS_FILE: world.merchantsFile,
      WXPAY_WORKFLOW_BUNDLE: inject('workflowBundle'),
    },
    readyMessage: 'the worker is ready',
    onLog: (line) => log.push(line),
  });
}

const AMOUNT = { total: 87_654_321, currency: 'HKD' };

/** An order that may be closed at once, started by a client with the codec. */
async function started(outTradeNo: string): Promise<OrderHandle> {
  const client = new Client({ connection: world.client.connection, dataConverter: { payloadCodecs: [OWNED_CODEC] } });
  const { mchid } = world.sandbox;
  const createdAt = Date.now() - 6 * MINUTE;
  await world.sandbox.place({ mchid, outTradeNo, amount: AMOUNT, createdAt });
  const vouched = { createdAt: new Date(createdAt).toISOString(), trustCreatedAt: true };
  const order = { api: 'v3-global', mchid, outTradeNo, amount: AMOUNT, ...vouched, payWithin: '1m' } as const;
  return (await new OrderClient(client).start(order)).handle;
}

it('an order that only the client and the worker can read lives to its end, and its calls can be intercepted', async () => {
  const worker = await startEncrypting();
  onTestFinished(() => worker.stop());
  const handle = await started('ENCODED');
  expect(await handle.outcome()).toMatchObject({ ended: 'closed' });
  expect(await handle.state()).toMatchObject({ outcome: { ended: 'closed' } });
  const intercepted = log.filter(({ msg }) => msg === 'intercepted').map(({ activityType }) => activityType);
  expect(intercepted).toContain('closeOrder');

  const history = await world.client.workflow.getHandle(handle.workflowId).fetchHistory();
  expect(textIn(historyToJSON(history))).not.toContain('87654321');
  // A client without the codec says that it cannot read the outcome.
  await expect(world.orders.order(handle.ref).outcome()).rejects.toMatchObject({ code: 'call-failed' });
});

it('an order that the workers cannot read is not lost, but waits for one that can', async () => {
  // Before the worker: a start that such a worker could not read is refused.
  const handle = await started('WAITS');
  const blind = await world.startWorker();
  const isLogged = () =>
    world.log.some(({ msg, workflowId }) => /task failed/.test(msg) && workflowId === handle.workflowId);
  await expect.poll(isLogged).toBe(true);
  await blind.stop();
  const worker = await startEncrypting();
  onTestFinished(() => worker.stop());
  expect(await handle.outcome()).toMatchObject({ ended: 'closed' });
});

/** What stands in a history, with its payloads decoded from base64. */
function textIn(json: string): string {
  return json.replace(/"data":\s*"([^"]*)"/g, (_, data: string) => Buffer.from(data, 'base64').toString());
}

it.each<[object, string]>([
  [{ dataConverter: { payloadConverterPath: './converter.js' } }, 'dataConverter.payloadConverterPath'],
  [{ interceptors: { workflowModules: ['./workflows.js'] } }, 'interceptors.workflowModules'],
])('a worker does not start with what would have to be in the workflow bundle: %j', async (options, part) => {
  const starting = startWorker({ ...(options as StartOptions), env: {} });
  await expect(starting).rejects.toMatchObject({
    name: 'ConfigurationError',
    message: expect.stringContaining(`${part}: cannot be given: it would have to be in the workflow bundle`),
  });
});
