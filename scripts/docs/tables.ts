import type { Checked } from '../../domain/check.js';
import { code, codes, table } from './markdown.js';

/** A row of either state table. */
interface AnyRow {
  readonly from: readonly string[];
  readonly on: readonly string[];
  readonly when?: string;
  readonly to: string;
  readonly pause?: string;
  readonly reason?: string;
}

/** A state table, row by row, as it is read: from the top. */
export function stateTable(rows: readonly AnyRow[], phases: readonly string[]): string {
  return table(
    ['', 'from', 'on', 'when', 'to', 'pause or reason'],
    rows.map(({ from, on, when, to, pause, reason }, index) => [
      String(index + 1),
      fromInWords(from, phases),
      codes(on),
      when === undefined ? '' : code(when),
      code(to),
      code(pause ?? reason ?? '').replace('``', ''),
    ]),
  );
}

/** What each of some names means. */
export function wordsTable(
  head: readonly [name: string, means: string],
  words: Readonly<Record<string, string>>,
): string {
  return table(
    head,
    Object.entries(words).map(([name, means]) => [code(name), means]),
  );
}

type Triggers = Readonly<Record<string, { readonly brief: string; readonly means: string }>>;

/** What each trigger of a state table is. */
export function triggersTable(triggers: Triggers): string {
  return table(
    ['on', 'what it is'],
    Object.entries(triggers).map(([name, { means }]) => [code(name), means]),
  );
}

/** What a diagram calls each trigger. */
export function briefsOf(triggers: Triggers): Record<string, string> {
  return Object.fromEntries(Object.entries(triggers).map(([name, { brief }]) => [name, brief]));
}

export const endsTable = (ends: Readonly<Record<string, string>>): string =>
  wordsTable(['`ended`', 'what it means'], ends);

export const conditionsTable = (conditions: Readonly<Record<string, string>>): string =>
  wordsTable(['when', 'what must be so'], conditions);

/** Of nearly all states, it is said which are not among them. */
function fromInWords(from: readonly string[], phases: readonly string[]): string {
  const others = phases.filter((phase) => !from.includes(phase));
  if (others.length === 0) return '_any_';
  return others.length === 1 ? `_any_ but ${codes(others)}` : codes(from);
}

/** The rule that an input breaks in a field. @throws Error where it breaks none, so that the page would have none to tell */
export function ruleFor(field: string, checked: Checked<unknown>): string {
  const faults = checked.ok ? [] : checked.faults;
  const found = faults.find((each) => each.field.split(', ').includes(field));
  if (found === undefined) throw new Error(`the input that was to break the rule of ${field} breaks none`);
  return found.rule;
}
