import { readConfiguration, type Signers } from './config.js';
import { jsonLogger } from '../process/logging.js';
import { orThrow } from '../wechatpay/merchants/faults.js';
import { FailedTasks } from './failed-tasks.js';
import { installRuntime } from './metrics.js';
import { runWorker } from './run.js';

export { ConfigurationError, type ConfigurationFault } from '../wechatpay/merchants/faults.js';
export type { Sign } from '../wechatpay/remote-signer.js';
export type { Signers } from './config.js';
export { ConnectionError } from './connect.js';
export { SetupMissingError } from './setup.js';

export interface StartOptions {
  /** As the worker's command reads them (`--help`). Default: those of the process. */
  readonly env?: NodeJS.ProcessEnv;
  /**
   * Signs for merchants whose key is not in a file (a KMS, an HSM), by merchant number: the text in UTF-8, with
   * RSASSA-PKCS1-v1_5 and SHA-256, in base64, within 5 s. Their entry in the merchants file needs no `privateKeyFile`.
   * Default: none.
   */
  readonly signers?: Signers;
  /** Asks the worker to stop, as SIGTERM and SIGINT do. */
  readonly signal?: AbortSignal;
}

/**
 * Runs a worker in this process, as its command does, until it is asked to stop; calls in flight are then awaited.
 * Only one per process: it installs the log and the metrics, of which Temporal's SDK has one.
 *
 * @throws ConfigurationError, ConnectionError, SetupMissingError before anything runs
 */
export async function startWorker({ env = process.env, signers = {}, signal }: StartOptions = {}): Promise<void> {
  const configuration = orThrow(readConfiguration(env, signers));
  const { logLevel, metricsAddress } = configuration.config;
  const failedTasks = new FailedTasks(jsonLogger(logLevel));
  await runWorker(configuration, installRuntime(failedTasks.logger, metricsAddress), failedTasks, signal);
}
