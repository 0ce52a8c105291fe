import { table } from '../../testing/demo/report.js';
import { endName, outcomeOf } from '../chaos/audit-ends.js';
import { notTold, postsToRefuse, sequenceOff } from '../chaos/audit-told.js';
import type { Evidence } from '../chaos/evidence.js';
import { countPosts } from '../chaos/report.js';
import { listCounts, tally } from '../statistics.js';
import { KILL_NAMES, type Kill } from './killer.js';

export interface Verified extends Pick<Evidence, 'runs' | 'posts'> {
  /** How many orders must have ended in each way. */
  readonly expected: ReadonlyMap<string, number>;
  readonly kills: number;
  readonly done: readonly Kill[];
  readonly tookMs: number;
}

/** A table, and a line for each finding. @returns it, and whether all outcomes came as they should */
export function report(verified: Verified): { readonly text: string; readonly holds: boolean } {
  const { expected, kills, done, tookMs, runs, posts } = verified;
  const ends = runs.flatMap((run) => {
    const outcome = run.type === 'timeoutThenClose' ? outcomeOf(run) : undefined;
    return outcome === undefined ? [] : [endName(outcome)];
  });
  const open = runs.filter(({ status }) => status === 'running').map(({ workflowId }) => `${workflowId} still runs`);
  const [lost, wrong, refused] = [notTold(verified), sequenceOff(verified), postsToRefuse(posts)];
  const killsOf = (name: Kill): number => done.filter((each) => each === name).length;
  const counts = tally(ends);
  const asExpected = [...expected].every(([end, count]) => counts.get(end) === count);
  const text = [
    ...table([
      ['outcomes', listCounts(counts)],
      ...KILL_NAMES.map((name) => [`killed ${name}`, String(killsOf(name))]),
      ['ids that never came', String(lost.length)],
      ['wrong sequence', String(wrong.length)],
      ['posts to be refused', String(refused.length)],
      ['workflows that still run', String(open.length)],
      ['posts', countPosts(posts)],
      ['seconds', String(Math.round(tookMs / 1000))],
    ]),
    ...[...lost, ...wrong, ...refused, ...open].map((finding) => `  ${finding}`),
    ...(asExpected ? [] : [`  the orders should end ${listCounts(expected)}`]),
    ...(done.length === kills ? [] : [`  ${kills - done.length} kills were not played`]),
  ].join('\n');
  const findings = lost.length + wrong.length + refused.length + open.length;
  return { text, holds: asExpected && findings === 0 && done.length === kills };
}
