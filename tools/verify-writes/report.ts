import type { Finding } from './judge.js';

/** A line of the table: a trial, for one kind of write, as often as it was played. */
interface Line {
  readonly trial: string;
  readonly write: string;
  readonly ended: string;
  readonly sent: string;
  readonly writes: string;
  readonly oldest: string;
  readonly takenUp: string;
  readonly breaches: string;
}

const HEAD: Line = {
  trial: 'trial',
  write: 'write',
  ended: 'ended',
  sent: 'sent, says the workflow',
  writes: 'writes',
  oldest: 'oldest query',
  takenUp: 'taken up after',
  breaches: 'breaches',
};

/** A table of what came of every trial, and each breach in words. */
export function report(findings: readonly Finding[]): string {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = `${finding.trial} ${finding.write}`;
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  const lines = [HEAD, ...[...groups.values()].map(lineOf)];
  const columns = Object.keys(HEAD) as (keyof Line)[];
  const widths = columns.map((column) => Math.max(...lines.map((line) => line[column].length)));
  const table = lines.map((line) =>
    columns
      .map((column, index) => line[column].padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const breaches = findings.flatMap(({ trial, write, breaches: each }) =>
    each.map((breach) => `BREACH: ${trial}, ${write}: ${breach}`),
  );
  const total = `${findings.length} trials, ${breaches.length} breaches`;
  return [...table, '', ...breaches, total].join('\n');
}

function lineOf(group: readonly Finding[]): Line {
  const [{ trial, write } = { trial: '', write: '' }] = group;
  return {
    trial,
    write,
    ended: counted(group.map(({ ended }) => ended)),
    sent: counted(group.map(({ sent }) => sent)),
    writes: counted(group.map(({ writes }) => String(writes))),
    oldest: longest(group.map(({ oldestQueryMs }) => oldestQueryMs)),
    takenUp: longest(group.map(({ takenUpMs }) => takenUpMs)),
    breaches: String(group.flatMap(({ breaches }) => breaches).length),
  };
}

/** As `4 closed, 1 paid`. */
function counted(values: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].map(([value, count]) => `${count} × ${value}`).join(', ');
}

function longest(lengths: readonly (number | null)[]): string {
  const known = lengths.filter((each) => each !== null);
  return known.length === 0 ? '' : `${(Math.max(...known) / 1000).toFixed(1)} s`;
}
