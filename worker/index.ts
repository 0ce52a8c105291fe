import { readConfiguration, type Signers } from './config.js';
import { jsonLogger } from '../process/logging.js';
import { type ConfigurationFault, type Configured, orThrow } from '../wechatpay/merchants/faults.js';
import { FailedTasks } from './failed-tasks.js';
import { installRuntime } from './metrics.js';
import { runWorker, type WorkerExtensions } from './run.js';

export { ConfigurationError, type ConfigurationFault } from '../wechatpay/merchants/faults.js';
export type { Sign } from '../wechatpay/remote-signer.js';
export type { Signers } from './config.js';
export { ConnectionError } from './connect.js';
export { SetupMissingError } from './setup.js';

export interface StartOptions extends WorkerExtensions {
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
export async function startWorker(options: StartOptions = {}): Promise<void> {
  const { env = process.env, signers = {}, signal, ...extensions } = options;
  const configuration = orThrow(withExtensions(readConfiguration(env, signers), extensions));
  const { logLevel, metricsAddress } = configuration.config;
  const failedTasks = new FailedTasks(jsonLogger(logLevel));
  await runWorker(configuration, installRuntime(failedTasks.logger, metricsAddress), failedTasks, extensions, signal);
}

/** A configuration, with the faults of what is added to the worker: TypeScript refuses them, but not every caller has it. */
function withExtensions<T>(
  configured: Configured<T>,
  { dataConverter, interceptors }: WorkerExtensions,
): Configured<T> {
  const faults = [
    ...partsBesides('payloadCodecs', 'dataConverter', dataConverter),
    ...partsBesides('activity', 'interceptors', interceptors),
  ];
  if (faults.length === 0) return configured;
  return { ok: false, faults: [...(configured.ok ? [] : configured.faults), ...faults] };
}

function partsBesides(taken: string, option: string, parts: object = {}): ConfigurationFault[] {
  const others = Object.entries(parts).filter(([name, part]) => name !== taken && part !== undefined);
  return others.map(([name]) => ({
    what: 'The options of startWorker cannot be used',
    where: `${option}.${name}`,
    rule: `cannot be given: it would have to be in the workflow bundle, which is made before. ${taken} can`,
  }));
}
