import type { Audit } from '../sandbox/ledger.js';
import { askedFor, storyNumber } from './story-schema.js';
import type { Played } from './context.js';

export interface TableWidth {
  /** How many columns the terminal has. */
  readonly width: number;
  /** The index of the cell that is shortened if a line is wider than that. */
  readonly elastic: number;
}

const INDENT = '  ';
const GAP = '  ';

/** The elastic column is never narrower. In a narrower terminal the lines are too wide. */
const MIN_ELASTIC = 8;

/** Aligned lines. Every row has as many cells as the first. */
export function table(
  rows: readonly (readonly string[])[],
  { width, elastic }: TableWidth = { width: Infinity, elastic: 0 },
): string[] {
  const natural = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const whole = INDENT.length + natural.reduce((sum, each) => sum + each + GAP.length, -GAP.length);
  const room = Math.max(MIN_ELASTIC, (natural[elastic] ?? 0) - Math.max(0, whole - width));
  const widths = natural.map((each, column) => (column === elastic ? Math.min(each, room) : each));
  return rows.map(
    (row) =>
      INDENT +
      row
        .map((cell, column) => fit(cell, widths[column] ?? 0))
        .join(GAP)
        .trimEnd(),
  );
}

function fit(cell: string, width: number): string {
  return cell.length <= width ? cell.padEnd(width) : `${cell.slice(0, width - 1)}…`;
}

const AUDIT_LINES: Record<keyof Audit, string> = {
  early: 'closed sooner than 5 minutes after creation',
  closedWhilePaid: 'close or cancel sent after WeChat Pay had said paid',
  needless: 'close or cancel sent without a fresh answer before it that allows it',
  wrong: 'outcome that is not the state at WeChat Pay',
};

const HEAD = ['number', 'asked for', 'expected', 'got', ''];
const ASKED_FOR = 1;

export interface Report {
  readonly text: string;
  /** Every order ended as expected, and the audit found nothing. */
  readonly holds: boolean;
}

/** A table of what each story asked for, expected and got, and the audit of every call. @param width of the terminal, in columns */
export function report(played: readonly Played[], audit: Audit, width: number): Report {
  const kinds = Object.keys(AUDIT_LINES) as (keyof Audit)[];
  const asExpected = played.filter(isAsExpected).length;
  const holds = asExpected === played.length && kinds.every((kind) => audit[kind].length === 0);
  const text = [
    ...table([HEAD, ...played.map(rowOf)], { width, elastic: ASKED_FOR }),
    ...played.flatMap(({ story, fault }) => (fault === undefined ? [] : [`  ${storyNumber(story)}: ${fault}`])),
    '',
    'Audit of every call that WeChat Pay received for these orders (all must be zero)',
    ...kinds.map((kind) => auditLine(audit[kind], AUDIT_LINES[kind])),
    '',
    `${asExpected} of ${played.length} orders ended as expected.`,
  ].join('\n');
  return { text, holds };
}

function isAsExpected({ story, got }: Played): boolean {
  return got === story.expect;
}

function rowOf(each: Played): string[] {
  const { story, got, detail } = each;
  const end = detail === undefined ? got : `${got} (${detail})`;
  return [storyNumber(story), askedFor(story), story.expect, end, isAsExpected(each) ? '✓' : '✗ FAIL'];
}

function auditLine(guilty: readonly string[], meaning: string): string {
  const names = guilty.length === 0 ? '' : `: ${guilty.join(', ')}`;
  return `${String(guilty.length).padStart(6)}  ${meaning}${names}`;
}
