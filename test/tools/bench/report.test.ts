import { describe, expect, it } from 'vitest';
import { growthOf } from '../../../tools/bench/measure/growth.js';
import { comparedRow, markdown, verdict } from '../../../tools/bench/report.js';
import { percentile, slopeOf } from '../../../tools/statistics.js';

const format = (value: number): string => value.toFixed(0);

describe('the tables of the bench', () => {
  it('compare round by round, and not the medians of each side', () => {
    // A slow machine in the second round changes neither ratio.
    const row = comparedRow({ what: 'orders ended', bare: [100, 10, 100], ours: [150, 15, 120], format });
    expect(row).toEqual(['orders ended', '100', '120', '1.50', '1.20–1.50', '', '', '']);
  });

  it('say whether a ratio reaches its aim, only its floor, or neither', () => {
    const faster = { better: 'higher', aim: 1.35, floor: 1.1 } as const;
    expect([1.35, 1.2, 1.05].map((ratio) => verdict(ratio, faster))).toEqual(['aim', 'floor', 'behind']);
    const cheaper = { better: 'lower', aim: 0.9, floor: 1.1 } as const;
    expect([0.9, 1, 1.2].map((ratio) => verdict(ratio, cheaper))).toEqual(['aim', 'floor', 'behind']);
  });

  it('are Markdown', () => {
    const section = { title: 'Starts', columns: ['', 'ours'], rows: [['in a second', '5']], notes: ['With care.'] };
    expect(markdown(section)).toBe('### Starts\n\n|  | ours |\n| --- | --: |\n| in a second | 5 |\n\nWith care.\n');
  });
});

describe('a percentile', () => {
  it('lies between two values where it falls between them', () => {
    expect(percentile([4, 1, 3, 2], 50)).toBe(2.5);
    expect(percentile([1, 2, 3], 100)).toBe(3);
    expect(percentile([7], 99)).toBe(7);
  });
});

describe('what an order that has ended leaves behind', () => {
  const MB = 1_000_000;

  it('is the slope of the readings, and not of the first and the last alone', () => {
    expect(slopeOf([10, 20, 30])).toBe(10);
    expect(slopeOf([0, 30, 0, 30, 0])).toBe(0);
  });

  it('is growth from more than 2 KB for each order, however large the worker is', () => {
    const leaking = [400, 400, 402.5, 405, 407.5].map((megabytes) => megabytes * MB);
    expect(growthOf(leaking, 1_000)).toEqual(['2.5', 'growth']);
    const steady = [400, 400, 401.5, 403, 404.5].map((megabytes) => megabytes * MB);
    expect(growthOf(steady, 1_000)).toEqual(['1.5', 'yes']);
  });

  it('does not count what the first orders take until the worker is warm', () => {
    expect(
      growthOf(
        [300, 400, 400, 400, 400].map((megabytes) => megabytes * MB),
        1_000,
      ),
    ).toEqual(['0.0', 'yes']);
  });

  it('is not judged by a few orders', () => {
    expect(
      growthOf(
        [400, 401, 402].map((megabytes) => megabytes * MB),
        50,
      ),
    ).toEqual(['20.0', 'too few orders']);
  });
});
