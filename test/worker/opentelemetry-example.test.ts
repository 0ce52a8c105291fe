import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { Client } from '@temporalio/client';
import { expect, inject, it, onTestFinished } from 'vitest';
import { OrderClient } from '../../client/index.js';
import { MINUTE, SECOND } from '../../domain/time.js';
import { clientInterceptors, workerInterceptors } from '../../examples/opentelemetry-worker.js';
import { startChild } from '../../testing/demo/processes.js';
import { startCheckout } from '../support/checkout.js';
import { newRealWorld } from '../support/real-world.js';
import { AMOUNT, newWorld } from '../support/world.js';

/** OpenTelemetry's numbers of a status. */
const UNSET = 0;
const OK = 1;

/** Spans as the example makes them, kept in memory. */
function newTracing() {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  onTestFinished(() => provider.shutdown());
  const named = (name: string) => exporter.getFinishedSpans().filter((span) => span.name === name);
  return { provider, named };
}

it('each call to WeChat Pay and each post to a checkout is a span that names the workflow', async () => {
  const { provider, named } = newTracing();
  const checkout = await startCheckout();
  const world = await newWorld({ outcomes: [checkout.endpoint()], interceptors: workerInterceptors(provider) });
  const traced = new Client({ connection: world.client.connection, interceptors: clientInterceptors(provider) });
  const { mchid } = world.sandbox;
  await world.sandbox.place({ mchid, outTradeNo: 'TRACED', amount: AMOUNT });
  const order = { api: 'v3-global', mchid, outTradeNo: 'TRACED', amount: AMOUNT, payWithin: '15m' } as const;
  const { handle } = await new OrderClient(traced).start(order);
  // That attempt fails, and the next one is a span of its own.
  world.sandbox.misbehave('TRACED', { what: 'systemError', on: 'query' });
  await world.pass(20 * MINUTE);
  expect(await handle.outcome()).toMatchObject({ ended: 'closed' });
  await expect.poll(() => checkout.taken.length).toBe(1);

  const ids = { temporalWorkflowId: handle.workflowId };
  const [started] = named('StartWorkflow:timeoutThenClose');
  expect(started?.attributes).toMatchObject(ids);
  const closes = named('RunActivity:closeOrder');
  // An answer as WeChat Pay's documents have it is no error of ours, though it is in the span.
  expect(closes).toMatchObject([
    { attributes: ids, status: { code: UNSET }, events: [{ name: 'exception' }] },
    { attributes: ids, status: { code: OK }, events: [] },
  ]);
  await expect.poll(() => named('RunActivity:tellOutcome')[0]?.attributes).toMatchObject(ids);
  // The client's context is in the header of the workflow, which hands it on to no activity: each begins a trace of its own.
  const { events } = await world.client.workflow.getHandle(handle.workflowId).fetchHistory();
  const headersOf = (kind: 'workflowExecutionStarted' | 'activityTaskScheduled') =>
    (events ?? []).flatMap((event) => event[`${kind}EventAttributes`]?.header?.fields ?? []).map(Object.keys);
  expect(headersOf('workflowExecutionStarted')).toEqual([['_tracer-data']]);
  expect(headersOf('activityTaskScheduled').flat()).toEqual([]);
  expect(closes.map(({ parentSpanId }) => parentSpanId)).toEqual([undefined, undefined]);
});

it('the example runs as a program', async () => {
  const world = await newRealWorld();
  onTestFinished(() => world.end());
  const worker = await startChild({
    program: 'examples/opentelemetry-worker.ts',
    env: {
      TEMPORAL_ADDRESS: world.address,
      WXPAY_MERCHANTS_FILE: world.merchantsFile,
      WXPAY_WORKFLOW_BUNDLE: inject('workflowBundle'),
    },
    readyMessage: 'the worker is ready',
  });
  const { handle } = await world.checkout(SECOND);
  expect(await handle.outcome()).toMatchObject({ ended: 'closed' });
  await worker.stop();
});
