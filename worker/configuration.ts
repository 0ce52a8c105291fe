import type { Sign } from '../wechatpay/remote-signer.js';
import { readConfig, type WorkerConfig } from './config.js';
import { readProfile, type TemporalProfile } from '../process/profile.js';
import { readMerchants, type LoadedMerchants } from '../wechatpay/merchants/file.js';
import { gathered } from '../process/gathered.js';
import { checkWorkflowBundle } from './workflow-bundle.js';

/** What signs for merchants whose key is not in a file, by merchant number. */
export type Signers = Readonly<Record<string, Sign>>;

/** Everything that a worker is configured with, from all the places where that is written. */
export interface Configuration {
  readonly config: WorkerConfig;
  /** The merchants file as it was at the start. */
  readonly merchants: LoadedMerchants;
  readonly signers: Signers;
  readonly profile: TemporalProfile;
}

/**
 * Reads the environment, the merchants file with its keys, and Temporal's own profile; nothing is connected to.
 *
 * @throws ConfigurationError that lists every fault of all of them
 */
export function readConfiguration(env: NodeJS.ProcessEnv, signers: Signers = {}): Configuration {
  // Also where something else of the environment is at fault.
  const { WXPAY_MERCHANTS_FILE: file, WXPAY_WORKFLOW_BUNDLE: bundle } = env;
  return gathered('The worker cannot run as it is configured:', (attempt) => {
    const config = attempt(() => readConfig(env));
    const merchants = file ? attempt(() => readMerchants(file, { signers })) : undefined;
    if (bundle) attempt(() => checkWorkflowBundle(bundle));
    const profile = attempt(() => readProfile(env));
    return config && merchants && profile && { config, merchants, signers, profile };
  });
}
