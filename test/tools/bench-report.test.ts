import { describe, expect, it } from 'vitest';
import { comparedRow, markdown, verdict } from '../../tools/bench/report.js';
import { percentile } from '../../tools/bench/statistics.js';

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
