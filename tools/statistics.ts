/** A median, and between what it lies. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** @param values at least one */
export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/**
 * A percentile, between two values where it falls between them.
 *
 * @param values at least one, in any order
 * @param percent from 0 to 100
 */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  const place = ((sorted.length - 1) * percent) / 100;
  const below = sorted[Math.floor(place)] ?? NaN;
  const above = sorted[Math.ceil(place)] ?? NaN;
  return below + (above - below) * (place - Math.floor(place));
}

/** @param values at least one */
export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** By how much values rise from each to the next: the slope of the line that fits them best, so that no single value decides. */
export function slopeOf(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  let [rise, run] = [0, 0];
  for (const [index, value] of values.entries()) {
    rise += (index - middle) * value;
    run += (index - middle) ** 2;
  }
  return rise / run;
}
