import '../process/musl.js';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, type WorkerOptions } from '@temporalio/worker';
import type { ConfigurationFault } from '../wechatpay/merchants/faults.js';

/** Whether this program runs from source. A worker then builds its workflow bundle at each start. */
export const IS_SOURCE = import.meta.url.endsWith('.ts');
const SOURCE_SUFFIX = IS_SOURCE ? '.ts' : '.js';

/** The module that exports the workflows. */
const WORKFLOWS = fileURLToPath(new URL(`../workflows/index${SOURCE_SUFFIX}`, import.meta.url));

/** Only in the bundle that is deployed, and evaluated before the workflows. */
const NO_STACK_TRACES = fileURLToPath(new URL(`../workflows/no-stack-traces${SOURCE_SUFFIX}`, import.meta.url));

/** Where `npm run build` puts the bundle: beside the compiled folders. */
export const BUILT = fileURLToPath(new URL('../workflow-bundle.js', import.meta.url));

export interface BundleOptions {
  /** The module that exports the workflows. Default: that of this package. */
  readonly workflowsPath?: string;
  /**
   * Whether a failed workflow task has a stack trace, at the cost of a quarter of the workflows' CPU. Default: true; the bundle
   * that is deployed has none.
   */
  readonly stackTraces?: boolean;
}

/** Bundles the workflows. It takes some seconds: do it once, and keep the code. */
export async function bundleWorkflows({
  workflowsPath = WORKFLOWS,
  stackTraces = true,
}: BundleOptions = {}): Promise<string> {
  const { code } = await bundleWorkflowCode({
    workflowsPath,
    // Evaluated once for each thread, and not again for each order: see MODULE_STATE in eslint.config.js.
    preloadModules: [...(stackTraces ? [] : [NO_STACK_TRACES]), workflowsPath],
    logger: new DefaultLogger('WARN'),
  });
  return code;
}

/** Bundles the workflows into a file, as they are deployed. */
export async function writeWorkflowBundle(file: string = BUILT): Promise<void> {
  await writeFile(file, await bundleWorkflows({ stackTraces: false }));
}

/** @param file the value of `WXPAY_WORKFLOW_BUNDLE`, if it is set */
export function bundleFaults(file: string | undefined): ConfigurationFault[] {
  if (!file || existsSync(file)) return [];
  const rule = `${file} does not exist; npm run build makes one`;
  return [{ what: 'The workflow bundle cannot be used', where: 'WXPAY_WORKFLOW_BUNDLE', rule }];
}

/**
 * The workflows of a worker: a prebuilt bundle, or, if the worker runs from source, one that is built now.
 *
 * @param file of the bundle, which exists: see {@link bundleFaults}
 */
export async function workflowBundle(file: string | undefined): Promise<NonNullable<WorkerOptions['workflowBundle']>> {
  const codePath = file ?? (!IS_SOURCE && existsSync(BUILT) ? BUILT : undefined);
  return codePath === undefined ? { code: await bundleWorkflows() } : { codePath };
}
