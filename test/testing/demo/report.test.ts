import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { askedFor, shortened, type Story, storyNumber } from '../../../testing/demo/story-schema.js';
import { Progress } from '../../../testing/demo/progress.js';
import { report } from '../../../testing/demo/report.js';
import { readStories } from '../../../testing/demo/stories.js';

const STORIES = readStories(fileURLToPath(new URL('../../../examples/orders.jsonl', import.meta.url)));
const CLEAN = { early: [], closedWhilePaid: [], needless: [], wrong: [] };

function storyOf(number: string): Story {
  const story = STORIES.find((each) => storyNumber(each) === number);
  if (story === undefined) throw new Error(`there is no story ${number}`);
  return story;
}

describe('the report', () => {
  const story = storyOf('PAID-IN-TIME');

  it.each([
    ['all is well', 'paid', CLEAN, true],
    ['an order ended otherwise', 'closed', CLEAN, false],
    ['an order has not ended', 'still closing', CLEAN, false],
    ['an audit found something', 'paid', { ...CLEAN, needless: ['A'] }, false],
  ])('holds only if %s', (_, got, audit, holds) => {
    expect(report([{ story, key: 'A', got }], audit, 100).holds).toBe(holds);
  });

  it.each([80, 100, 130])('has aligned columns, and no line of its table is wider than %i', (width) => {
    const played = STORIES.map((each) => ({ story: each, key: 'A', got: each.expect, detail: 'amount-due' }));
    const lines = report(played, CLEAN, width).text.split('\n');
    const rows = lines.slice(1, STORIES.length + 1);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(width);
    expect(new Set(rows.map((row) => row.indexOf('✓'))).size).toBe(1);
    const expected = lines[0]?.indexOf('expected') ?? 0;
    expect(rows.map((row) => row.slice(expected).split(/\s/)[0])).toEqual(STORIES.map((each) => each.expect));
  });

  it('marks what ended otherwise, and tells what went wrong in a story', () => {
    const { text } = report([{ story, key: 'A', got: 'broken', fault: 'nobody answered' }], CLEAN, 100);
    expect(text).toMatch(/PAID-IN-TIME .* paid +broken +✗ FAIL\n {2}PAID-IN-TIME: nobody answered\n/);
    expect(text).toContain('0 of 1 orders ended as expected.');
  });

  it.each([
    ['PAID-IN-TIME', 'v3-global, HKD 8.88 within 15m'],
    ['WRONG-AMOUNT', 'v3-global, HKD 1.00 within 15m, resolve'],
    ['INSTITUTION', 'v3-global, HKD 52.00 within 5m, of 1900000110'],
    ['V2-MD5', 'v2 MD5, CNY 29.90 within 5m'],
    ['RENTAL-CANCELLED', 'PayScore, cancel if not confirmed in 30m, then now'],
    ['AMOUNT-DUE-GIVEN-UP', 'PayScore, cancel now, giving up CNY 15.00'],
  ])('says what was asked for of %s', (number, asked) => {
    expect(askedFor(storyOf(number))).toBe(asked);
  });

  it('says which waits are shortened', () => {
    expect(shortened(storyOf('UNPAID'))).toBeUndefined();
    expect(shortened(storyOf('NEVER-PLACED'))).toBe('NEVER-PLACED: paymentLife 5m, pauses.notFound.first 2s');
  });
});

describe('the progress', () => {
  function printed(use: (progress: Progress) => void): string[] {
    const lines: string[] = [];
    use(new Progress({ run: 'abc123', width: 6, print: (line) => lines.push(line) }));
    return lines;
  }
  const changed = { msg: 'the order changed state', workflowId: 'order/1/A-1-abc123', state: 'closing' };

  it('prints a change of state, without the number of the run', () => {
    expect(printed(({ onLogLine }) => onLogLine({ ...changed, said: 'NOTPAY' }))).toEqual([
      '  0.0s  A-1     closing          NOTPAY',
    ]);
  });

  it('prints an answer that could not be verified as none', () => {
    expect(printed(({ onLogLine }) => onLogLine({ ...changed, said: 'LOCAL_TIMEOUT' }))[0]).toContain(
      'inconclusive (LOCAL_TIMEOUT)',
    );
  });

  it('prints what somebody does, and no other line of the log', () => {
    const lines = printed(({ onLogLine, onAction }) => {
      onLogLine({ ...changed, msg: 'decided' });
      onAction('A-1', 'the shopper pays');
    });
    expect(lines).toEqual(['  0.0s  A-1     > the shopper pays']);
  });

  it('waits until the log has shown every end', async () => {
    const progress = new Progress({ run: 'abc123', width: 6, print: () => undefined });
    setTimeout(() => progress.onLogLine({ ...changed, state: 'closed' }), 100);
    const before = Date.now();
    await progress.untilShown(new Map([['A-1', 'closed']]));
    expect(Date.now() - before).toBeGreaterThanOrEqual(90);
  });
});
