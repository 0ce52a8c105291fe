import type { SubjectName } from './subjects.js';
import { spreadOf } from '../statistics.js';

/**
 * Measures subjects in turns, in reverse order in every other round (AB, BA, …), so that other work of the machine disturbs
 * all equally.
 *
 * @returns for each round what was measured
 */
export async function interleaved<T>(
  names: readonly SubjectName[],
  rounds: number,
  measure: (name: SubjectName, round: number) => Promise<T>,
): Promise<readonly Readonly<Record<SubjectName, T>>[]> {
  const measured: Record<SubjectName, T>[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const results: Partial<Record<SubjectName, T>> = {};
    for (const name of round % 2 === 0 ? names : names.toReversed()) results[name] = await measure(name, round);
    measured.push(results as Record<SubjectName, T>);
  }
  return measured;
}

/** A table, and notes for its readers. */
export interface Section {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly notes: readonly string[];
}

/** The bounds of a ratio of ours to bare. `aim` is wanted, `floor` is required. */
export interface Goal {
  readonly better: 'higher' | 'lower';
  readonly aim?: number;
  readonly floor: number;
}

/** One figure of two subjects, for each round. */
export interface Comparison {
  readonly what: string;
  /** The figures of the subject that the other is compared with. */
  readonly bare: readonly number[];
  readonly ours: readonly number[];
  readonly format: (value: number) => string;
  readonly goal?: Goal;
}

/** The columns of {@link comparedRow}. */
export function comparedColumns(ours: string, bare = 'bare'): readonly string[] {
  return ['', bare, ours, `${ours} / ${bare}`, 'range', 'aim', 'floor', ''];
}

/** The medians of both, the median and range of the ratios of the rounds, and which bound is reached. */
export function comparedRow({ what, bare, ours, format, goal }: Comparison): readonly string[] {
  const ratio = spreadOf(ours.map((value, round) => value / (bare[round] ?? NaN)));
  return [
    what,
    format(spreadOf(bare).median),
    format(spreadOf(ours).median),
    ratio.median.toFixed(2),
    ours.length > 1 ? `${ratio.min.toFixed(2)}–${ratio.max.toFixed(2)}` : '',
    bound(goal?.aim, goal),
    bound(goal?.floor, goal),
    goal === undefined ? '' : verdict(ratio.median, goal),
  ];
}

function bound(value: number | undefined, goal: Goal | undefined): string {
  if (value === undefined || goal === undefined) return '';
  return `${goal.better === 'higher' ? '≥' : '≤'} ${value}`;
}

/** Which bound a ratio reaches. */
export function verdict(ratio: number, { better, aim, floor }: Goal): 'aim' | 'floor' | 'behind' {
  const reaches = (bound: number): boolean => (better === 'higher' ? ratio >= bound : ratio <= bound);
  if (aim !== undefined && reaches(aim)) return 'aim';
  return reaches(floor) ? 'floor' : 'behind';
}

export function markdown({ title, columns, rows, notes }: Section): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = line(columns.map((_, index) => (index === 0 ? '---' : '--:')));
  return [`### ${title}`, '', line(columns), rule, ...rows.map(line), '', ...notes.flatMap((note) => [note, ''])].join(
    '\n',
  );
}

export const perSecond = (value: number): string => `${value.toFixed(0)}/s`;
export const milliseconds = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
export const seconds = (value: number): string => `${(value / 1000).toFixed(1)} s`;
export const bytes = (value: number): string => value.toFixed(0).replace(/\B(?=(\d{3})+$)/g, ',');
export const megabytes = (value: number): string => `${(value / 1_000_000).toFixed(0)} MB`;
