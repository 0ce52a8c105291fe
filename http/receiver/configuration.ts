import { readMerchants, type LoadedMerchants } from '../../wechatpay/merchants/file.js';
import { gathered } from '../../process/gathered.js';
import { readProfile, type TemporalProfile } from '../../process/profile.js';
import { readReceiverConfig, type ReceiverConfig } from './config.js';

/** A receiver signs nothing, so it needs no private key. */
export const VERIFIES_ONLY = { verifiesOnly: true } as const;

/** Everything that a receiver is configured with, from all the places where that is written. */
export interface ReceiverConfiguration {
  readonly config: ReceiverConfig;
  /** The merchants file as it was at the start. */
  readonly merchants: LoadedMerchants;
  readonly profile: TemporalProfile;
}

/**
 * Reads the environment, the merchants file with its keys, and Temporal's own profile; nothing is connected to.
 *
 * @throws ConfigurationError that lists every fault of all of them
 */
export function readReceiverConfiguration(env: NodeJS.ProcessEnv): ReceiverConfiguration {
  const { WXPAY_MERCHANTS_FILE: file } = env;
  return gathered('The receiver cannot run as it is configured:', (attempt) => {
    const config = attempt(() => readReceiverConfig(env));
    const merchants = file ? attempt(() => readMerchants(file, VERIFIES_ONLY)) : undefined;
    const profile = attempt(() => readProfile(env));
    return config && merchants && profile && { config, merchants, profile };
  });
}
