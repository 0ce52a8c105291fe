import type { Finding, Result } from './finding.js';
import { CHECK_NAMES } from './table.js';

/** How a result looks at the beginning of a line. */
export const MARKS: Readonly<Record<Result, string>> = { ok: '✓', warn: '!', fail: '✗', skipped: '-' };

const WIDTH = Math.max(...CHECK_NAMES.map((name) => name.length));

/** One line; and where there is something to do, another. */
export function linesOf({ check, subject, result, said, whatToDo }: Finding): string {
  const what = subject === null ? said : `${subject}: ${said}`;
  const line = `${MARKS[result]} ${check.padEnd(WIDTH)}  ${oneLine(what)}`;
  return whatToDo === null ? line : `${line}\n  → ${oneLine(whatToDo)}`;
}

/** What comes of a file could have more lines, or steer a terminal. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}

/** The last line: how many of each there are. */
export function countsOf(findings: readonly Finding[]): string {
  const count = (result: Result): number => findings.filter((each) => each.result === result).length;
  const named = (number: number, name: string): string => `${number} ${name}${number === 1 ? '' : 's'}`;
  return [
    `${count('ok')} ok`,
    named(count('warn'), 'warning'),
    named(count('fail'), 'failure'),
    `${count('skipped')} not looked at`,
  ].join(', ');
}

/** Whether nothing has failed. */
export function isWell(findings: readonly Finding[]): boolean {
  return findings.every(({ result }) => result !== 'fail');
}
