import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The seed of the property tests: fixed in CI, so that a run can be repeated; new each time elsewhere, so that more is
 * seen. A property that fails names it; set `PROPERTY_SEED` to repeat the run.
 */
const { PROPERTY_SEED, CI } = process.env;
const propertySeed = Number(PROPERTY_SEED ?? (CI === undefined ? Date.now() % 2 ** 31 : 20_260_302));

/** What every test has, of the whole suite and of the quick one. */
export const SHARED = {
  provide: { propertySeed },
  // Limits for what hangs, also on a machine that has much else to do: no test is meant to take long. Milliseconds.
  testTimeout: 180_000,
  hookTimeout: 300_000,
  expect: { poll: { timeout: 60_000, interval: 20 } },
};

/** How the test files share the machine. */
export const POOL = {
  pool: 'forks',
  // The files of a process share what they import: to load Temporal's SDK anew takes longer than most of them.
  isolate: false,
  // More than the cores of a small machine: most tests wait for a server, a process or a clock.
  maxWorkers: 4,
} as const;

/** Files that take a minute or more, most of it waiting. They begin first, or one would run alone at the end. */
const LONG = /(-rows|killed-worker|worker-process|receiver-process|long-history)\.test\.ts$/;

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    // A process is shared for as long as the next file is of the same project.
    const rank = ({ moduleId, project }: TestSpecification): number =>
      project.name === 'no cache' ? 2 : LONG.test(moduleId) ? 0 : 1;
    return sorted.toSorted((one, other) => rank(one) - rank(other));
  }
}

/** How many workflows a worker keeps in memory. The SDK's default is some thousand; the tests have few orders. */
const CACHED = { ...SHARED.provide, maxCachedWorkflows: 100 };

/** Of both projects. */
const PROJECT = { ...SHARED, isolate: POOL.isolate, setupFiles: 'test/support/runtime.ts' };

export default defineConfig({
  test: {
    ...POOL,
    // Once for both projects: what it provides, each of them has.
    globalSetup: 'test/support/global-setup.ts',
    sequence: { sequencer: LongFirst },
    projects: [
      { test: { ...PROJECT, name: 'all', include: ['test/**/*.test.ts'], provide: CACHED } },
      {
        // Once more with nothing kept in memory: each step then replays the order from its beginning.
        test: {
          ...PROJECT,
          name: 'no cache',
          include: ['test/real-server/orders.test.ts', 'test/workflows/{timeout-then-close,cancel-payscore}.test.ts'],
          provide: { ...SHARED.provide, maxCachedWorkflows: 0 },
        },
      },
    ],
  },
});
