import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createVitest, type TestSpecification, type Vitest } from 'vitest/node';
import { mutants } from './mutants.js';
import { TABLES } from './tables.js';

/** What a trial reports to its parent process. */
export type Verdict =
  { readonly unsound: string; readonly failing: readonly string[] } | { readonly survived: boolean };

/** Random tests are left out: a mutant must be killed every time. */
const RANDOM = ['test/domain/**/*.property.test.ts'];

const SETUP = fileURLToPath(new URL('apply.ts', import.meta.url));

async function startVitest(): Promise<Vitest> {
  return createVitest('test', {
    config: false,
    watch: false,
    include: ['test/domain/**/*.test.ts'],
    exclude: RANDOM,
    setupFiles: [SETUP],
    reporters: [{}],
    pool: 'threads',
    maxWorkers: 1,
    // The test files of a run share their imports. The next run, for another mutant, has a thread of its own.
    isolate: false,
    // No timeout: on a busy machine it would kill mutants. The parent process ends a test that runs forever.
    testTimeout: 0,
  });
}

/** The tests that fail with this mutant. `null`: without any mutant. */
async function failing(vitest: Vitest, tests: readonly TestSpecification[], mutant: number | null): Promise<string[]> {
  vitest.getRootProject().provide('mutant', mutant);
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications([...tests], true);
  const asked = new Set(tests.map(({ moduleId }) => moduleId));
  // Vitest also reports earlier runs for other tables.
  const failed = testModules.filter((module) => asked.has(module.moduleId) && module.state() !== 'passed');
  return [
    ...unhandledErrors.map(String),
    ...failed.flatMap((module) => [
      relative(process.cwd(), module.moduleId),
      ...[...module.children.allTests('failed')].map(({ fullName }) => `  ${fullName}`),
    ]),
  ];
}

async function failingUnmutated(vitest: Vitest, tests: readonly TestSpecification[]): Promise<string[]> {
  return tests.length === 0 ? ['no test was found'] : failing(vitest, tests, null);
}

/** The tests of each table, by the table's name. */
async function testsOf(vitest: Vitest): Promise<Map<string, readonly TestSpecification[]>> {
  const specifications = await vitest.globTestSpecifications();
  return new Map(
    Object.entries(TABLES).map(([table, { tests }]) => [
      table,
      specifications.filter(({ moduleId }) =>
        tests.some((glob) => matchesGlob(relative(process.cwd(), moduleId), glob)),
      ),
    ]),
  );
}

/** `*` matches any characters but `/`. The tables need no more. */
function matchesGlob(path: string, glob: string): boolean {
  return new RegExp(`^${glob.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`).test(path);
}

function report(verdict: Verdict): void {
  if (process.connected) process.send?.(verdict);
}

/** Tries mutants one after the other, in a process of its own that the parent can kill. */
async function main(numbers: readonly number[]): Promise<void> {
  const all = mutants();
  const vitest = await startVitest();
  const tests = await testsOf(vitest);
  const sound = new Set<string>();
  for (const number of numbers) {
    const table = all[number]?.table ?? '';
    const specifications = tests.get(table) ?? [];
    if (!sound.has(table)) {
      const failures = await failingUnmutated(vitest, specifications);
      if (failures.length > 0) return report({ unsound: table, failing: failures });
      sound.add(table);
    }
    report({ survived: (await failing(vitest, specifications, number)).length === 0 });
  }
}

await main(process.argv.slice(2).map(Number));
process.exit();
