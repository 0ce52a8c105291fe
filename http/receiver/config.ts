import { z } from 'zod';
import { DEFAULT_TASK_QUEUE } from '../../workflows/messages/orders.js';
import { COMMON_SETTINGS, commonConfig, type CommonConfig, DEFAULT_RELOAD_SECONDS, gathered, listenAddress, LOG_LEVELS, readProfile, readSettings, type TemporalProfile } from '../../process/settings.js';
import { type LoadedMerchants, readMerchants } from '../../wechatpay/merchants/file.js';

const DEFAULT_ADDRESS = '127.0.0.1:8090';
const DEFAULT_PATH = '/wechatpay/notifications';

const schema = z.object({
  ...COMMON_SETTINGS,
  WXPAY_RECEIVER_ADDRESS: listenAddress(DEFAULT_ADDRESS).default(DEFAULT_ADDRESS),
  WXPAY_RECEIVER_PATH: z
    .string()
    .regex(/^(?:\/[\w.~-]+)+$/, `must be a path such as ${DEFAULT_PATH}, without a / at its end`)
    .default(DEFAULT_PATH),
  WXPAY_HEALTH_ADDRESS: listenAddress('127.0.0.1:8080').optional(),
  WXPAY_METRICS_ADDRESS: listenAddress('127.0.0.1:9464').optional(),
});

/** How a receiver runs, as its environment says. */
export interface ReceiverConfig extends CommonConfig {
  /** Where notifications are taken, as `127.0.0.1:8090`. */
  readonly address: string;
  /** The path of the `notify_url`; behind it may come `/` and the merchant number. */
  readonly path: string;
  readonly healthAddress: string | undefined;
  readonly metricsAddress: string | undefined;
}

/** @throws ConfigurationError that lists every fault */
export function readReceiverConfig(env: NodeJS.ProcessEnv): ReceiverConfig {
  const values = readSettings(schema, env);
  return {
    ...commonConfig(values),
    address: values.WXPAY_RECEIVER_ADDRESS,
    path: values.WXPAY_RECEIVER_PATH,
    healthAddress: values.WXPAY_HEALTH_ADDRESS,
    metricsAddress: values.WXPAY_METRICS_ADDRESS,
  };
}

export const RECEIVER_HELP = `
Environment:
  WXPAY_MERCHANTS_FILE            the merchants file (YAML); needed
  WXPAY_MERCHANTS_RELOAD_SECONDS  how often it and its keys are looked at; 0: never; default ${DEFAULT_RELOAD_SECONDS}
  WXPAY_TASK_QUEUE                where the workers listen; default ${DEFAULT_TASK_QUEUE}
  WXPAY_LOG_LEVEL                 ${LOG_LEVELS.join(', ')}; default info
  WXPAY_RECEIVER_ADDRESS          IP address and port of the notifications; default ${DEFAULT_ADDRESS}
  WXPAY_RECEIVER_PATH             path of the notifications, with or without a / behind it; default
                                  ${DEFAULT_PATH}. With /{mchid} behind it, only that merchant's are taken there
  WXPAY_HEALTH_ADDRESS            IP address and port of /livez and /readyz; default: off
  WXPAY_METRICS_ADDRESS           IP address and port of /metrics (Prometheus); default: off
  TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_…, TEMPORAL_PROFILE
                                  the connection, as Temporal's own tools read it

A Temporal server that is away ends nothing: WeChat Pay is told to send the notification again.
`;

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
