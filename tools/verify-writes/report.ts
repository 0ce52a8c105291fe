import { table } from '../../testing/demo/report.js';
import { listCounts, tally } from '../statistics.js';
import type { Finding } from './judge.js';

const HEAD = [
  'trial',
  'write',
  'ended',
  'sent, by the workflow',
  'writes',
  'oldest query',
  'taken over after',
  'breaches',
];

/** A table with a line for each trial and kind of write, and a line for each breach. */
export function report(findings: readonly Finding[]): string {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = `${finding.trial} ${finding.write}`;
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  const breaches = findings.flatMap(({ trial, write, breaches: each }) =>
    each.map((breach) => `BREACH: ${trial}, ${write}: ${breach}`),
  );
  const total = `${findings.length} trials, ${breaches.length} breaches`;
  return [...table([HEAD, ...[...groups.values()].map(rowOf)]), '', ...breaches, total].join('\n');
}

function rowOf(group: readonly Finding[]): string[] {
  const [first] = group;
  const counts = (field: 'ended' | 'sent' | 'writes'): string =>
    listCounts(tally(group.map((finding) => String(finding[field]))));
  const longest = (field: 'oldestQueryMs' | 'takenOverMs'): string => {
    const known = group.map((finding) => finding[field]).filter((each) => each !== null);
    return known.length === 0 ? '' : `${(Math.max(...known) / 1000).toFixed(1)} s`;
  };
  return [
    first?.trial ?? '',
    first?.write ?? '',
    counts('ended'),
    counts('sent'),
    counts('writes'),
    longest('oldestQueryMs'),
    longest('takenOverMs'),
    String(group.flatMap(({ breaches }) => breaches).length),
  ];
}
