import { parseArgs } from 'node:util';
import { isMutant, MUTANT_NAMES, MUTANTS, type MutantName } from './mutants.js';
import { LONG, scaled, SHORT, type Scale } from './plan.js';

export const HELP = `Usage: npm run chaos -- [options]

Plays ${LONG.orders} orders of every kind against the sandbox, while workers, receivers and the Temporal server are killed, a worker
is frozen, WeChat Pay is away, answers are lost and forged, and its keys move. Then it judges by what a witness saw on the
wire, by WeChat Pay's books and by Temporal's histories: every line of the audit must be zero. Six to ten minutes. Linux only.

  --seed <n>       the same seed plays the same plan; default: drawn, and printed
  --short          ${SHORT.orders} orders, in about a minute
  --orders <n>     another number of orders
  --mutant <name>  break a promise in a copy of the source, and see that a storm that is aimed at it finds out; repeatable
${MUTANT_NAMES.map((name) => `    ${name.padEnd(22)}${MUTANTS[name].means}`).join('\n')}
  --mutants        all of them
  --help

Exit code: 0 if every line is zero, or every mutant was caught; otherwise 1; 2 for arguments that cannot be used; 130 if it
was interrupted.`;

export type Options =
  | { readonly help: true }
  | { readonly fault: string }
  | { readonly mutants: readonly MutantName[] }
  | { readonly seed: number; readonly scale: Scale };

const MOST_ORDERS = 2_000;
const MOST_SEED = 2 ** 32 - 1;
/** A seed that is drawn is short enough to be typed. */
const DRAWN_SEED = 1_000_000;

export function readOptions(args: string[]): Options {
  try {
    return parse(args);
  } catch (error) {
    return { fault: error instanceof Error ? error.message : 'unknown arguments' };
  }
}

function parse(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      seed: { type: 'string' },
      short: { type: 'boolean', default: false },
      orders: { type: 'string' },
      mutant: { type: 'string', multiple: true, default: [] },
      mutants: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return { help: true };
  const unknown = values.mutant.find((name) => !isMutant(name));
  if (unknown !== undefined) throw new Error(`there is no mutant ${unknown}`);
  if (values.mutants) return { mutants: MUTANT_NAMES };
  if (values.mutant.length > 0) return { mutants: values.mutant.filter(isMutant) };
  const form = values.short ? SHORT : LONG;
  const orders = values.orders === undefined ? form.orders : wholeNumber('--orders', values.orders, 1, MOST_ORDERS);
  const seed =
    values.seed === undefined
      ? Math.floor(Math.random() * DRAWN_SEED)
      : wholeNumber('--seed', values.seed, 0, MOST_SEED);
  return { seed, scale: scaled(form, orders) };
}

function wholeNumber(option: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new Error(`${option} must be a whole number from ${min} to ${max}`);
  }
  return value;
}
