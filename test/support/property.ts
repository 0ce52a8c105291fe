import fc from 'fast-check';

/**
 * The seed of a property test: fixed in CI, so that a run can be repeated; new each time elsewhere, so that more is
 * seen. Set `PROPERTY_SEED` to repeat a failure that names its seed.
 */
const seed = Number(
  process.env['PROPERTY_SEED'] ?? (process.env['CI'] === undefined ? Date.now() % 2 ** 31 : 20_260_302),
);

/** Checks a property with many examples; fast-check names the seed and the smallest counterexample where it fails. */
export function holds<Ts extends [unknown, ...unknown[]]>(property: fc.IProperty<Ts>, numRuns = 2_000): void {
  fc.assert(property, { seed, numRuns });
}
