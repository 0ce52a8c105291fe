import { INTERRUPTED, listOf, newCommand, oneOf, runTool, section, wholeNumber } from '../../process/command-line.js';
import { buildBundles } from './subjects.js';
import { Cleanups } from '../processes.js';
import { cacheLoss } from './measure/cache-loss.js';
import { coldStart } from './measure/cold-start.js';
import { drain } from './measure/drain.js';
import { events } from './measure/events.js';
import { growth } from './measure/growth.js';
import { lateness } from './measure/lateness.js';
import { memory } from './measure/memory.js';
import { notifications } from './measure/notifications.js';
import { starts } from './measure/starts.js';
import { FULL, QUICK, type Measurement } from './plan.js';
import { markdown } from './report.js';

const MEASUREMENTS: Readonly<Record<string, Measurement>> = {
  drain,
  events,
  starts,
  memory,
  growth,
  lateness,
  'cold-start': coldStart,
  'cache-loss': cacheLoss,
  notifications,
};

const NAMES = Object.keys(MEASUREMENTS);

const DESCRIPTION = `Compares the product with a bare workflow, as a good engineer writes it by hand for the same three signed calls.
Each has a worker of its own, on one Temporal server, with a fake WeChat Pay that is not the bottleneck. Takes some 25
minutes. Linux only. The tables are Markdown, on standard output.`;

const HELP = {
  more: section('Measurements', Object.fromEntries(NAMES.map((name) => [name, MEASUREMENTS[name]?.means ?? '']))),
  examples: {
    'npm run bench > tables.md': 'everything',
    'npm run bench -- --quick --only events,memory': 'two measurements, small',
    'BENCH_TOLD=1 npm run bench -- --only drain,events': 'orders that tell a checkout how they ended',
  },
  exitCodes: { 0: 'every measurement succeeded', 1: 'a measurement failed', [INTERRUPTED]: 'interrupted' },
};

const COUNT = wholeNumber(1, 100_000);

interface Options {
  readonly only?: readonly string[];
  readonly quick?: true;
  readonly rounds?: number;
  readonly orders?: number;
  readonly guarded?: true;
  readonly bareStackless?: true;
}

/** @throws UsageError */
function readOptions(args: string[]): Options {
  return newCommand('npm run bench --', DESCRIPTION, HELP)
    .option('--only <names>', 'only these, separated by commas (default: all)', listOf(oneOf(NAMES)))
    .option('--quick', 'fewer orders and rounds: figures are not reliable')
    .option('--rounds <n>', `rounds of each comparison (default: ${FULL.rounds}, with --quick ${QUICK.rounds})`, COUNT)
    .option('--orders <n>', `orders of a round (default: ${FULL.orders}, with --quick ${QUICK.orders})`, COUNT)
    .option('--guarded', 'also measure the bare workflow with its three calls in one activity')
    .option('--bare-stackless', "build the bare workflow's bundle without stack traces, like the product's")
    .parse(args, { from: 'user' })
    .opts<Options>();
}

/** Makes one measurement after the other. @returns the exit code */
async function measure(options: Options, cleanups: Cleanups): Promise<number> {
  const { only = NAMES, quick = false, guarded = false, bareStackless = false, ...sizes } = options;
  console.error('building the workflow bundles');
  const bundles = await buildBundles(cleanups, !bareStackless);
  const bench = { bundles, cleanups, sizes: { ...(quick ? QUICK : FULL), ...sizes }, withGuarded: guarded };
  const began = performance.now();
  const elapsed = (): string => `${Math.round((performance.now() - began) / 1000)} s`;
  let exitCode = 0;
  for (const name of only) {
    if (cleanups.isOver) return exitCode;
    console.error(`${elapsed()}  ${name}`);
    try {
      const sections = await MEASUREMENTS[name]?.run(bench);
      for (const each of sections ?? []) console.log(markdown(each));
    } catch (error) {
      // The other measurements are still useful.
      console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      exitCode = 1;
    }
  }
  console.error(`${elapsed()}  done`);
  return exitCode;
}

await runTool(async (args) => {
  const options = readOptions(args);
  const cleanups = new Cleanups();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void cleanups.end().then(() => process.exit(INTERRUPTED)));
  }
  try {
    return await measure(options, cleanups);
  } finally {
    await cleanups.end();
  }
});
