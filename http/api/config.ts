import { z } from 'zod';
import { collect, ok } from '../../domain/validation.js';
import { DEFAULT_TASK_QUEUE } from '../../workflows/messages/orders.js';
import {
  listenAddress,
  LOG_LEVELS,
  parseAddress,
  PROCESS_SETTINGS,
  type ProcessConfig,
  processConfig,
  readProfile,
  readSettings,
  type Settings,
  type TemporalProfile,
} from '../../process/settings.js';
import { type ConfigurationFault, type Configured, ENVIRONMENT } from '../../wechatpay/merchants/faults.js';
import { type LoadedTokens, readTokens } from './tokens.js';

const DEFAULT_ADDRESS = '127.0.0.1:8070';

const schema = z.object({
  ...PROCESS_SETTINGS,
  WXPAY_API_ADDRESS: listenAddress(DEFAULT_ADDRESS).default(DEFAULT_ADDRESS),
  WXPAY_API_TOKENS_FILE: z.string().min(1, 'must be the path of the tokens file (YAML)').optional(),
  WXPAY_HEALTH_ADDRESS: listenAddress('127.0.0.1:8080').optional(),
  WXPAY_METRICS_ADDRESS: listenAddress('127.0.0.1:9464').optional(),
} satisfies Settings);

/** The settings of the API, from its environment. */
export interface ApiConfig extends ProcessConfig {
  /** Where it listens, such as `127.0.0.1:8070`. */
  readonly address: string;
  readonly tokensFile: string | undefined;
  readonly healthAddress: string | undefined;
  readonly metricsAddress: string | undefined;
}

export const API_HELP = `
Environment:
  WXPAY_API_ADDRESS       IP address and port; default ${DEFAULT_ADDRESS}. Another than loopback needs a tokens file
  WXPAY_API_TOKENS_FILE   the tokens file (YAML): who may use the API, for which merchants; changed without a restart.
                          Without it, everybody on this machine may, for all merchants
  WXPAY_TASK_QUEUE        where the workers listen; default ${DEFAULT_TASK_QUEUE}
  WXPAY_LOG_LEVEL         ${LOG_LEVELS.join(', ')}; default info
  WXPAY_HEALTH_ADDRESS    IP address and port of /livez and /readyz; default: off
  WXPAY_METRICS_ADDRESS   IP address and port of /metrics (Prometheus); default: off
  TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_…, TEMPORAL_PROFILE
                          the connection, as Temporal's own tools read it

The operations are described at /openapi.json. A Temporal server that is away ends nothing: requests are answered 503.
`;

export interface ApiConfiguration {
  readonly config: ApiConfig;
  /** The content of the tokens file at the start. `undefined`: there is none. */
  readonly tokens: LoadedTokens | undefined;
  readonly profile: TemporalProfile;
}

/** Reads the environment, the tokens file, and Temporal's own profile. Connects to nothing. */
export function readApiConfiguration(env: NodeJS.ProcessEnv): Configured<ApiConfiguration> {
  const faults: ConfigurationFault[] = [];
  const config = collect(faults, readApiConfig(env));
  const { WXPAY_API_TOKENS_FILE: file } = env;
  const tokens = file ? collect(faults, readTokens(file)) : undefined;
  const profile = collect(faults, readProfile(env));
  return config && profile && faults.length === 0 ? ok({ config, tokens, profile }) : { ok: false, faults };
}

function readApiConfig(env: NodeJS.ProcessEnv): Configured<ApiConfig> {
  const settings = readSettings(schema, env);
  if (!settings.ok) return settings;
  const { value: values } = settings;
  const { WXPAY_API_ADDRESS: address, WXPAY_API_TOKENS_FILE: tokensFile } = values;
  if (tokensFile === undefined && !isLoopback(address)) return { ok: false, faults: [OPEN_TO_ALL] };
  return ok({
    ...processConfig(values),
    address,
    tokensFile,
    healthAddress: values.WXPAY_HEALTH_ADDRESS,
    metricsAddress: values.WXPAY_METRICS_ADDRESS,
  });
}

const OPEN_TO_ALL: ConfigurationFault = {
  what: ENVIRONMENT,
  where: 'WXPAY_API_ADDRESS',
  rule: `must be of this machine only, such as ${DEFAULT_ADDRESS}, unless WXPAY_API_TOKENS_FILE names a tokens file: whoever reached it could close orders`,
};

function isLoopback(address: string): boolean {
  const { host = '' } = parseAddress(address) ?? {};
  return host.startsWith('127.') || host === '::1';
}
