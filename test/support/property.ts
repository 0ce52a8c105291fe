import fc from 'fast-check';
import { inject } from 'vitest';

/** Checks a property with many examples. If it fails, fast-check names the seed and the smallest counterexample. */
export function holds<Ts extends [unknown, ...unknown[]]>(property: fc.IProperty<Ts>, numRuns = 2_000): void {
  fc.assert(property, { seed: inject('propertySeed'), numRuns });
}

/** {@link holds} for a property that is asynchronous. */
export async function holdsAsync<Ts extends [unknown, ...unknown[]]>(
  property: fc.IAsyncProperty<Ts>,
  numRuns = 1_000,
): Promise<void> {
  await fc.assert(property, { seed: inject('propertySeed'), numRuns });
}
