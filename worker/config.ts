import { z } from 'zod';
import { DEFAULT_TASK_QUEUE } from '../workflows/messages.js';
import { ConfigurationError } from './faults.js';

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error'] as const;

const schema = z.object({
  WXPAY_MERCHANTS_FILE: z.string({ error: 'must be the path of the merchants file (YAML)' }).min(1),
  WXPAY_TASK_QUEUE: z.string().min(1).default(DEFAULT_TASK_QUEUE),
  WXPAY_LOG_LEVEL: z.enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` }).default('info'),
  WXPAY_WORKFLOW_BUNDLE: z.string().min(1).optional(),
  WXPAY_SHUTDOWN_GRACE_SECONDS: z.coerce
    .number({ error: 'must be a number of seconds' })
    .int('must be a whole number of seconds')
    .min(0)
    .max(600)
    .default(15),
  WXPAY_STICKY_TIMEOUT_SECONDS: z.coerce.number({ error: 'must be a number of seconds' }).min(0.1).max(60).default(10),
});

/** How a worker runs, as its environment says. The connection to Temporal is read by Temporal's own rules. */
export interface WorkerConfig {
  readonly merchantsFile: string;
  readonly taskQueue: string;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  /** A workflow bundle built before. Default: the one that `npm run build` puts beside the compiled worker. */
  readonly workflowBundle: string | undefined;
  /** How long a call in flight may take to end when the worker is asked to stop. */
  readonly shutdownGraceMs: number;
  /** How long an order waits for the worker that knew it, before any other takes it up. */
  readonly stickyTimeoutMs: number;
}

/** @throws ConfigurationError that lists every fault */
export function readConfig(env: NodeJS.ProcessEnv): WorkerConfig {
  const result = schema.safeParse(env);
  if (!result.success) {
    throw new ConfigurationError(
      'The environment cannot be used (see --help):',
      result.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`),
    );
  }
  const values = result.data;
  return {
    merchantsFile: values.WXPAY_MERCHANTS_FILE,
    taskQueue: values.WXPAY_TASK_QUEUE,
    logLevel: values.WXPAY_LOG_LEVEL,
    workflowBundle: values.WXPAY_WORKFLOW_BUNDLE,
    shutdownGraceMs: values.WXPAY_SHUTDOWN_GRACE_SECONDS * 1000,
    stickyTimeoutMs: values.WXPAY_STICKY_TIMEOUT_SECONDS * 1000,
  };
}

export const ENVIRONMENT_HELP = `Environment:
  WXPAY_MERCHANTS_FILE           the merchants file (YAML); needed by the worker
  WXPAY_TASK_QUEUE               default ${DEFAULT_TASK_QUEUE}
  WXPAY_LOG_LEVEL                ${LOG_LEVELS.join(', ')}; default info
  WXPAY_WORKFLOW_BUNDLE          a workflow bundle built before; default: built by npm run build
  WXPAY_SHUTDOWN_GRACE_SECONDS   how long calls in flight may take at a stop; default 15
  WXPAY_STICKY_TIMEOUT_SECONDS   how long an order waits for the worker that knew it; default 10
  TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_…, TEMPORAL_PROFILE
                                 the connection, as Temporal's own tools read it`;
