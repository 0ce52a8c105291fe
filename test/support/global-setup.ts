import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { findDevServer, findTimeSkippingServer } from '../../testing/temporal-server/index.js';
import { bundleWorkflows } from '../../worker/workflow-bundle.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** A file with the workflow bundle, built once for the whole run. */
    workflowBundle: string;
    /** The binaries of the two Temporal servers. */
    devServer: string;
    timeSkippingServer: string;
    /** How many workflows a worker keeps in memory; with 0, each is replayed at every step. */
    maxCachedWorkflows: number;
    /** What the property tests of a run draw from. */
    propertySeed: number;
  }
}

/** What every test file needs and takes long to make: found, or built, once. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'wxpay-tests-'));
  const workflowBundle = join(folder, 'workflow-bundle.js');
  // Unlike the one that is deployed, it says where a workflow failed.
  await writeFile(workflowBundle, await bundleWorkflows());
  const onProgress = (line: string): void => {
    console.error(line);
  };
  const devServer = await findDevServer({ onProgress });
  const timeSkippingServer = await findTimeSkippingServer({ onProgress });
  provide('workflowBundle', workflowBundle);
  provide('devServer', devServer.path);
  provide('timeSkippingServer', timeSkippingServer.path);
  return () => rm(folder, { recursive: true });
}
