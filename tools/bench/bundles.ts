import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeFile } from 'node:fs/promises';
import { bundleWorkflows, writeWorkflowBundle } from '../../worker/workflow-bundle.js';
import type { Cleanups } from './cleanups.js';

/** The files of the workflow bundles, built once for all measurements. */
export interface Bundles {
  readonly ours: string;
  readonly bare: string;
}

const BARE = fileURLToPath(new URL('bare/workflows.ts', import.meta.url));

/** @param bareStackTraces whether that of the bare workflow keeps them, as the SDK bundles it; ours is as it is deployed */
export async function buildBundles(cleanups: Cleanups, bareStackTraces: boolean): Promise<Bundles> {
  const folder = await mkdtemp(join(tmpdir(), 'wxpay-bench-bundles-'));
  cleanups.push(() => rm(folder, { recursive: true }));
  const bundles = { ours: join(folder, 'ours.js'), bare: join(folder, 'bare.js') };
  await writeWorkflowBundle(bundles.ours);
  await writeFile(bundles.bare, await bundleWorkflows({ workflowsPath: BARE, stackTraces: bareStackTraces }));
  return bundles;
}
