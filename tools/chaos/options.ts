import { INTERRUPTED, listOf, newCommand, oneOf, section, wholeNumber } from '../../process/command-line.js';
import { MUTANT_NAMES, MUTANTS, type MutantName } from './mutants.js';
import { LONG, scaled, SHORT, type Scale } from './plan.js';

const DESCRIPTION = `Plays ${LONG.orders} orders of every kind against the sandbox, while workers, receivers and the Temporal server are
killed, a worker is frozen, WeChat Pay is away, answers are lost and forged, and its keys move. Then it judges by what a
witness saw on the wire, by WeChat Pay's books and by Temporal's histories: every line of the audit must be zero. Six to
ten minutes. Linux only.`;

const HELP = {
  more: section(
    'Mutants (each breaks a promise in a copy of the source, and a storm aimed at it must find out)',
    Object.fromEntries(MUTANT_NAMES.map((name) => [name, MUTANTS[name].means])),
  ),
  examples: {
    'npm run chaos -- --short --seed 1': 'what CI plays',
    'npm run chaos -- --mutants': 'sees that every broken promise is found out',
  },
  exitCodes: {
    0: 'every line is zero, or every mutant was caught',
    1: 'something is not, or the storm could not be played as it was planned',
    [INTERRUPTED]: 'it was interrupted',
  },
};

export type Options = { readonly mutants: readonly MutantName[] } | { readonly seed: number; readonly scale: Scale };

interface Values {
  readonly seed?: number;
  readonly short?: true;
  readonly orders?: number;
  readonly mutant?: readonly MutantName[];
  readonly mutants?: true;
}

const MOST_ORDERS = 2_000;
const MOST_SEED = 2 ** 32 - 1;
/** A seed that is drawn is short enough to be typed. */
const DRAWN_SEED = 1_000_000;

/** @throws UsageError */
export function readOptions(args: string[]): Options {
  const values = newCommand('npm run chaos --', DESCRIPTION, HELP)
    .option('--seed <n>', 'the same seed plays the same plan (default: drawn, and printed)', wholeNumber(0, MOST_SEED))
    .option('--short', `${SHORT.orders} orders, in about a minute`)
    .option(
      '--orders <n>',
      `how many (default: ${LONG.orders}, with --short ${SHORT.orders})`,
      wholeNumber(1, MOST_ORDERS),
    )
    .option('--mutant <name>', 'break a promise, see below; may be repeated', listOf(oneOf(MUTANT_NAMES)))
    .option('--mutants', 'all of them')
    .parse(args, { from: 'user' })
    .opts<Values>();
  if (values.mutants === true) return { mutants: MUTANT_NAMES };
  if (values.mutant !== undefined) return { mutants: values.mutant };
  const form = values.short === true ? SHORT : LONG;
  const { seed = Math.floor(Math.random() * DRAWN_SEED), orders = form.orders } = values;
  return { seed, scale: scaled(form, orders) };
}
