import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { quietRuntime } from '../../testing/demo/processes.js';
import { writeWorkflowBundle } from '../../worker/workflow-bundle.js';
import { auditOf, isClean, type Audit } from './audit.js';
import { type MutantName, MUTANTS, mutated } from './mutants.js';
import { HELP, readOptions } from './options.js';
import { makePlan, type Plan } from './plan.js';
import { unplayed } from './play-order.js';
import { isCaught, mutantReport, report, type Trial } from './report.js';
import type { Cleanup, Product } from './environment.js';
import { runStorm, type Aftermath } from './storm.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The exit codes of a program that was interrupted, by the shell's custom, and of one that is called wrongly. */
const INTERRUPTED = 130;
const USAGE = 2;

const cleanups: Cleanup[] = [];

const onProgress = (line: string): void => console.error(line);

let cleaned = Promise.resolve();

/** Ends what was started since then, the last first, also when something before it fails to end. One after the other. */
function clean(downTo = 0): Promise<void> {
  cleaned = cleaned.then(async () => {
    for (const cleanup of cleanups.splice(downTo).reverse()) {
      await Promise.resolve()
        .then(cleanup)
        .catch((error: unknown) => console.error(error));
    }
  });
  return cleaned;
}

/** A folder that goes when the program ends. */
async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'wxpay-chaos-product-'));
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** The product as it is. */
async function product(): Promise<Product> {
  const workflowBundle = join(await newFolder(), 'workflow-bundle.js');
  await writeWorkflowBundle(workflowBundle);
  return { root: ROOT, workflowBundle };
}

/** Plays a plan, and ends everything that it started. */
async function storm(plan: Plan, of: Product): Promise<{ readonly aftermath: Aftermath; readonly audit: Audit }> {
  const before = cleanups.length;
  try {
    const aftermath = await runStorm(plan, { product: of, cleanups, onProgress });
    return { aftermath, audit: auditOf(aftermath.evidence) };
  } finally {
    await clean(before);
  }
}

async function play(plan: Plan): Promise<boolean> {
  const { orders, serviceOrders, incidents, seed } = plan;
  onProgress(
    `seed ${seed}: ${orders.length} orders, ${serviceOrders.length} service orders, ${incidents.length} incidents`,
  );
  const { aftermath, audit } = await storm(plan, await product());
  console.log(report(plan, audit, aftermath));
  // A storm that could not be played as it was planned proves nothing.
  return isClean(audit) && aftermath.troubles.length === 0;
}

/** Each mutant must be caught by the storm that is aimed at it, and the product as it is must pass the very same storm. */
async function hunt(names: readonly MutantName[]): Promise<boolean> {
  const trials: Trial[] = [];
  const asItIs = await product();
  for (const name of names) {
    const { plan, edits, breaks } = MUTANTS[name];
    onProgress(`${name}: the product as it is`);
    const control = await storm(plan, asItIs);
    onProgress(`${name}: the mutant`);
    const mutant = await storm(plan, await mutated(ROOT, edits, await newFolder()));
    const troubles = [
      ...control.aftermath.troubles.map((each) => `as it is: ${each}`),
      ...unplayed(plan, control.aftermath.evidence).map((each) => `as it is: ${each}`),
      ...mutant.aftermath.troubles.map((each) => `the mutant: ${each}`),
    ];
    trials.push({ name, breaks, control: control.audit, mutant: mutant.audit, troubles });
  }
  console.log(mutantReport(trials));
  return trials.every(isCaught);
}

/** Processes that were started have groups of their own, so nobody else ends them if this one is ended, or fails. */
const interrupted: Promise<number> = Promise.race([
  ...(['SIGINT', 'SIGTERM'] as const).map((signal) => once(process, signal).then(() => INTERRUPTED)),
  once(process, 'uncaughtException').then(([error]) => {
    console.error(error);
    return 1;
  }),
]);

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if ('fault' in options) {
    console.error(`${options.fault} (see --help)`);
    return USAGE;
  }
  if ('help' in options) {
    console.log(HELP);
    return 0;
  }
  quietRuntime();
  const work = 'mutants' in options ? hunt(options.mutants) : play(makePlan(options.seed, options.scale));
  try {
    return await Promise.race([work.then((isGood) => (isGood ? 0 : 1)), interrupted]);
  } finally {
    await clean();
  }
}

// What an order still waits for must not keep the process.
process.exit(await main());
