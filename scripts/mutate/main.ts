import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { relative } from 'node:path';
import { createVitest, type TestSpecification, type Vitest } from 'vitest/node';
import { mutants, type Mutant } from './mutants.js';
import { TABLES } from './tables.js';

/** The tests that are random are left out: a mutant must be killed each time, not now and then. */
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
    maxWorkers: availableParallelism(),
  });
}

/** Whether the tests of a table pass with one mutant in place; with none, whether they pass at all. */
async function passes(vitest: Vitest, tests: readonly TestSpecification[], mutant?: number): Promise<boolean> {
  vitest.getRootProject().provide('mutant', mutant ?? null);
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications([...tests], true);
  return unhandledErrors.length === 0 && testModules.every((module) => module.state() === 'passed');
}

/** The tests of each table, by its name. */
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

/** `*` for any letters of one name: all that the tables need. */
function matchesGlob(path: string, glob: string): boolean {
  return new RegExp(`^${glob.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`).test(path);
}

function describe({ table, index, change }: Mutant): string {
  return `${table}, row ${index + 1}: ${change}`;
}

async function main(): Promise<number> {
  const [table] = process.argv.slice(2);
  if (table !== undefined && !Object.hasOwn(TABLES, table))
    throw new Error(`the tables are ${Object.keys(TABLES).join(', ')}`);
  const all = mutants();
  const vitest = await startVitest();
  try {
    const tests = await testsOf(vitest);
    for (const [table, specifications] of tests) {
      const isSound = specifications.length > 0 && (await passes(vitest, specifications));
      if (!isSound) throw new Error(`the tests of the table ${table} fail without any mutant`);
    }
    const survivors: Mutant[] = [];
    const tried = [...all.entries()].filter(([, mutant]) => table === undefined || mutant.table === table);
    for (const [number, mutant] of tried) {
      if (await passes(vitest, tests.get(mutant.table) ?? [], number)) survivors.push(mutant);
      if (number % 50 === 49) console.log(`${number + 1} of ${all.length} mutants tried, ${survivors.length} survived`);
    }
    for (const survivor of survivors) console.log(`survived: ${describe(survivor)}`);
    console.log(`${tried.length - survivors.length} of ${tried.length} mutants killed.`);
    return survivors.length === 0 ? 0 : 1;
  } finally {
    await vitest.close();
  }
}

process.exitCode = await main();
