import { parseArgs } from 'node:util';
import { LONG, scaled, SHORT, type Scale } from './plan.js';

export const HELP = `Usage: npm run chaos -- [options]

Plays ${LONG.orders} orders of every kind against the sandbox, while workers, receivers and the Temporal server are killed, a worker is
frozen, WeChat Pay is away, answers are lost and forged, and its keys move. Then it judges by what a witness saw on the wire,
by WeChat Pay's books and by Temporal's histories: every line of the audit must be zero. Some ten minutes. Linux only.

  --seed <n>      the same seed plays the same plan; default: drawn, and printed
  --short         ${SHORT.orders} orders, in about a minute
  --orders <n>    another number of orders
  --help`;

export interface Options {
  readonly seed: number;
  readonly scale: Scale;
}

const MOST_ORDERS = 2_000;

export function readOptions(args: string[]): Options | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      seed: { type: 'string' },
      short: { type: 'boolean', default: false },
      orders: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const form = values.short ? SHORT : LONG;
  const orders = values.orders === undefined ? form.orders : wholeNumber('--orders', values.orders, MOST_ORDERS);
  const seed =
    values.seed === undefined ? Math.floor(Math.random() * 1_000_000) : wholeNumber('--seed', values.seed, 2 ** 32);
  return { seed, scale: scaled(form, orders) };
}

function wholeNumber(option: string, text: string, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > max) throw new Error(`${option} must be a whole number up to ${max}`);
  return value;
}
