import { parseArgs } from 'node:util';
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
import { FULL, QUICK, type Measurement, type Sizes } from './plan.js';
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

/** What a shell takes for the end by Ctrl-C, and for arguments that cannot be used. */
const INTERRUPTED = 130;
const USAGE = 2;

const HELP = `Usage: npm run bench -- [options]

Measures the product beside a bare workflow that a good engineer writes by hand for the same three signed calls, in some 25
minutes: each with a worker of its own, on one Temporal server, against a WeChat Pay that is not the bottleneck. Linux only. The tables are
Markdown, on standard output.

  --only <names>   only these, with commas between them
${Object.entries(MEASUREMENTS)
  .map(([name, { means }]) => `    ${name.padEnd(15)}${means}`)
  .join('\n')}
  --quick          less of everything: for a look, not for figures to rely on
  --rounds <n>     how often each comparison is made; default ${FULL.rounds}, with --quick ${QUICK.rounds}
  --orders <n>     how many orders a round has; default ${FULL.orders}, with --quick ${QUICK.orders}
  --guarded        also measures the bare workflow with its three calls in one activity
  --bare-stackless the bundle of the bare workflow keeps no stack traces either, as the product's that is deployed
  --help

Exit code: 0 when all was measured, 1 if something could not be, 2 for arguments that cannot be used.`;

interface Options {
  readonly names: readonly string[];
  readonly sizes: Sizes;
  readonly withGuarded: boolean;
  readonly bareStackTraces: boolean;
}

function readOptions(): Options | 'help' {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      orders: { type: 'string' },
      guarded: { type: 'boolean', default: false },
      'bare-stackless': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const names = values.only?.split(',') ?? Object.keys(MEASUREMENTS);
  const unknown = names.filter((name) => !Object.hasOwn(MEASUREMENTS, name));
  if (unknown.length > 0) throw new Error(`there is no measurement ${unknown.join(', ')}`);
  const sizes = values.quick ? QUICK : FULL;
  const rounds = wholeNumber('rounds', values.rounds, sizes.rounds);
  const orders = wholeNumber('orders', values.orders, sizes.orders);
  return {
    names,
    sizes: { ...sizes, rounds, orders },
    withGuarded: values.guarded,
    bareStackTraces: !values['bare-stackless'],
  };
}

function wholeNumber(name: string, text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${name} must be a whole number, at least 1`);
  return value;
}

async function main(options: Options, cleanups: Cleanups): Promise<void> {
  console.error('building the workflow bundles');
  const bundles = await buildBundles(cleanups, options.bareStackTraces);
  const began = performance.now();
  const elapsed = (): string => `${Math.round((performance.now() - began) / 1000)} s`;
  for (const name of options.names) {
    if (cleanups.isOver) return;
    console.error(`${elapsed()}  ${name}`);
    try {
      const sections = await MEASUREMENTS[name]?.run({ bundles, cleanups, ...options });
      for (const section of sections ?? []) console.log(markdown(section));
    } catch (error) {
      // The other measurements are still useful.
      fail(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  console.error(`${elapsed()}  done`);
}

function fail(why: string): void {
  console.error(why);
  process.exitCode = 1;
}

function usage(error: unknown): never {
  console.error(`${error instanceof Error ? error.message : 'unknown arguments'} (see --help)`);
  process.exit(USAGE);
}

function optionsOrUsage(): Options | 'help' {
  try {
    return readOptions();
  } catch (error) {
    return usage(error);
  }
}

const options = optionsOrUsage();
if (options === 'help') {
  console.log(HELP);
  process.exit();
}
const cleanups = new Cleanups();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void cleanups.end().then(() => process.exit(INTERRUPTED)));
}
try {
  await main(options, cleanups);
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
} finally {
  await cleanups.end();
}
