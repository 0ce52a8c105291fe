import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { quietRuntime } from '../../demo/quiet-runtime.js';
import { writeWorkflowBundle } from '../../worker/workflow-bundle.js';
import { auditOf, isClean } from './audit.js';
import { HELP, readOptions, type Options } from './options.js';
import { makePlan } from './plan.js';
import { report } from './report.js';
import type { Cleanup } from './site.js';
import { runStorm } from './storm.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The exit code of a program that was interrupted, by the shell's custom. */
const INTERRUPTED = 130;

const onProgress = (line: string): void => console.error(line);

/** Ends what was started, the last first, also when something before it fails to end. */
async function clean(cleanups: Cleanup[]): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) {
    await Promise.resolve(cleanup()).catch((error: unknown) => console.error(error));
  }
}

async function storm({ seed, scale }: Options, cleanups: Cleanup[]): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'wxpay-chaos-bundle-'));
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  const workflowBundle = join(folder, 'workflow-bundle.js');
  await writeWorkflowBundle(workflowBundle);
  const plan = makePlan(seed, scale);
  onProgress(
    `seed ${seed}: ${plan.orders.length} orders, ${plan.serviceOrders.length} service orders, ${plan.incidents.length} incidents`,
  );
  const aftermath = await runStorm(plan, { product: { root: ROOT, workflowBundle }, cleanups, onProgress });
  const audit = auditOf(aftermath.evidence);
  console.log(report(plan, audit, aftermath));
  return isClean(audit);
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') {
    console.log(HELP);
    return 0;
  }
  quietRuntime();
  const cleanups: Cleanup[] = [];
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void clean(cleanups).then(() => process.exit(INTERRUPTED)));
  }
  try {
    return (await storm(options, cleanups)) ? 0 : 1;
  } finally {
    await clean(cleanups);
  }
}

// What an order still waits for must not keep the process.
process.exit(await main());
