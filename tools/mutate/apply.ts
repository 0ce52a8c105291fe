import { inject } from 'vitest';
import { applyOnce } from './mutants.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Which mutant the tests run against, by its number; `null`: none. */
    mutant: number | null;
  }
}

// Runs in each test file, before its tests.
const number = inject('mutant');
if (number !== null) applyOnce(number);
