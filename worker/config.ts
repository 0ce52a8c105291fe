import { z } from 'zod';
import { DEFAULT_TASK_QUEUE } from '../workflows/messages/orders.js';
import {
  checkProxy,
  COMMON_SETTINGS,
  commonConfig,
  type CommonConfig,
  DEFAULT_RELOAD_SECONDS,
  listenAddress,
  LOG_LEVELS,
  number,
  readProfile,
  readSettings,
  type Settings,
  type TemporalProfile,
  wholeNumber,
} from '../process/settings.js';
import type { Sign } from '../wechatpay/remote-signer.js';
import type { ConfigurationFault, Configured } from '../wechatpay/merchants/faults.js';
import { type LoadedMerchants, readMerchants } from '../wechatpay/merchants/file.js';
import { collect, ok } from '../domain/validation.js';
import { bundleFaults } from './workflow-bundle.js';

/** As long as an attempt of a guarded close, so that every attempt can end before a deploy stops the worker. */
const DEFAULT_GRACE_SECONDS = 30;
const DEFAULT_STICKY_SECONDS = 10;
/** A task makes up to three calls, and mostly waits. One process and WeChat Pay's hosts can handle this many. */
const DEFAULT_CONCURRENT_CALLS = 100;

const schema = z
  .object({
    ...COMMON_SETTINGS,
    WXPAY_WORKFLOW_BUNDLE: z.string().min(1).optional(),
    WXPAY_SHUTDOWN_GRACE_SECONDS: wholeNumber({ min: 0, max: 600, of: 'seconds' }).default(DEFAULT_GRACE_SECONDS),
    WXPAY_STICKY_TIMEOUT_SECONDS: number({ min: 0.1, max: 60, of: 'seconds' }).default(DEFAULT_STICKY_SECONDS),
    WXPAY_HEALTH_ADDRESS: listenAddress('127.0.0.1:8080').optional(),
    WXPAY_METRICS_ADDRESS: listenAddress('127.0.0.1:9464').optional(),
    WXPAY_CALLS_PER_SECOND: number({ min: 0.1, max: 100_000, of: 'calls' }).optional(),
    WXPAY_MAX_CONCURRENT_CALLS: wholeNumber({ min: 1, max: 1000, of: 'calls' }).default(DEFAULT_CONCURRENT_CALLS),
    WXPAY_MAX_CACHED_WORKFLOWS: wholeNumber({ min: 0, max: 100_000, of: 'orders' }).optional(),
  } satisfies Settings)
  .superRefine(checkProxy);

/** The settings of a worker, from its environment. Those of the connection are read by Temporal's own rules. */
export interface WorkerConfig extends CommonConfig {
  /** A prebuilt workflow bundle. Default: the one that `npm run build` puts beside the compiled worker. */
  readonly workflowBundle: string | undefined;
  /** How long a call in flight may take to end when the worker is asked to stop. */
  readonly shutdownGraceMs: number;
  /** How long an order waits for the worker that has it in memory, before another worker takes over. */
  readonly stickyTimeoutMs: number;
  /** Where `/livez` and `/readyz` are served, such as `127.0.0.1:8080`. Default: nowhere. */
  readonly healthAddress: string | undefined;
  /** Where `/metrics` is served to Prometheus. Default: nowhere, and nothing is measured. */
  readonly metricsAddress: string | undefined;
  /** The limit of the task queue, in calls a second for all of its workers together. Default: none. */
  readonly callsPerSecond: number | undefined;
  /** How many calls this worker makes at a time. */
  readonly maxConcurrentCalls: number;
  /** How many orders are kept in memory between their events. Default: what the heap has room for. */
  readonly maxCachedWorkflows: number | undefined;
}

export function readConfig(env: NodeJS.ProcessEnv): Configured<WorkerConfig> {
  const settings = readSettings(schema, env);
  if (!settings.ok) return settings;
  const { value: values } = settings;
  return ok({
    ...commonConfig(values),
    workflowBundle: values.WXPAY_WORKFLOW_BUNDLE,
    shutdownGraceMs: values.WXPAY_SHUTDOWN_GRACE_SECONDS * 1000,
    stickyTimeoutMs: values.WXPAY_STICKY_TIMEOUT_SECONDS * 1000,
    healthAddress: values.WXPAY_HEALTH_ADDRESS,
    metricsAddress: values.WXPAY_METRICS_ADDRESS,
    callsPerSecond: values.WXPAY_CALLS_PER_SECOND,
    maxConcurrentCalls: values.WXPAY_MAX_CONCURRENT_CALLS,
    maxCachedWorkflows: values.WXPAY_MAX_CACHED_WORKFLOWS,
  });
}

export const ENVIRONMENT_HELP = `Environment:
  WXPAY_MERCHANTS_FILE           the merchants file (YAML); needed by the worker
  WXPAY_MERCHANTS_RELOAD_SECONDS how often it and its keys are checked for changes; 0: never; default ${DEFAULT_RELOAD_SECONDS}
  WXPAY_TASK_QUEUE               default ${DEFAULT_TASK_QUEUE}
  WXPAY_LOG_LEVEL                ${LOG_LEVELS.join(', ')}; default info
  WXPAY_HEALTH_ADDRESS           IP address and port of /livez and /readyz; default: off
  WXPAY_METRICS_ADDRESS          IP address and port of /metrics (Prometheus); default: off
  WXPAY_CALLS_PER_SECOND         calls to WeChat Pay that all workers of the task queue make together; default: no limit
  WXPAY_MAX_CONCURRENT_CALLS     calls that this worker makes at a time; default ${DEFAULT_CONCURRENT_CALLS}
  WXPAY_MAX_CACHED_WORKFLOWS     orders kept in memory between their events; default: what the heap has room for
  WXPAY_SHUTDOWN_GRACE_SECONDS   how long calls in flight may take at a stop; default ${DEFAULT_GRACE_SECONDS}
  WXPAY_STICKY_TIMEOUT_SECONDS   how long an order waits for the worker that has it in memory; default ${DEFAULT_STICKY_SECONDS}
  WXPAY_WORKFLOW_BUNDLE          a prebuilt workflow bundle; default: the one beside the compiled worker
  WXPAY_CA_FILE                  further certificate authorities (PEM) to trust, such as a proxy's
  HTTPS_PROXY, NO_PROXY          the proxy to WeChat Pay, and the hosts that are reached without it
  TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_…, TEMPORAL_PROFILE
                                 the connection, as Temporal's own tools read it`;

/** Functions that sign for merchants whose key is not in a file, by merchant number. */
export type Signers = Readonly<Record<string, Sign>>;

export interface Configuration {
  readonly config: WorkerConfig;
  /** The content of the merchants file at the start. */
  readonly merchants: LoadedMerchants;
  readonly signers: Signers;
  readonly profile: TemporalProfile;
}

/** Reads the environment, the merchants file with its keys, and Temporal's own profile. Connects to nothing. */
export function readConfiguration(env: NodeJS.ProcessEnv, signers: Signers = {}): Configured<Configuration> {
  // The files are read even if another setting has a fault, so that all faults are reported together.
  const { WXPAY_MERCHANTS_FILE: file, WXPAY_WORKFLOW_BUNDLE: bundle } = env;
  const faults: ConfigurationFault[] = [];
  const config = collect(faults, readConfig(env));
  const merchants = file ? collect(faults, readMerchants(file, { signers })) : undefined;
  faults.push(...bundleFaults(bundle));
  const profile = collect(faults, readProfile(env));
  const isWhole = config && merchants && profile && faults.length === 0;
  return isWhole ? ok({ config, merchants, signers, profile }) : { ok: false, faults };
}
