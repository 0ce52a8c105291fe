import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { INTERRUPTED, runTool } from '../../process/command-line.js';
import { quietRuntime } from '../../testing/demo/processes.js';
import { writeWorkflowBundle } from '../../worker/workflow-bundle.js';
import { auditOf, isClean, type Audit } from './audit.js';
import { type MutantName, MUTANTS, mutated } from './mutants.js';
import { readOptions } from './options.js';
import { makePlan, type Plan } from './plan.js';
import { notPlayed } from './play-order.js';
import { isCaught, mutantReport, report, type Trial } from './report.js';
import { Cleanups } from '../processes.js';
import type { Product } from './environment.js';
import { runStorm, type StormResult } from './storm.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const cleanups = new Cleanups();

const onProgress = (line: string): void => console.error(line);

/** A folder that is removed when the program ends. */
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
function storm(plan: Plan, of: Product): Promise<{ readonly result: StormResult; readonly audit: Audit }> {
  return cleanups.scoped(async (scope) => {
    const result = await runStorm(plan, { product: of, cleanups: scope, onProgress });
    return { result, audit: auditOf(result.evidence) };
  });
}

async function play(plan: Plan): Promise<boolean> {
  const { orders, serviceOrders, incidents, seed } = plan;
  onProgress(
    `seed ${seed}: ${orders.length} orders, ${serviceOrders.length} service orders, ${incidents.length} incidents`,
  );
  const { result, audit } = await storm(plan, await product());
  console.log(report(plan, audit, result));
  // A storm that did not happen as planned proves nothing.
  return isClean(audit) && result.deviations.length === 0;
}

/** The storm of each mutant must catch it, and the product as it is must pass the same storm. */
async function playMutants(names: readonly MutantName[]): Promise<boolean> {
  const trials: Trial[] = [];
  const asItIs = await product();
  for (const name of names) {
    const { plan, edits, breaks } = MUTANTS[name];
    onProgress(`${name}: the product as it is`);
    const control = await storm(plan, asItIs);
    onProgress(`${name}: the mutant`);
    const mutant = await storm(plan, await mutated(ROOT, edits, await newFolder()));
    const deviations = [
      ...control.result.deviations.map((each) => `as it is: ${each}`),
      ...notPlayed(plan, control.result.evidence).map((each) => `as it is: ${each}`),
      ...mutant.result.deviations.map((each) => `the mutant: ${each}`),
    ];
    trials.push({ name, breaks, control: control.audit, mutant: mutant.audit, deviations });
  }
  console.log(mutantReport(trials));
  return trials.every(isCaught);
}

/** The processes of a storm have process groups of their own, so Ctrl-C does not reach them. Only the cleanups end them. */
const interrupted: Promise<number> = Promise.race([
  ...(['SIGINT', 'SIGTERM'] as const).map((signal) => once(process, signal).then(() => INTERRUPTED)),
  once(process, 'uncaughtException').then(([error]) => {
    console.error(error);
    return 1;
  }),
]);

async function main(args: string[]): Promise<number> {
  const options = readOptions(args);
  quietRuntime();
  const work = 'mutants' in options ? playMutants(options.mutants) : play(makePlan(options.seed, options.scale));
  try {
    return await Promise.race([work.then((isGood) => (isGood ? 0 : 1)), interrupted]);
  } finally {
    await cleanups.end();
  }
}

await runTool(main);
