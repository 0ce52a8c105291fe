import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { newCommand, oneOf, runTool } from '../../process/command-line.js';
import { mutants, type Mutant } from './mutants.js';
import { TABLES } from './tables.js';
import type { Verdict } from './trial.js';

/** How long a trial may take for one mutant. One that takes longer has caused an endless loop, and counts as killed. */
const TRIAL_TIMEOUT_MS = 90_000;

/** How many mutants are given to a process at once. */
const BATCH = 100;

const TRIAL = fileURLToPath(new URL('trial.ts', import.meta.url));

/** The results so far. */
class Tally {
  readonly survivors: Mutant[] = [];
  private tried = 0;

  constructor(private readonly total: number) {}

  count(mutant: Mutant, survived: boolean): void {
    this.tried += 1;
    if (survived) this.survivors.push(mutant);
    if (this.tried % 100 === 0) {
      console.log(`${this.tried} of ${this.total} mutants tried, ${this.survivors.length} survived`);
    }
  }
}

function describe({ table, of, change }: Mutant): string {
  return `${table}, ${of}: ${change}`;
}

/** Tries all waiting mutants, in child processes. If one takes too long, its process is killed. */
async function tryAll(waiting: Mutant[], tally: Tally): Promise<void> {
  while (waiting.length > 0) {
    const batch = waiting.splice(0, BATCH);
    const [timedOut, ...notTried] = batch.slice(await tryBatch(batch, tally));
    if (timedOut === undefined) continue;
    console.log(`killed after ${TRIAL_TIMEOUT_MS / 1000} s without a result: ${describe(timedOut)}`);
    tally.count(timedOut, false);
    waiting.unshift(...notTried);
  }
}

function unsound(verdict: Verdict): Error {
  if (!('unsound' in verdict)) return new Error('a trial reported more mutants than it was given');
  const { unsound: table, failing } = verdict;
  return new Error(`the tests of the table ${table} fail without any mutant:\n${failing.join('\n')}`);
}

/** Tries a batch in a process. @returns how many mutants it tried before it took too long for one */
function tryBatch(batch: readonly Mutant[], tally: Tally): Promise<number> {
  const numbers = batch.map(({ number }) => String(number));
  const child = fork(TRIAL, numbers, { execArgv: ['--import', 'tsx'] });
  const startTimeout = (): NodeJS.Timeout => setTimeout(() => child.kill('SIGKILL'), TRIAL_TIMEOUT_MS);
  let done = 0;
  let silence = startTimeout();
  return new Promise<number>((resolve, reject) => {
    child.on('message', (verdict: Verdict) => {
      clearTimeout(silence);
      const mutant = batch[done];
      if ('unsound' in verdict || mutant === undefined) {
        reject(unsound(verdict));
        return;
      }
      silence = startTimeout();
      tally.count(mutant, verdict.survived);
      done += 1;
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      clearTimeout(silence);
      if (done === batch.length || signal === 'SIGKILL') resolve(done);
      else reject(new Error(`a trial ended with ${signal ?? `code ${code}`} before its last mutant`));
    });
  });
}

const TABLE_NAMES = Object.keys(TABLES);

const DESCRIPTION = `Changes each row, guard and limit of the state tables, one at a time, and runs the tests of that table: at
least one must fail. Takes some minutes.`;

const HELP = {
  examples: {
    'npm run mutate': 'every table',
    'npm run mutate -- orders': 'one table',
  },
  exitCodes: {
    0: 'every mutant was killed',
    1: 'some survived, which are listed; or tests fail without any mutant',
  },
};

async function main(args: string[]): Promise<number> {
  const [table] = newCommand('npm run mutate --', DESCRIPTION, HELP)
    .argument('[table]', `only this table: ${TABLE_NAMES.join(', ')} (default: all)`, oneOf(TABLE_NAMES))
    .parse(args, { from: 'user' }).args;
  const tried = mutants().filter((mutant) => table === undefined || mutant.table === table);
  const tally = new Tally(tried.length);
  const waiting = [...tried];
  await Promise.all(Array.from({ length: availableParallelism() }, () => tryAll(waiting, tally)));
  for (const survivor of tally.survivors) console.log(`survived: ${describe(survivor)}`);
  console.log(`${tried.length - tally.survivors.length} of ${tried.length} mutants killed.`);
  return tally.survivors.length === 0 ? 0 : 1;
}

await runTool(main);
