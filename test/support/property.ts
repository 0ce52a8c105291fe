import fc from 'fast-check';
import { inject } from 'vitest';

/** Checks a property with many examples; fast-check names the seed and the smallest counterexample where it fails. */
export function holds<Ts extends [unknown, ...unknown[]]>(property: fc.IProperty<Ts>, numRuns = 2_000): void {
  fc.assert(property, { seed: inject('propertySeed'), numRuns });
}

/** As {@link holds}, for what takes its time. */
export async function holdsAsync<Ts extends [unknown, ...unknown[]]>(
  property: fc.IAsyncProperty<Ts>,
  numRuns = 1_000,
): Promise<void> {
  await fc.assert(property, { seed: inject('propertySeed'), numRuns });
}
