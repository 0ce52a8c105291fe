import { Runtime, Worker } from '@temporalio/worker';
import { createOrderActivities } from '../activities/order-activities.js';
import type { MerchantDirectory } from '../wechatpay/merchant.js';
import type { WorkerConfig } from './config.js';
import type { TemporalConnection } from './connect.js';
import { missingSearchAttributes } from './search-attributes.js';
import { workflowBundle } from './workflow-bundle.js';

/** The namespace lacks what the worker writes. */
export class SetupMissingError extends Error {
  override readonly name = 'SetupMissingError';

  constructor(namespace: string, missing: readonly string[]) {
    super(
      `The namespace ${namespace} lacks the search attributes ${missing.join(', ')}, or has them with another type.\n` +
        'Run the setup command once (npm run setup). If a type is wrong, remove that attribute first.',
    );
  }
}

/**
 * Runs a worker until the process is asked to stop (SIGTERM, SIGINT); calls in flight are then heard out.
 *
 * @throws SetupMissingError, ConfigurationError before anything runs
 */
export async function runWorker(
  config: WorkerConfig,
  merchants: MerchantDirectory,
  { connection, namespace }: TemporalConnection,
): Promise<void> {
  const missing = await missingSearchAttributes(connection, namespace);
  if (missing.length > 0) throw new SetupMissingError(namespace, missing);
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue: config.taskQueue,
    workflowBundle: await workflowBundle(config.workflowBundle),
    activities: createOrderActivities(merchants),
    shutdownGraceTime: config.shutdownGraceMs,
    stickyQueueScheduleToStartTimeout: config.stickyTimeoutMs,
  });
  Runtime.instance().logger.info('the worker is ready', { taskQueue: config.taskQueue, namespace });
  await worker.run();
}
