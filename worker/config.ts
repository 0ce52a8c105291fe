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
  type TemporalProfile,
  wholeNumber,
} from '../process/settings.js';
import type { Sign } from '../wechatpay/remote-signer.js';
import { checkedBy, type ConfigurationFault, type Configured, ENVIRONMENT } from '../wechatpay/merchants/faults.js';
import { type LoadedMerchants, readMerchants } from '../wechatpay/merchants/file.js';
import { collect, ok } from '../domain/validation.js';
import { bundleFaults } from './workflow-bundle.js';

/** An attempt of a guarded close ends within it, so that a deploy leaves none in doubt. */
const DEFAULT_GRACE_SECONDS = 30;
const DEFAULT_STICKY_SECONDS = 10;
/** A task makes up to three calls, takes seconds and mostly waits: one process and WeChat Pay's hosts can take this many. */
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
  })
  .superRefine(checkProxy);

/** How a worker runs, as its environment says. The connection to Temporal is read by Temporal's own rules. */
export interface WorkerConfig extends CommonConfig {
  /** A workflow bundle built before. Default: the one that `npm run build` puts beside the compiled worker. */
  readonly workflowBundle: string | undefined;
  /** How long a call in flight may take to end when the worker is asked to stop. */
  readonly shutdownGraceMs: number;
  /** How long an order waits for the worker that knew it, before any other takes it up. */
  readonly stickyTimeoutMs: number;
  /** Where `/livez` and `/readyz` are answered, as `127.0.0.1:8080`. Default: nowhere. */
  readonly healthAddress: string | undefined;
  /** Where Prometheus may scrape `/metrics`. Default: nowhere, and nothing is measured. */
  readonly metricsAddress: string | undefined;
  /** How many calls a second the task queue gives out, to all of its workers together. Default: no limit. */
  readonly callsPerSecond: number | undefined;
  /** How many calls this worker makes at a time. */
  readonly maxConcurrentCalls: number;
  /** How many orders are kept in memory between their events. Default: what the heap has room for. */
  readonly maxCachedWorkflows: number | undefined;
}

export function readConfig(env: NodeJS.ProcessEnv): Configured<WorkerConfig> {
  const settings = checkedBy(schema, ENVIRONMENT, env);
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
  WXPAY_MERCHANTS_RELOAD_SECONDS how often it and its keys are looked at; 0: never; default ${DEFAULT_RELOAD_SECONDS}
  WXPAY_TASK_QUEUE               default ${DEFAULT_TASK_QUEUE}
  WXPAY_LOG_LEVEL                ${LOG_LEVELS.join(', ')}; default info
  WXPAY_HEALTH_ADDRESS           IP address and port of /livez and /readyz; default: off
  WXPAY_METRICS_ADDRESS          IP address and port of /metrics (Prometheus); default: off
  WXPAY_CALLS_PER_SECOND         calls to WeChat Pay that all workers of the task queue make together; default: no limit
  WXPAY_MAX_CONCURRENT_CALLS     calls that this worker makes at a time; default ${DEFAULT_CONCURRENT_CALLS}
  WXPAY_MAX_CACHED_WORKFLOWS     orders kept in memory between their events; default: what the heap has room for
  WXPAY_SHUTDOWN_GRACE_SECONDS   how long calls in flight may take at a stop; default ${DEFAULT_GRACE_SECONDS}
  WXPAY_STICKY_TIMEOUT_SECONDS   how long an order waits for the worker that knew it; default ${DEFAULT_STICKY_SECONDS}
  WXPAY_WORKFLOW_BUNDLE          a workflow bundle built before; default: built by npm run build
  WXPAY_CA_FILE                  authorities (PEM) that are trusted besides the usual ones, such as a proxy's
  HTTPS_PROXY, NO_PROXY          the proxy on the way to WeChat Pay, and hosts that are reached without it
  TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_…, TEMPORAL_PROFILE
                                 the connection, as Temporal's own tools read it`;

/** Functions that sign for merchants whose key is not in a file, by merchant number. */
export type Signers = Readonly<Record<string, Sign>>;

/** Everything that a worker is configured with. */
export interface Configuration {
  readonly config: WorkerConfig;
  /** The merchants file as it was at the start. */
  readonly merchants: LoadedMerchants;
  readonly signers: Signers;
  readonly profile: TemporalProfile;
}

/** Reads the environment, the merchants file with its keys, and Temporal's own profile. Nothing is connected to. */
export function readConfiguration(env: NodeJS.ProcessEnv, signers: Signers = {}): Configured<Configuration> {
  // The files are read also if another setting has a fault.
  const { WXPAY_MERCHANTS_FILE: file, WXPAY_WORKFLOW_BUNDLE: bundle } = env;
  const faults: ConfigurationFault[] = [];
  const config = collect(faults, readConfig(env));
  const merchants = file ? collect(faults, readMerchants(file, { signers })) : undefined;
  faults.push(...bundleFaults(bundle));
  const profile = collect(faults, readProfile(env));
  const isWhole = config && merchants && profile && faults.length === 0;
  return isWhole ? ok({ config, merchants, signers, profile }) : { ok: false, faults };
}
