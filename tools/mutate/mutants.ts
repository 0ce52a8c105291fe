import { isSame } from '../../domain/validation.js';
import { TABLES, type AnyGuard, type AnyLimits, type AnyRow, type Table } from './tables.js';

/** One change of a table: of a row, a guard or a limit. */
export interface Mutant {
  /** Its index among all mutants. */
  readonly number: number;
  readonly table: string;
  /** The part that is changed, as in `row 3` or `guard mayClose`, and the change. */
  readonly of: string;
  readonly change: string;
  /** Changes the table in place. */
  readonly apply: () => void;
}

type Change = Omit<Mutant, 'number' | 'table'>;

/** These fields are texts for people. The tests of the documents check them. */
const TEXTS = new Set(['advice', 'code']);

/**
 * Every mutant of every table. Each row is removed, each of its lists shortened, each of its fields changed or left out. Each
 * guard always holds, or never. Each limit is halved and doubled.
 */
export function mutants(): Mutant[] {
  return Object.entries(TABLES)
    .flatMap(([table, parts]) => changesOf(parts).map((change) => ({ table, ...change })))
    .map((mutant, number) => ({ number, ...mutant }));
}

/** The applied mutant. All test files of a run share it and the tables. */
let applied: number | undefined;

/** Applies a mutant, unless it is applied already. */
export function applyOnce(number: number): void {
  if (applied === number) return;
  if (applied !== undefined) throw new Error(`mutant ${applied} is applied already`);
  const mutant = mutants()[number];
  if (mutant === undefined) throw new Error(`there is no mutant ${number}`);
  mutant.apply();
  applied = number;
}

function changesOf({ rows, guards, limits }: Table): Change[] {
  return [
    ...rows.flatMap((row, index) => rowChanges(row, index, rows)),
    ...Object.entries(guards).flatMap(([name, guard]) => guardChanges(name, guard)),
    ...Object.entries(limits).flatMap(([name, lengths]) => limitChanges(name, lengths)),
  ];
}

function rowChanges(row: AnyRow, index: number, rows: AnyRow[]): Change[] {
  const of = `row ${index + 1}`;
  return [
    { of, change: 'dropped', apply: () => void rows.splice(index, 1) },
    ...changedRows(row, rows).map(([change, changed]): Change => {
      return { of, change, apply: () => void rows.splice(index, 1, changed) };
    }),
  ];
}

function guardChanges(name: string, guard: AnyGuard): Change[] {
  return [true, false].map((answer) => ({
    of: `guard ${name}`,
    change: answer ? 'always holds' : 'never holds',
    apply: () => {
      guard.holds = () => answer;
    },
  }));
}

function limitChanges(name: string, limits: AnyLimits): Change[] {
  return Object.entries(limits).flatMap(([field, length]) =>
    (
      [
        ['halved', length / 2],
        ['doubled', length * 2],
      ] as const
    ).map(([change, changed]) => ({
      of: `${name}.${field}`,
      change,
      apply: () => {
        limits[field] = changed;
      },
    })),
  );
}

function changedRows(row: AnyRow, rows: readonly AnyRow[]): [string, AnyRow][] {
  return Object.entries(row).flatMap(([field, value]): [string, AnyRow][] => {
    if (TEXTS.has(field)) return [];
    if (Array.isArray(value)) return shortened(row, field, value);
    const without = optionalIn(field, rows) ? [[`${field} left out`, omit(row, field)] as [string, AnyRow]] : [];
    const other = rows.map((each) => each[field]).find((each) => each !== undefined && !isSame(each, value));
    const altered =
      other === undefined ? [] : [[`${field} is ${show(other)}`, { ...row, [field]: other }] as [string, AnyRow]];
    return [...without, ...altered];
  });
}

/** The list without one of its members, for each. A list of one is not shortened: its row would match nothing, as if removed. */
function shortened(row: AnyRow, field: string, list: readonly unknown[]): [string, AnyRow][] {
  if (list.length < 2) return [];
  return list.map((member) => [
    `${field} without ${show(member)}`,
    { ...row, [field]: list.filter((each) => each !== member) },
  ]);
}

function optionalIn(field: string, rows: readonly AnyRow[]): boolean {
  return rows.some((row) => !(field in row));
}

function omit(row: AnyRow, field: string): AnyRow {
  return Object.fromEntries(Object.entries(row).filter(([key]) => key !== field));
}

function show(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
