import { describe, expect, it } from 'vitest';
import { report, type Verified } from '../../../tools/verify-outcomes/report.js';
import { CLOSED, GOOD } from '../chaos/planted.js';

const good: Verified = {
  runs: [CLOSED],
  posts: GOOD.posts.slice(0, 1),
  expected: new Map([['closed', 1]]),
  kills: 1,
  done: ['before the post'],
  tookMs: 61_000,
};

describe('the report of what was told under kills', () => {
  it('counts outcomes, kills and posts', () => {
    const { text, holds } = report(good);
    expect(holds).toBe(true);
    expect(text).toContain('outcomes                  1 closed');
    expect(text).toContain('killed before the post    1');
    expect(text).toContain('seconds                   61');
  });

  it.each<[string, Partial<Verified>]>([
    ['an outcome never came', { posts: [] }],
    [
      'a post does not verify',
      { posts: good.posts.map((each) => ({ ...each, fault: 'No matching signature found' })) },
    ],
    [
      'a number does not grow',
      { runs: [{ ...CLOSED, tells: [2, 1].map((sequence) => ({ type: 'order.closed', sequence })) }] },
    ],
    [
      'a workflow still runs',
      { runs: [CLOSED, { ...CLOSED, workflowId: 'outcome/1', type: 'deliverOutcomes', status: 'running' }] },
    ],
    ['an order ended otherwise', { expected: new Map([['paid', 1]]) }],
    ['an order is missing', { expected: new Map([['closed', 2]]) }],
    ['a kill was not played', { done: [] }],
  ])('does not hold if %s', (_, more) => {
    expect(report({ ...good, ...more }).holds).toBe(false);
  });
});
