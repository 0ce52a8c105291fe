import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import { quietRuntime } from '../demo/quiet-runtime.js';
import { bundleWorkflows } from '../worker/workflow-bundle.js';

const HELP = `Replays the history of a workflow with the workflows of this folder, and says where they fail or would do
something else. A deployed worker keeps no stack traces: this is how to see one. No server is needed.

  npm run replay -- <history.json>

The history is what Temporal UI downloads (Event History, Download), or what this prints:

  temporal workflow show --workflow-id order/… --output json > history.json

Ends with 0: they do the same as in the history; 1: they do not; 2: it cannot be read.`;

process.exitCode = await main();

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { help: { type: 'boolean', short: 'h' } },
    allowPositionals: true,
  });
  const [file, ...more] = positionals;
  if (values.help === true || file === undefined || more.length > 0) {
    console.log(HELP);
    return values.help === true ? 0 : 2;
  }
  const history = await historyIn(file);
  if (history === undefined) return 2;
  quietRuntime();
  try {
    // The workflows compare their own id with that of their order.
    const workflowId = history.events?.[0]?.workflowExecutionStartedEventAttributes?.workflowId ?? undefined;
    await Worker.runReplayHistory({ workflowBundle: { code: await bundleWorkflows() } }, history, workflowId);
    console.log('The workflows do the same as in this history.');
    return 0;
  } catch (error) {
    // The SDK hands the failure on as text in which each line break is escaped.
    console.error(String(error).replaceAll('\\n', '\n'));
    return 1;
  }
}

/** Temporal UI writes a list of events, the command line an object that has one. */
async function historyIn(file: string): Promise<ReturnType<typeof historyFromJSON> | undefined> {
  try {
    const json: unknown = JSON.parse(await readFile(file, 'utf8'));
    return historyFromJSON(Array.isArray(json) ? { events: json as unknown[] } : json);
  } catch (error) {
    console.error(
      `${file} is no history of a workflow: ${String(error)}\nnpm run replay -- --help says how to get one.`,
    );
    return undefined;
  }
}
