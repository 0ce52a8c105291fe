import proto from '@temporalio/proto';
import { CALLS_PER_TASK } from '../../run.js';
import { inTime, known, type Context } from '../context.js';
import { finding, skipped, type Finding } from '../finding.js';

const { TaskQueueType, RateLimitSource } = proto.temporal.api.enums.v1;

type Described = Awaited<ReturnType<typeof describe>>;

function describe(context: Context, taskQueueType: proto.temporal.api.enums.v1.TaskQueueType) {
  const { connection, namespace } = known(context, 'temporal');
  known(context, 'namespace');
  const taskQueue = { name: known(context, 'config').taskQueue };
  return inTime(
    context,
    connection.workflowService.describeTaskQueue({ namespace, taskQueue, taskQueueType, reportConfig: true }),
  );
}

export async function* checkWorkers(context: Context): AsyncIterable<Finding> {
  const workflows = await describe(context, TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW);
  const calls = await describe(context, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY);
  const { taskQueue } = known(context, 'config');
  const counts = [workflows, calls].map(pollersOf);
  const said = `polled by ${counts[0]} for workflows, by ${counts[1]} for calls`;
  yield finding('workers', counts.includes(0) ? 'none' : 'polling', taskQueue, said);
}

/** How many workers poll. Each has many pollers, but one identity. */
function pollersOf({ pollers }: Described): number {
  return new Set(pollers.map(({ identity }) => identity)).size;
}

const SOURCES: Readonly<Record<number, string>> = {
  [RateLimitSource.RATE_LIMIT_SOURCE_API]: 'set by temporal task-queue config',
  [RateLimitSource.RATE_LIMIT_SOURCE_WORKER]: 'as its workers ask',
  [RateLimitSource.RATE_LIMIT_SOURCE_SYSTEM]: "the server's own",
};

export async function* checkRateLimit(context: Context): AsyncIterable<Finding> {
  const { effectiveRateLimit, pollers } = await describe(context, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY);
  const { taskQueue, callsPerSecond } = known(context, 'config');
  const { requestsPerSecond, rateLimitSource } = effectiveRateLimit ?? {};
  const source = SOURCES[rateLimitSource ?? 0];
  if (source === undefined || typeof requestsPerSecond !== 'number') {
    yield skipped('rate-limit', taskQueue, 'the server does not say its limit');
    return;
  }
  // If no worker has set a limit, the server reports its own. Without a worker that means nothing.
  const isServers = rateLimitSource === RateLimitSource.RATE_LIMIT_SOURCE_SYSTEM;
  const wanted = callsPerSecond === undefined ? undefined : callsPerSecond / CALLS_PER_TASK;
  const isUnasked = pollers.length > 0 && wanted !== undefined && wanted < requestsPerSecond;
  // The server stores the limit as a 32-bit float.
  const differs = isServers ? isUnasked : requestsPerSecond !== Math.fround(wanted ?? NaN);
  const which = requestsPerSecond === 0 ? 'zero' : differs ? 'differs' : 'told';
  const said = `${Number((requestsPerSecond * CALLS_PER_TASK).toPrecision(6))} calls a second, ${source}`;
  const here = differs ? `; here WXPAY_CALLS_PER_SECOND is ${callsPerSecond ?? 'not set'}` : '';
  yield finding('rate-limit', which, taskQueue, said + here);
}

export function* checkFairness(): Iterable<Finding> {
  yield skipped(
    'fairness',
    null,
    'cannot be seen from here. To have it: dynamic config matching.enableFairness=true ' +
      '(dev server: temporal server start-dev --dynamic-config-value matching.enableFairness=true; Temporal Cloud: a setting of the namespace)',
  );
}
