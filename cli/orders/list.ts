import stringWidth from 'string-width';
import type { ListedOrder } from '../../client/order-list.js';
import type { Locale } from '../../domain/locale.js';
import { fill } from '../../domain/page/texts.js';
import { DAY, HOUR, MINUTE } from '../../domain/time.js';
import { EXIT_CODES } from '../../process/exit.js';
import { type Desk, localTime, say, TIME_ZONE } from './desk.js';
import { COLUMNS, LISTED } from './texts.js';
import { queryOf, type Wanted } from './where.js';
import { stateWords } from './words.js';

export const DEFAULT_LIMIT = 50;

/** Shows the orders that fit. */
export async function list(desk: Desk, wanted: Wanted, limit = DEFAULT_LIMIT): Promise<number> {
  const { locale } = desk;
  const query = queryOf(wanted, locale);
  const [orders, counted] = await Promise.all([desk.list.find(query, limit), desk.list.count(query)]);
  // What ends between the two calls is not counted any more.
  const total = Math.max(counted, orders.length);
  const count = fill(LISTED.count, locale, { shown: String(orders.length), total: String(total), zone: TIME_ZONE });
  const words = orders.length === 0 ? LISTED.none[locale] : `${tableOf(orders, locale)}\n\n${count}`;
  say(desk, words, { total, orders });
  return EXIT_CODES.ok;
}

const COLUMN_NAMES = Object.keys(COLUMNS) as readonly (keyof typeof COLUMNS)[];
const GAP = 2;

/** The columns that are made narrower if the window is too small, one after the other, and how narrow each may be. */
const NARROWED = [
  ['state', 12],
  ['reason', 12],
  ['order', 14],
  ['state', 6],
  ['reason', 6],
  ['order', 8],
] as const;

/** Orders as a table that fits the window. */
export function tableOf(orders: readonly ListedOrder[], locale: Locale, window = windowWidth()): string {
  const rows = [Object.fromEntries(COLUMN_NAMES.map((name) => [name, COLUMNS[name][locale]])), ...orders.map(cellsOf)];
  function cellsOf({ workflowId: order, state, reason, deadline, startedAt }: ListedOrder): Record<string, string> {
    const due = deadline === null ? '' : localTime(deadline).slice(0, 'yyyy-MM-ddThh:mm'.length).replace('T', ' ');
    return { order, state: stateWords(state, locale), reason: reason ?? '', due, age: ageOf(startedAt) };
  }
  const widths = new Map(
    COLUMN_NAMES.map((name) => [name, Math.max(...rows.map((row) => stringWidth(row[name] ?? '')))]),
  );
  let excess = [...widths.values()].reduce((sum, width) => sum + width + GAP, -GAP) - window;
  for (const [name, least] of NARROWED) {
    const width = widths.get(name) ?? 0;
    const narrower = Math.min(width, Math.max(least, width - Math.max(excess, 0)));
    widths.set(name, narrower);
    excess -= width - narrower;
  }
  const lineOf = (row: Record<string, string>): string =>
    COLUMN_NAMES.map((name) => fitted(row[name] ?? '', widths.get(name) ?? 0, name === 'order')).join(' '.repeat(GAP));
  return rows.map((row) => lineOf(row).trimEnd()).join('\n');
}

/** Of what is not shown in a window, such as a file, nothing is cut. */
function windowWidth(): number {
  return process.stdout.isTTY ? process.stdout.columns : Number(process.env['COLUMNS']) || Infinity;
}

/** A text in a column. Of an id that is too long, the end stays: the number of the order, by which it can be named. */
function fitted(text: string, width: number, keepsEnd: boolean): string {
  const excess = stringWidth(text) - width;
  if (excess <= 0) return text + ' '.repeat(-excess);
  const characters = keepsEnd ? Array.from(text).reverse() : Array.from(text);
  let kept = '';
  for (const each of characters) {
    if (stringWidth(kept + each) >= width) break;
    kept = keepsEnd ? each + kept : kept + each;
  }
  const cut = keepsEnd ? `…${kept}` : `${kept}…`;
  return cut + ' '.repeat(Math.max(width - stringWidth(cut), 0));
}

/** How long ago, in the largest unit that is full, as in `3h`. */
function ageOf(startedAt: string): string {
  const age = Math.max(Date.now() - Date.parse(startedAt), 0);
  if (age >= 2 * DAY) return `${Math.floor(age / DAY)}d`;
  return age >= 2 * HOUR ? `${Math.floor(age / HOUR)}h` : `${Math.floor(age / MINUTE)}m`;
}
