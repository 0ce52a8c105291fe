import type { SubjectName } from './subjects.js';

/**
 * Measures subjects in turns, in another order in every other round (AB, BA, …): what disturbs the machine disturbs each
 * as often.
 *
 * @returns for each round what was measured
 */
export async function interleaved<T>(
  names: readonly SubjectName[],
  rounds: number,
  measure: (name: SubjectName, round: number) => Promise<T>,
): Promise<readonly Readonly<Record<SubjectName, T>>[]> {
  const measured: Record<SubjectName, T>[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const results: Partial<Record<SubjectName, T>> = {};
    for (const name of round % 2 === 0 ? names : names.toReversed()) results[name] = await measure(name, round);
    measured.push(results as Record<SubjectName, T>);
  }
  return measured;
}
