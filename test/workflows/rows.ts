import { describe, expect, it } from 'vitest';
import { rowsTaken } from '../support/decisions.js';
import { newWorld, type World, type WorldOptions } from '../support/world.js';

/** A row of a state table, as far as a scenario names it. */
export interface AnyRow {
  readonly from: readonly string[];
  readonly on: readonly string[];
  readonly when?: string;
  readonly to: string;
  readonly reason?: string;
  readonly pause?: string;
}

/** Enough of a row to tell it from the others; `from` and `on` name one of its members each. */
export interface RowPattern {
  readonly from?: string;
  readonly on?: string;
  /** `null`: the row has no condition. */
  readonly when?: string | null;
  readonly to?: string;
  readonly reason?: string;
  readonly pause?: string;
}

/** What happens, end to end, so that a row is taken. */
export interface Scenario {
  readonly row: RowPattern;
  /** The promise of the row, as a sentence about an order. */
  readonly name: string;
  /** Where it plays. Default: a world as it mostly is. */
  readonly world?: WorldOptions;
  /** Plays it, checks what must be true besides the row, and returns the id of the workflow that took it. */
  readonly play: (world: World) => Promise<string>;
}

/** A test for each scenario, and one that lists the rows without one. */
export function everyRowOf(table: readonly AnyRow[], scenarios: readonly Scenario[]): void {
  for (const { name, row, world: options, play } of scenarios) {
    describe(name, () => {
      it(`takes the row ${JSON.stringify(row)}`, async () => {
        const number = rowNumber(table, row);
        const world = await newWorld(options);
        const workflowId = await play(world);
        expect(rowsTaken(workflowId)).toContain(number);
      });
    });
  }

  it('every row has a scenario', () => {
    const covered = new Set(scenarios.map(({ row }) => rowNumber(table, row)));
    const missing = table.filter((_, index) => !covered.has(index + 1));
    expect(missing).toEqual([]);
  });
}

/** The number of the one row that a pattern means, counted from 1. */
function rowNumber(table: readonly AnyRow[], pattern: RowPattern): number {
  const numbers = table.flatMap((row, index) => (isMeant(row, pattern) ? [index + 1] : []));
  const [number] = numbers;
  if (number === undefined || numbers.length > 1) {
    throw new Error(`${JSON.stringify(pattern)} means ${numbers.length} rows (${numbers.join(', ')}), not one`);
  }
  return number;
}

function isMeant(row: AnyRow, { from, on, when, to, reason, pause }: RowPattern): boolean {
  return (
    (from === undefined || row.from.includes(from)) &&
    (on === undefined || row.on.includes(on)) &&
    (when === undefined || (row.when ?? null) === when) &&
    (to === undefined || row.to === to) &&
    (reason === undefined || row.reason === reason) &&
    (pause === undefined || row.pause === pause)
  );
}
