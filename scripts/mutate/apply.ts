import { mutants } from './mutants.js';
import { TABLES } from './tables.js';

/** Which mutant the tests run against, by its number. Read in each test file, before its tests. */
const number = process.env['MUTANT'];

if (number !== undefined && number !== '') {
  const mutant = mutants()[Number(number)];
  if (mutant === undefined) throw new Error(`there is no mutant ${number}`);
  const rows = TABLES[mutant.table]?.rows;
  if (mutant.row === null) rows?.splice(mutant.index, 1);
  else rows?.splice(mutant.index, 1, mutant.row);
}
