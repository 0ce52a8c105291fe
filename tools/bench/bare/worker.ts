import { NativeConnection, Worker } from '@temporalio/worker';
import { loadMerchants } from '../../../wechatpay/merchants/file.js';
import { orThrow } from '../../../wechatpay/merchants/faults.js';
import { readConfig } from '../../../worker/config.js';
import { jsonLogger } from '../../../process/logging.js';
import { installRuntime } from '../../../worker/metrics.js';
import { tuning } from '../../../worker/run.js';
import { readProfile } from '../../../process/settings.js';
import { workflowBundle } from '../../../worker/workflow-bundle.js';
import { bareActivities } from './activities.js';

/** A worker of the bare workflows: the same environment, logger and tuning as the product's own. */
const config = orThrow(readConfig(process.env));
const { address, namespace, options } = orThrow(readProfile(process.env));
const runtime = installRuntime(jsonLogger(config.logLevel), config.metricsAddress);
const connection = await NativeConnection.connect({ ...options, address });
const worker = await Worker.create({
  connection,
  namespace,
  taskQueue: config.taskQueue,
  workflowBundle: await workflowBundle(config.workflowBundle),
  activities: bareActivities(loadMerchants(config.merchantsFile)),
  ...tuning(config),
});
runtime.logger.info('the worker is ready', { taskQueue: config.taskQueue, namespace });
await worker.run();
await connection.close();
