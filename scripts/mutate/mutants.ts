import { TABLES, type AnyRow } from './tables.js';

/** One change of one row: the row as it is instead, or `null` where it is dropped. */
export interface Mutant {
  /** Its place among all mutants. */
  readonly number: number;
  readonly table: string;
  readonly index: number;
  readonly change: string;
  readonly row: AnyRow | null;
}

/** What an operator should do is text: it is compared by people, and by the documents that are made from it. */
const TEXTS = new Set(['advice', 'code']);

/** Every mutant of every table: each row dropped, each of its lists shortened, each of its fields altered or left out. */
export function mutants(): Mutant[] {
  return Object.entries(TABLES)
    .flatMap(([table, { rows }]) =>
      rows.flatMap((row, index) => [
        { table, index, change: 'dropped', row: null },
        ...changesOf(row, rows).map(([change, changed]) => ({ table, index, change, row: changed })),
      ]),
    )
    .map((mutant, number) => ({ number, ...mutant }));
}

/** The mutant that is in place. It is as old as the tables are: the test files of a run have both in common. */
let applied: number | undefined;

/** Changes its table as a mutant says. Nothing, where that was done. */
export function applyOnce(number: number): void {
  if (applied === number) return;
  if (applied !== undefined) throw new Error(`mutant ${applied} is in place already`);
  const mutant = mutants()[number];
  if (mutant === undefined) throw new Error(`there is no mutant ${number}`);
  const { table, index, row } = mutant;
  TABLES[table]?.rows.splice(index, 1, ...(row === null ? [] : [row]));
  applied = number;
}

function changesOf(row: AnyRow, rows: readonly AnyRow[]): [string, AnyRow][] {
  return Object.entries(row).flatMap(([field, value]): [string, AnyRow][] => {
    if (TEXTS.has(field)) return [];
    if (Array.isArray(value)) return shortened(row, field, value);
    const without = optionalIn(field, rows) ? [[`${field} left out`, omit(row, field)] as [string, AnyRow]] : [];
    const other = rows.map((each) => each[field]).find((each) => each !== undefined && !same(each, value));
    const altered =
      other === undefined ? [] : [[`${field} is ${show(other)}`, { ...row, [field]: other }] as [string, AnyRow]];
    return [...without, ...altered];
  });
}

/** A list that loses one of its members. One that loses its only member is a row that is dropped. */
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

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function show(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
