import '../process/musl.js';
import { hostname } from 'node:os';
import { trustAuthorities } from '../wechatpay/connection.js';
import { type Runtime, Worker, type WorkerInterceptors, type WorkerOptions } from '@temporalio/worker';
import { Client } from '@temporalio/client';
import { type DataConverter, defaultPayloadConverter } from '@temporalio/common';
import type { Configuration, WorkerConfig } from './config.js';
import { createActivities } from '../activities/index.js';
import { createOutcomeActivities } from '../activities/outcomes.js';
import { encodingOf, markedIdentity } from '../workflows/messages/encoding.js';
import { outcomesTaskQueue } from '../workflows/messages/outcome.js';
import { watchMerchants } from '../wechatpay/merchants/watch.js';
import type { MerchantDirectory } from '../wechatpay/merchant.js';
import { observingAnswers, observingClock, orderMetrics, type OrderMetrics } from './metrics.js';
import { readBacklog, watchBacklog } from './backlog.js';
import { connect, type TemporalConnection } from './connect.js';
import { endingAll, type Ends } from '../process/exit.js';
import { frontendCheck, type Health, liveness, readiness, serveHealth, type WorkerState } from '../process/health.js';
import type { FailedTasks } from './failed-tasks.js';
import { parseAddress } from '../process/settings.js';
import { checkSetup } from './setup.js';
import { withTimeout } from '../wechatpay/timeout.js';
import { workflowBundle } from './workflow-bundle.js';

/** The number of pollers follows the load. Two are enough without a flash sale. */
const POLLERS = { type: 'autoscaling', minimum: 2, initial: 5, maximum: 50 } as const;

/** A workflow task takes a few milliseconds of one thread. More at a time only hide the server's latency. */
const MAX_WORKFLOW_TASKS = 40;

/** A guarded write makes three calls to WeChat Pay, and the limit of a task queue counts tasks. */
export const CALLS_PER_TASK = 3;

/** How a worker is tuned: for many orders that mostly wait, and for calls that mostly wait for an answer. */
export function tuning(config: WorkerConfig) {
  const { callsPerSecond, maxCachedWorkflows } = config;
  return {
    shutdownGraceTime: config.shutdownGraceMs,
    stickyQueueScheduleToStartTimeout: config.stickyTimeoutMs,
    maxConcurrentActivityTaskExecutions: config.maxConcurrentCalls,
    maxConcurrentWorkflowTaskExecutions: MAX_WORKFLOW_TASKS,
    activityTaskPollerBehavior: POLLERS,
    workflowTaskPollerBehavior: POLLERS,
    ...(callsPerSecond !== undefined && { maxTaskQueueActivitiesPerSecond: callsPerSecond / CALLS_PER_TASK }),
    ...(maxCachedWorkflows !== undefined && { maxCachedWorkflows }),
  } satisfies Partial<WorkerOptions>;
}

/** Posts to checkouts that one worker makes at a time. They mostly wait for an answer. */
const MAX_POSTS = 100;

/** What is posted to checkouts takes no slot from the orders. Most orders have one event, so few pollers are enough. */
function postTuning(config: WorkerConfig) {
  return {
    shutdownGraceTime: config.shutdownGraceMs,
    maxConcurrentActivityTaskExecutions: MAX_POSTS,
    activityTaskPollerBehavior: { type: 'autoscaling', minimum: 1, initial: 1, maximum: 20 },
  } as const satisfies Partial<WorkerOptions>;
}

/** How long a visibility query may take, in milliseconds. After that, the next reading tries again. */
const COUNT_DEADLINE = 5000;

/** How long a codec may take to show how it encodes, in milliseconds. After that, the worker starts without saying it. */
const ENCODED_WITHIN = 5000;

/** What a program of one's own adds to a worker. Only what runs outside of the workflows: they come in a bundle that is made before. */
export interface WorkerExtensions {
  /**
   * Codecs that encode whatever Temporal stores of an order, as to encrypt it. Each Temporal client that is handed to this
   * package needs the same: one that encodes otherwise than the workers is refused at the start of an order. Default: none.
   */
  readonly dataConverter?: Pick<DataConverter, 'payloadCodecs'>;
  /** Interceptors of the calls to WeChat Pay and to checkouts, such as for traces. Default: none. */
  readonly interceptors?: Pick<WorkerInterceptors, 'activity'>;
}

/**
 * Runs a worker until the process is asked to stop (SIGTERM, SIGINT). Calls in flight are then awaited.
 *
 * @param failedTasks gets what the runtime logs
 * @param signal also stops it
 * @throws SetupMissingError, ConfigurationError, ConnectionError before anything runs
 */
export async function runWorker(
  configuration: Configuration,
  runtime: Runtime,
  failedTasks: FailedTasks,
  extensions: WorkerExtensions = {},
  signal?: AbortSignal,
): Promise<void> {
  return endingAll((ends) => run(configuration, runtime, failedTasks, extensions, ends, signal));
}

async function run(
  configuration: Configuration,
  runtime: Runtime,
  failedTasks: FailedTasks,
  { dataConverter, interceptors }: WorkerExtensions,
  ends: Ends,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { config, profile } = configuration;
  const codecs = dataConverter && { dataConverter };
  const intercepting = interceptors?.activity ?? [];
  trustAuthorities(config.authorities);
  const seen: { workers: readonly Worker[]; frontend?: () => Promise<Health> } = { workers: [] };
  const state = (): WorkerState => stateOf(seen.workers);
  const ready = (): Promise<Health> => readiness(state(), seen.frontend);
  const healthAddress = parseAddress(config.healthAddress ?? '');
  if (healthAddress !== undefined) {
    const health = await serveHealth(healthAddress, { '/livez': () => liveness(state()), '/readyz': ready });
    ends.push(() => health.close());
  }
  const temporal = await connect(profile);
  ends.push(() => temporal.connection.close());
  seen.frontend = frontendCheck(temporal);
  await checkSetup(temporal);
  ends.push(failedTasks.lookUpAt(temporal));

  const { connection, namespace } = temporal;
  const { taskQueue } = config;
  const metrics = config.metricsAddress === undefined ? undefined : orderMetrics(runtime.metricMeter);
  const merchants = watchedMerchants(configuration, metrics, runtime, ends);
  const identity = await identityOf(dataConverter, namespace);
  const worker = await Worker.create({
    connection,
    namespace,
    identity,
    taskQueue,
    workflowBundle: await workflowBundle(config.workflowBundle),
    activities: createActivities(merchants),
    // Ours is the innermost: it times the call alone.
    interceptors: { activity: [...intercepting, ...(metrics ? [observingAnswers(metrics.answered)] : [])] },
    ...codecs,
    ...tuning(config),
  });
  const posting = await Worker.create({
    connection,
    namespace,
    identity,
    taskQueue: outcomesTaskQueue(taskQueue),
    activities: createOutcomeActivities(merchants),
    interceptors: { activity: intercepting },
    ...codecs,
    ...postTuning(config),
  });
  seen.workers = [worker, posting];
  if (metrics !== undefined) ends.push(countingBacklog(temporal, taskQueue, metrics, runtime));
  runtime.logger.info('the worker is ready', { taskQueue, namespace });
  await runUntilStopped(seen.workers, signal);
}

/** The SDK's own identity, `pid@host`, and how this worker encodes: a client compares that before it starts an order. */
async function identityOf(dataConverter: WorkerExtensions['dataConverter'], namespace: string): Promise<string> {
  const { payloadCodecs = [] } = dataConverter ?? {};
  const converter = { payloadConverter: defaultPayloadConverter, payloadCodecs };
  const encoding = await withTimeout(ENCODED_WITHIN, encodingOf(converter, namespace));
  return markedIdentity(`${process.pid}@${hostname()}`, encoding === 'timeout' ? undefined : encoding);
}

/** All run, or the process has the state of the one that does not. */
function stateOf(workers: readonly Worker[]): WorkerState {
  const states = workers.map((each) => each.getState());
  const worst = states.find((each) => each === 'FAILED') ?? states.find((each) => each !== 'RUNNING');
  return worst ?? states[0] ?? 'STARTING';
}

/** Runs the workers. If one fails, the others stop, too. */
async function runUntilStopped(workers: readonly Worker[], signal: AbortSignal | undefined): Promise<void> {
  const stop = (): void => {
    // They may be stopping already.
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  const running = workers.map((each) => each.run().finally(stop));
  signal?.addEventListener('abort', stop);
  if (signal?.aborted === true) stop();
  // Calls in flight are awaited also if one of the workers has failed.
  const ended = await Promise.allSettled(running);
  signal?.removeEventListener('abort', stop);
  for (const each of ended) if (each.status === 'rejected') throw each.reason;
}

/** The merchants, kept up to date with their file. With metrics, each verified answer measures the clock skew. */
function watchedMerchants(
  { config, merchants: first, signers }: Configuration,
  metrics: OrderMetrics | undefined,
  { logger }: Runtime,
  ends: Ends,
): MerchantDirectory {
  const { merchantsFile, reloadEveryMs: everyMs } = config;
  const options = { everyMs, logger, signers, ...(metrics && { onReload: metrics.reloaded }) };
  const watch = watchMerchants(merchantsFile, options, first);
  ends.push(() => watch.stop());
  return metrics ? observingClock(watch.merchants, metrics.clockSkew) : watch.merchants;
}

/** Counts overdue orders from now on. @returns a function that stops it */
function countingBacklog(
  { connection, namespace }: TemporalConnection,
  taskQueue: string,
  metrics: OrderMetrics,
  { logger }: Runtime,
): () => Promise<void> {
  const { workflow } = new Client({ connection, namespace });
  const watch = watchBacklog(async (signal) => {
    const count = async (query: string): Promise<number> => {
      const counted = await withTimeout(COUNT_DEADLINE, workflow.count(query), signal);
      if (counted === 'timeout') throw new Error('the orders were not counted in time');
      return counted.count;
    };
    const now = Date.now();
    metrics.backlog(await readBacklog(count, taskQueue, now), now);
  }, logger);
  return () => watch.stop();
}
