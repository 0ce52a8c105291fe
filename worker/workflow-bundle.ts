import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, type WorkerOptions } from '@temporalio/worker';
import { ConfigurationError } from '../wechatpay/merchants/faults.js';

const SOURCE_SUFFIX = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

/** The module whose exports are the workflows. */
const WORKFLOWS = fileURLToPath(new URL(`../workflows/index${SOURCE_SUFFIX}`, import.meta.url));

/** Evaluated before them in the bundle that is deployed. */
const NO_STACK_TRACES = fileURLToPath(new URL(`../workflows/no-stack-traces${SOURCE_SUFFIX}`, import.meta.url));

/** Where `npm run build` puts the bundle: beside the compiled folders. */
const BUILT = fileURLToPath(new URL('../workflow-bundle.js', import.meta.url));

export interface BundleOptions {
  /** The module whose exports are the workflows; default: those of this package. */
  readonly workflowsPath?: string;
  /**
   * Whether a failed workflow task says where, at the cost of a quarter of the workflows' CPU. Default: true; the bundle
   * that is deployed has none.
   */
  readonly stackTraces?: boolean;
}

/** Bundles the workflows. Takes some seconds: do it once, and hand the code on. */
export async function bundleWorkflows({
  workflowsPath = WORKFLOWS,
  stackTraces = true,
}: BundleOptions = {}): Promise<string> {
  const { code } = await bundleWorkflowCode({
    workflowsPath,
    // Evaluated once for each thread, and not again for each order. Only constants may stand at their module scope: lint holds it.
    preloadModules: [...(stackTraces ? [] : [NO_STACK_TRACES]), workflowsPath],
    logger: new DefaultLogger('WARN'),
  });
  return code;
}

/** Bundles the workflows into a file, as they are deployed. */
export async function writeWorkflowBundle(file: string = BUILT): Promise<void> {
  await writeFile(file, await bundleWorkflows({ stackTraces: false }));
}

/** @throws ConfigurationError where the file that is named does not exist */
export function checkWorkflowBundle(file: string): void {
  if (existsSync(file)) return;
  throw new ConfigurationError('The workflow bundle cannot be used:', [
    `WXPAY_WORKFLOW_BUNDLE: ${file} does not exist; npm run build makes one`,
  ]);
}

/**
 * The workflows of a worker: a bundle that was built before, or, from source, one that is built now.
 *
 * @param file of the bundle; {@link checkWorkflowBundle} says whether it is there
 */
export async function workflowBundle(file: string | undefined): Promise<NonNullable<WorkerOptions['workflowBundle']>> {
  const codePath = file ?? (existsSync(BUILT) && SOURCE_SUFFIX === '.js' ? BUILT : undefined);
  return codePath === undefined ? { code: await bundleWorkflows() } : { codePath };
}
