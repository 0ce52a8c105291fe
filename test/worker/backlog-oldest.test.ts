import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ageOfOldest } from '../../worker/backlog.js';

/** Things of these ages, and how often they were counted. */
function things(...ages: readonly number[]): { readonly asked: number[]; count: (seconds: number) => Promise<number> } {
  const asked: number[] = [];
  return {
    asked,
    count: (seconds) => {
      asked.push(seconds);
      return Promise.resolve(ages.filter((age) => age > seconds).length);
    },
  };
}

describe('the age of the oldest', () => {
  it('is found to within 5 %, or a second, and never too high', async () => {
    const age = fc.integer({ min: 1, max: 10 * 365 * 24 * 3600 });
    await fc.assert(
      fc.asyncProperty(fc.array(age, { minLength: 1 }), async (ages) => {
        const found = await ageOfOldest(things(...ages).count);
        const oldest = Math.max(...ages);
        expect(found).toBeLessThan(oldest);
        expect(oldest - found).toBeLessThanOrEqual(Math.max(found * 0.05, 1) + 1);
      }),
    );
  });

  it.each([
    [0.5, 2],
    [60, 12],
    [24 * 3600, 23],
    [365 * 24 * 3600, 31],
  ])('of %d seconds takes at most %d questions', async (age, questions) => {
    const { asked, count } = things(age);
    await ageOfOldest(count);
    expect(asked.length).toBeLessThanOrEqual(questions);
  });

  it('is not looked for without end where every count finds something', async () => {
    expect(await ageOfOldest(() => Promise.resolve(1))).toBeGreaterThan(10 * 365 * 24 * 3600);
  });
});
