import type { WorkerOptions } from '@temporalio/worker';
import type { WorkerConfig } from './config.js';

/** Pollers come with the load and go with it. A queue without a flash sale needs two; the rest is the SDK's default. */
const POLLERS = { type: 'autoscaling', minimum: 2, initial: 5, maximum: 50 } as const;

/** An order's task takes a few milliseconds of one thread; more at a time only hide the way to the server. */
const MAX_WORKFLOW_TASKS = 40;

/** A guarded write makes three calls to WeChat Pay, and the limit of a task queue counts tasks. */
export const CALLS_PER_TASK = 3;

/** How a worker is tuned: for many orders that mostly wait, and for calls that mostly wait for an answer. */
export function tuning(config: WorkerConfig) {
  const { callsPerSecond, maxCachedWorkflows } = config;
  return {
    shutdownGraceTime: config.shutdownGraceMs,
    stickyQueueScheduleToStartTimeout: config.stickyTimeoutMs,
    maxConcurrentActivityTaskExecutions: config.maxConcurrentCalls,
    maxConcurrentWorkflowTaskExecutions: MAX_WORKFLOW_TASKS,
    activityTaskPollerBehavior: POLLERS,
    workflowTaskPollerBehavior: POLLERS,
    ...(callsPerSecond !== undefined && { maxTaskQueueActivitiesPerSecond: callsPerSecond / CALLS_PER_TASK }),
    ...(maxCachedWorkflows !== undefined && { maxCachedWorkflows }),
  } satisfies Partial<WorkerOptions>;
}
