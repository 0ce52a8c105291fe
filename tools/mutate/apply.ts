import { inject } from 'vitest';
import { applyOnce } from './mutants.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** The number of the mutant that the tests run against; `null`: none. */
    mutant: number | null;
  }
}

// Runs in each test file, before its tests.
const number = inject('mutant');
if (number !== null) applyOnce(number);
