import { loadClientConnectConfig } from '@temporalio/envconfig';
import { ConfigurationError } from '../wechatpay/merchants/configuration-error.js';

const DEFAULT_ADDRESS = 'localhost:7233';
const DEFAULT_NAMESPACE = 'default';

/** How to reach Temporal: `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, … and Temporal's TOML profile. */
export interface TemporalProfile {
  readonly address: string;
  readonly namespace: string;
  /** TLS, the API key and what else a connection takes. Secret. */
  readonly options: ReturnType<typeof loadClientConnectConfig>['connectionOptions'];
}

/**
 * Reads the connection by Temporal's own rules.
 *
 * @param env where the variables are; default: those of the process
 * @throws ConfigurationError without any line of the profile: the parser's own message quotes those around a fault, and
 * one of them may be the API key
 */
export function readProfile(env: NodeJS.ProcessEnv = process.env): TemporalProfile {
  const { connectionOptions, namespace = DEFAULT_NAMESPACE } = load(env);
  return { address: connectionOptions.address ?? DEFAULT_ADDRESS, namespace, options: connectionOptions };
}

function load(env: NodeJS.ProcessEnv): ReturnType<typeof loadClientConnectConfig> {
  try {
    return loadClientConnectConfig({ overrideEnvVars: withoutUndefined(env) });
  } catch {
    throw new ConfigurationError("Temporal's own configuration cannot be read:", [
      'the TOML profile (TEMPORAL_CONFIG_FILE, TEMPORAL_PROFILE) or a TEMPORAL_… variable is malformed; `temporal config list` shows what is read',
    ]);
  }
}

function withoutUndefined(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
