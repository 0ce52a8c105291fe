import { startChild, type Child, type ChildOptions } from './child-process.js';

export interface WorkerProcessOptions extends Pick<ChildOptions, 'onSpawn' | 'onLog'> {
  readonly temporalAddress: string;
  readonly namespace?: string;
  readonly taskQueue?: string;
  readonly merchantsFile: string;
  readonly workflowBundle: string;
  /** How long an order waits for the worker that knew it. Default: the worker's own. */
  readonly stickyTimeoutSeconds?: number;
  /** More of its environment, such as `WXPAY_HEALTH_ADDRESS`; see the worker's --help. */
  readonly settings?: Readonly<Record<`WXPAY_${string}`, string>>;
}

/** Starts a worker in a process of its own, and returns when it is ready. @throws Error with what it said */
export function startWorkerProcess(options: WorkerProcessOptions): Promise<Child> {
  const { onSpawn, onLog } = options;
  const readyMessage = 'the worker is ready';
  return startChild({ program: 'worker/main.ts', env: environmentOf(options), readyMessage, onSpawn, onLog });
}

function environmentOf(options: WorkerProcessOptions): NodeJS.ProcessEnv {
  return {
    TEMPORAL_ADDRESS: options.temporalAddress,
    TEMPORAL_NAMESPACE: options.namespace ?? 'default',
    WXPAY_MERCHANTS_FILE: options.merchantsFile,
    WXPAY_WORKFLOW_BUNDLE: options.workflowBundle,
    ...(options.taskQueue !== undefined && { WXPAY_TASK_QUEUE: options.taskQueue }),
    ...(options.stickyTimeoutSeconds !== undefined && {
      WXPAY_STICKY_TIMEOUT_SECONDS: String(options.stickyTimeoutSeconds),
    }),
    ...options.settings,
  };
}
