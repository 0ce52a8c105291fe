import { defineConfig } from 'vitest/config';

/** How many workflows a worker keeps in memory. The SDK's default is some thousand; the tests have few orders at a time. */
const CACHED = 100;

/** A limit for what hangs, also on a machine that has much else to do: no test is meant to take long. Milliseconds. */
const LIMITS = { testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    pool: 'forks',
    // One more than the cores of a small machine: many tests wait for a server or a process.
    maxWorkers: 3,
    // Once for all projects: what it provides, each of them has.
    globalSetup: 'test/support/global-setup.ts',
    projects: [
      {
        test: {
          name: 'all',
          include: ['test/**/*.test.ts'],
          ...LIMITS,
          provide: { maxCachedWorkflows: CACHED },
        },
      },
      {
        // Once more with nothing kept in memory: each step then replays the order from its beginning.
        test: {
          name: 'no cache',
          include: ['test/real-server/orders.test.ts', 'test/workflows/{timeout-then-close,cancel-payscore}.test.ts'],
          ...LIMITS,
          provide: { maxCachedWorkflows: 0 },
        },
      },
    ],
  },
});
