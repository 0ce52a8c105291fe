import { fileURLToPath } from 'node:url';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import { expect, it } from 'vitest';
import { bundleWorkflows } from '../../worker/workflow-bundle.js';
import { GOLDEN, readHistories } from '../replay/history-files.js';

const workflowsPath = fileURLToPath(new URL('../client/bad-build.ts', import.meta.url));
const recorded = readHistories(GOLDEN).find(({ name }) => name === 'unpaid-and-closed');

/** How a build that fails at every order says so. */
async function failureWith(stackTraces: boolean): Promise<string> {
  const code = await bundleWorkflows({ workflowsPath, stackTraces });
  const replayed = Worker.runReplayHistory({ workflowBundle: { code } }, historyFromJSON(recorded?.json));
  return replayed.then(() => 'did not fail', String);
}

it('a bundle says where a workflow failed', async () => {
  expect(await failureWith(true)).toMatch(/a bad build.*bad-build\.ts:3/s);
});

it('the bundle that is deployed takes no stack traces, and says only why a workflow failed', async () => {
  const failure = await failureWith(false);
  expect(failure).toContain('a bad build');
  expect(failure).not.toContain('bad-build.ts');
});
