import { z } from 'zod';
import { DEFAULT_TASK_QUEUE } from '../../workflows/messages/orders.js';
import {
  checkProxy,
  COMMON_SETTINGS,
  commonConfig,
  type CommonConfig,
  DEFAULT_RELOAD_SECONDS,
  listenAddress,
  LOG_LEVELS,
  readProfile,
  readSettings,
  type Settings,
  type TemporalProfile,
} from '../../process/settings.js';
import { collect, ok } from '../../domain/validation.js';
import type { ConfigurationFault, Configured } from '../../wechatpay/merchants/faults.js';
import { type LoadedMerchants, readMerchants } from '../../wechatpay/merchants/file.js';

const DEFAULT_ADDRESS = '127.0.0.1:8090';
const DEFAULT_PATH = '/wechatpay/notifications';

const schema = z
  .object({
    ...COMMON_SETTINGS,
    WXPAY_RECEIVER_ADDRESS: listenAddress(DEFAULT_ADDRESS).default(DEFAULT_ADDRESS),
    WXPAY_RECEIVER_PATH: z
      .string()
      .regex(/^(?:\/[\w.~-]+)+$/, `must be a path such as ${DEFAULT_PATH}, without a / at its end`)
      .default(DEFAULT_PATH),
    WXPAY_HEALTH_ADDRESS: listenAddress('127.0.0.1:8080').optional(),
    WXPAY_METRICS_ADDRESS: listenAddress('127.0.0.1:9464').optional(),
  } satisfies Settings)
  .superRefine(checkProxy);

/** The settings of a receiver, from its environment. */
export interface ReceiverConfig extends CommonConfig {
  /** Where it listens for notifications, such as `127.0.0.1:8090`. */
  readonly address: string;
  /** The path of the `notify_url`; `/` and the merchant number may follow. */
  readonly path: string;
  readonly healthAddress: string | undefined;
  readonly metricsAddress: string | undefined;
}

function readReceiverConfig(env: NodeJS.ProcessEnv): Configured<ReceiverConfig> {
  const settings = readSettings(schema, env);
  if (!settings.ok) return settings;
  const { value: values } = settings;
  return ok({
    ...commonConfig(values),
    address: values.WXPAY_RECEIVER_ADDRESS,
    path: values.WXPAY_RECEIVER_PATH,
    healthAddress: values.WXPAY_HEALTH_ADDRESS,
    metricsAddress: values.WXPAY_METRICS_ADDRESS,
  });
}

export const RECEIVER_HELP = `
Environment:
  WXPAY_MERCHANTS_FILE            the merchants file (YAML); needed
  WXPAY_MERCHANTS_RELOAD_SECONDS  how often it and its keys are checked for changes; 0: never; default ${DEFAULT_RELOAD_SECONDS}
  WXPAY_TASK_QUEUE                where the workers listen; default ${DEFAULT_TASK_QUEUE}
  WXPAY_LOG_LEVEL                 ${LOG_LEVELS.join(', ')}; default info
  WXPAY_RECEIVER_ADDRESS          IP address and port of the notifications; default ${DEFAULT_ADDRESS}
  WXPAY_RECEIVER_PATH             path of the notifications, with or without a / at its end; default
                                  ${DEFAULT_PATH}. With /{mchid} at its end, only that merchant's are accepted
  WXPAY_HEALTH_ADDRESS            IP address and port of /livez and /readyz; default: off
  WXPAY_METRICS_ADDRESS           IP address and port of /metrics (Prometheus); default: off
  WXPAY_CA_FILE                   further certificate authorities (PEM) to trust, such as a proxy's
  HTTPS_PROXY, NO_PROXY           the proxy to WeChat Pay (for downloads of certificates), and the hosts that are
                                  reached without it
  TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_…, TEMPORAL_PROFILE
                                  the connection, as Temporal's own tools read it

A Temporal server that is away ends nothing: WeChat Pay is told to send the notification again.
`;

/** A receiver signs nothing, so it needs no private key. */
export const VERIFIES_ONLY = { verifiesOnly: true } as const;

export interface ReceiverConfiguration {
  readonly config: ReceiverConfig;
  /** The content of the merchants file at the start. */
  readonly merchants: LoadedMerchants;
  readonly profile: TemporalProfile;
}

/** Reads the environment, the merchants file with its keys, and Temporal's own profile. Connects to nothing. */
export function readReceiverConfiguration(env: NodeJS.ProcessEnv): Configured<ReceiverConfiguration> {
  const { WXPAY_MERCHANTS_FILE: file } = env;
  const faults: ConfigurationFault[] = [];
  const config = collect(faults, readReceiverConfig(env));
  const merchants = file ? collect(faults, readMerchants(file, VERIFIES_ONLY)) : undefined;
  const profile = collect(faults, readProfile(env));
  const isWhole = config && merchants && profile && faults.length === 0;
  return isWhole ? ok({ config, merchants, profile }) : { ok: false, faults };
}
