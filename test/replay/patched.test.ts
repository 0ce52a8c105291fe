import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundleWorkflows } from '../../worker/workflow-bundle.js';
import { GOLDEN, readHistories } from './history-files.js';

const inFlight = readHistories(GOLDEN).filter(({ name }) => /^(cut-in-the-wait|unpaid-and-closed)$/.test(name));

function fileOf(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

/** The errors of recorded orders under a changed workflow. */
async function replayUnder(code: string): Promise<(Error | undefined)[]> {
  const histories = inFlight.map(({ workflowId, json }) => ({ workflowId, history: historyFromJSON(json) }));
  const errors: (Error | undefined)[] = [];
  for await (const { error } of Worker.runReplayHistories({ workflowBundle: { code } }, histories)) errors.push(error);
  return errors;
}

describe('a workflow that asks once more than recorded orders did', () => {
  let withCare: string;
  let withoutCare: string;
  beforeAll(async () => {
    withCare = await bundleWorkflows({ workflowsPath: fileOf('changed-with-care.ts') });
    withoutCare = await bundleWorkflows({ workflowsPath: fileOf('changed-without-care.ts') });
  });

  it('breaks them if it was changed without care', async () => {
    const errors = await replayUnder(withoutCare);
    expect(errors).toHaveLength(inFlight.length);
    for (const error of errors) expect(error).toBeInstanceOf(DeterminismViolationError);
  });

  it('lets them go on if the change is patched, as CONTRIBUTING shows', async () => {
    expect(await replayUnder(withCare)).toEqual(inFlight.map(() => undefined));
  });
});

it('CONTRIBUTING shows the very code', () => {
  const code = readFileSync(fileOf('changed-with-care.ts'), 'utf8');
  const shown = code.slice(code.indexOf('export async function')).trim();
  const indented = shown.replaceAll(/^(?=.)/gm, '   ');
  expect(readFileSync(fileOf('../../CONTRIBUTING.md'), 'utf8')).toContain(indented);
});
