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
  /** The environment variables of the worker's command (see its `--help`). Default: those of the process. */
  readonly env?: NodeJS.ProcessEnv;
  /**
   * Signs for merchants whose key is not in a file (a KMS, an HSM), by merchant number: the text in UTF-8, with
   * RSASSA-PKCS1-v1_5 and SHA-256, in base64, within 5 s. Their entry in the merchants file needs no `privateKeyFile`.
   * Default: none.
   */
  readonly signers?: Signers;
  /** Stops the worker, as SIGTERM and SIGINT do. */
  readonly signal?: AbortSignal;
}

/**
 * Runs a worker in this process, as its command does, until it is asked to stop. Calls in flight are then awaited.
 * Only one per process: it installs the log and the metrics, which Temporal's SDK has only once.
 *
 * @throws ConfigurationError, ConnectionError, SetupMissingError before anything runs
 */
export async function startWorker({ env = process.env, signers = {}, signal }: StartOptions = {}): Promise<void> {
  const configuration = orThrow(readConfiguration(env, signers));
  const { logLevel, metricsAddress } = configuration.config;
  const failedTasks = new FailedTasks(jsonLogger(logLevel));
  await runWorker(configuration, installRuntime(failedTasks.logger, metricsAddress), failedTasks, signal);
}
