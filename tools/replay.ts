import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import { newCommand, runTool, UsageError } from '../process/command-line.js';
import { quietRuntime } from '../testing/demo/processes.js';
import { bundleWorkflows } from '../worker/workflow-bundle.js';

type History = ReturnType<typeof historyFromJSON>;

/** An event as JSON, as far as it is looked at. */
interface Event {
  readonly eventId: string;
  readonly eventTime: string;
  readonly eventType: string;
  readonly workflowTaskStartedEventAttributes?: { readonly scheduledEventId: string };
  readonly workflowTaskCompletedEventAttributes?: object;
}

const DESCRIPTION = `Replays the history of a workflow with the workflows of this folder, and says where they fail or would do
something else. A deployed worker keeps no stack traces: this is how to see one. No server is needed.`;

const HELP = {
  more: `
The history is what Temporal UI downloads (Event History, Download), or what this prints:

  temporal workflow show --workflow-id order/… --output json > history.json

If the workflows do the same, and an order's tasks fail nevertheless, an update makes them fail, which is in no history: a
worker that runs from source (npm run worker) keeps stack traces too, and its failed tasks say where.
`,
  examples: {
    'npm run replay -- history.json': '',
    'npm run replay -- history.json --workflows ../other/workflows/index.ts': '',
  },
  exitCodes: {
    0: 'the workflows do the same as in the history',
    1: 'they do not',
    2: 'the history cannot be read, or arguments cannot be used',
  },
};

await runTool(async (args) => {
  const command = newCommand('npm run replay --', DESCRIPTION, HELP)
    .argument('<history>', 'the file with the history, JSON')
    .option('--workflows <module>', 'the module whose exports are the workflows (default: workflows/index.ts)')
    .parse(args, { from: 'user' });
  const { workflows } = command.opts<{ workflows?: string }>();
  const history = await historyIn(command.args[0] ?? '');
  quietRuntime();
  const code = await bundleWorkflows(workflows !== undefined ? { workflowsPath: resolve(workflows) } : {});
  // The workflows compare their own id with that of their order.
  const workflowId = history.events?.[0]?.workflowExecutionStartedEventAttributes?.workflowId ?? undefined;
  try {
    await Worker.runReplayHistory({ workflowBundle: { code } }, history, workflowId);
    console.log('The workflows do the same as in this history.');
    return 0;
  } catch (error) {
    // The SDK hands the failure on as text in which each line break is escaped.
    console.error(String(error).replaceAll('\\n', '\n'));
    return 1;
  }
});

/** Temporal UI writes a list of events, the command line an object that has one. @throws UsageError */
async function historyIn(file: string): Promise<History> {
  try {
    const json = JSON.parse(await readFile(file, 'utf8')) as Event[] | { readonly events?: Event[] };
    const events = Array.isArray(json) ? json : json.events;
    if (!events?.length) throw new Error('it has no events');
    return historyFromJSON({ events: withItsLastTask(events) });
  } catch (error) {
    throw new UsageError(
      `${file} is no history of a workflow: ${String(error)}\nnpm run replay -- --help says how to get one.`,
    );
  }
}

/** The SDK replays what workers completed. A task that failed is replayed if it stands there as completed. */
function withItsLastTask(events: readonly Event[]): readonly Event[] {
  const last = events.findLastIndex((event) => event.workflowTaskStartedEventAttributes);
  const started = events[last];
  const isCompleted = events.slice(last).some((event) => event.workflowTaskCompletedEventAttributes);
  if (started === undefined || isCompleted) return events;
  const scheduledEventId = started.workflowTaskStartedEventAttributes?.scheduledEventId;
  return [
    ...events.slice(0, last + 1),
    {
      eventId: String(Number(started.eventId) + 1),
      eventTime: started.eventTime,
      eventType: 'EVENT_TYPE_WORKFLOW_TASK_COMPLETED',
      workflowTaskCompletedEventAttributes: { scheduledEventId, startedEventId: started.eventId },
    },
  ];
}
