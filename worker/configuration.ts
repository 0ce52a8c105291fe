import type { MerchantDirectory } from '../wechatpay/merchant.js';
import { readConfig, type WorkerConfig } from './config.js';
import { readProfile, type TemporalProfile } from './profile.js';
import { ConfigurationError } from '../merchants/configuration-error.js';
import { loadMerchants } from '../merchants/file.js';
import { checkWorkflowBundle } from './workflow-bundle.js';

/** Everything that a worker is configured with, from all the places where that is written. */
export interface Configuration {
  readonly config: WorkerConfig;
  readonly merchants: MerchantDirectory;
  readonly profile: TemporalProfile;
}

/**
 * Reads the environment, the merchants file with its keys, and Temporal's own profile; nothing is connected to.
 *
 * @throws ConfigurationError that lists every fault of all of them
 */
export function readConfiguration(env: NodeJS.ProcessEnv): Configuration {
  const errors: ConfigurationError[] = [];
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      errors.push(error);
      return undefined;
    }
  };
  const config = attempt(() => readConfig(env));
  // Also where something else of the environment is at fault.
  const { WXPAY_MERCHANTS_FILE: file, WXPAY_WORKFLOW_BUNDLE: bundle } = env;
  const merchants = file ? attempt(() => loadMerchants(file)) : undefined;
  if (bundle) attempt(() => checkWorkflowBundle(bundle));
  const profile = attempt(() => readProfile());
  if (config !== undefined && merchants !== undefined && profile !== undefined && errors.length === 0) {
    return { config, merchants, profile };
  }
  throw together(errors);
}

function together(errors: readonly ConfigurationError[]): ConfigurationError {
  const [first] = errors;
  if (errors.length === 1 && first !== undefined) return first;
  const faults = errors.flatMap(({ what, faults }) => faults.map((fault) => `${what} ${fault}`));
  return new ConfigurationError('The worker cannot run as it is configured:', faults);
}
