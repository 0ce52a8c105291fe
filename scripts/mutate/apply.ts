import { inject } from 'vitest';
import { mutants } from './mutants.js';
import { TABLES } from './tables.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Which mutant the tests run against, by its number; `null`: none. */
    mutant: number | null;
  }
}

// Runs in each test file, before its tests.
const number = inject('mutant');

if (number !== null) {
  const mutant = mutants()[number];
  if (mutant === undefined) throw new Error(`there is no mutant ${number}`);
  const rows = TABLES[mutant.table]?.rows;
  if (mutant.row === null) rows?.splice(mutant.index, 1);
  else rows?.splice(mutant.index, 1, mutant.row);
}
