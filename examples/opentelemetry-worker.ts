/**
 * A worker with OpenTelemetry: each call to WeChat Pay, and each post to a checkout, is a span, with the id of the order's
 * workflow as the attribute `temporalWorkflowId`. Everything else is configured as for the worker's command.
 *
 *     TEMPORAL_ADDRESS=localhost:7233 WXPAY_MERCHANTS_FILE=merchants.yaml npx tsx examples/opentelemetry-worker.ts
 *
 * The interceptors are those of Temporal's SDK: use the version that the worker has of `@temporalio/worker`.
 */
import { fileURLToPath } from 'node:url';
import { BasicTracerProvider, BatchSpanProcessor, ConsoleSpanExporter } from '@opentelemetry/sdk-trace-base';
import {
  OpenTelemetryActivityInboundInterceptor,
  OpenTelemetryWorkflowClientInterceptor,
} from '@temporalio/interceptors-opentelemetry';
// Where the package is installed: import { startWorker } from 'wechatpay-order-lifecycle/worker';
import { startWorker, type StartOptions } from '../worker/index.js';

/** For `startWorker`: a span for each attempt of each activity. One that fails has the error in it. */
export function workerInterceptors(provider: BasicTracerProvider) {
  const tracer = provider.getTracer('wechatpay-orders');
  return {
    activity: [(ctx) => ({ inbound: new OpenTelemetryActivityInboundInterceptor(ctx, { tracer }) })],
  } satisfies StartOptions['interceptors'];
}

/** For the Temporal client of a checkout, `new Client({ connection, interceptors })`: a span for each call to Temporal. */
export function clientInterceptors(provider: BasicTracerProvider) {
  return { workflow: [new OpenTelemetryWorkflowClientInterceptor({ tracer: provider.getTracer('checkout') })] };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // In place of the console: the exporter of your collector, such as @opentelemetry/exporter-trace-otlp-http.
  const spans = new BatchSpanProcessor(new ConsoleSpanExporter());
  const provider = new BasicTracerProvider({ spanProcessors: [spans] });
  // Runs until SIGTERM or SIGINT.
  await startWorker({ interceptors: workerInterceptors(provider) });
  await provider.shutdown();
}
