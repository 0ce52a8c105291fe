import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { INTERRUPTED, listOf, newCommand, oneOf, runTool, section, wholeNumber } from '../../process/command-line.js';
import { writeWorkflowBundle } from '../../worker/workflow-bundle.js';
import { CASES, type Place, PLACE_NAMES, PLACES } from './cases.js';
import { broken, type Finding } from './judge.js';
import { startLab, type Lab } from './lab.js';
import { report } from './report.js';
import type { WriteName } from './subjects.js';
import { frozenTrials, killedTrial } from './trial.js';

const FROZEN_MS = 20_000;
const DEFAULT_TIMES = 5;
const MOST_TIMES = 1_000;
/** How many processes are killed at once, besides those that freeze. */
const AT_ONCE = 16;
const WRITES: readonly WriteName[] = ['close', 'cancel'];

const DESCRIPTION = `Freezes workers (SIGSTOP for ${FROZEN_MS / 1000} s) and kills them (SIGKILL) in the middle of a close and of a cancel,
with a real Temporal server and the sandbox, and judges the calls that arrived at the sandbox: no close later than 10 s and no
cancel later than 5 s after its query, the right outcome, one body for all attempts, and no finding of the sandbox's audit.
Linux only. Without --place and --case: everything.`;

const CASE_NAMES = Object.keys(CASES);

const HELP = {
  more:
    section('Places', PLACES) +
    section('Cases', Object.fromEntries(Object.entries(CASES).map(([name, { means }]) => [name, means]))),
  examples: {
    'npm run verify:writes': 'everything',
    'npm run verify:writes -- --place write-connect --times 1': 'one place, once',
  },
  exitCodes: { 0: 'no breach', 1: 'a breach', [INTERRUPTED]: 'interrupted' },
};

interface Options {
  readonly place?: readonly Place[];
  readonly case?: readonly string[];
  readonly times: number;
}

/** One trial, or several in one process. */
interface Play {
  readonly name: string;
  readonly write: WriteName;
  /** How many orders it needs. */
  readonly orders: number;
  /** Its process mostly waits, so it does not count towards {@link AT_ONCE}. */
  readonly isLong?: boolean;
  readonly play: (lab: Lab, numbers: readonly string[]) => Promise<readonly Finding[]>;
}

/** For each place: one process that freezes for one order after the other, and for each order a process that is killed. */
function playsAt(places: readonly Place[], times: number): Play[] {
  const at = places.flatMap((place) => WRITES.map((write) => ({ place, write })));
  const frozen = at.map(({ place, write }): Play => {
    const play: Play['play'] = (lab, numbers) => frozenTrials(lab, { write, place, numbers }, FROZEN_MS);
    return { name: `frozen ${place}`, write, orders: times, isLong: true, play };
  });
  const killed = at.map(({ place, write }): Play => {
    const play: Play['play'] = async (lab, [number = '']) => [await killedTrial(lab, { write, place, number })];
    return { name: `killed ${place}`, write, orders: 1, play };
  });
  return [...frozen, ...Array.from({ length: times }, () => killed).flat()];
}

function playsOf(names: readonly string[]): Play[] {
  return names.flatMap((name) => {
    const found = CASES[name];
    if (found === undefined) return [];
    const { writes = WRITES, play } = found;
    return writes.map((write): Play => ({
      name,
      write,
      orders: 1,
      play: async (lab, [number = '']) => [await play(lab, write, number)],
    }));
  });
}

async function playAll(plays: readonly Play[], lab: Lab): Promise<Finding[]> {
  const limit = pLimit(AT_ONCE);
  const began = performance.now();
  let orders = 0;
  const findings = await Promise.all(
    plays.map((each) => {
      const { name, write, play } = each;
      const numbers = Array.from({ length: each.orders }, () => `VERIFY-${++orders}`);
      const run = async (): Promise<readonly Finding[]> => {
        const found = await play(lab, numbers).catch((error: unknown) => [broken(name, write, error)]);
        const seconds = Math.round((performance.now() - began) / 1000);
        const breaches = found.flatMap((finding) => finding.breaches);
        const what = breaches.length === 0 ? 'no breach' : `BREACH: ${breaches.join('; ')}`;
        console.error(`${seconds} s  ${name}, ${write} (${numbers.join(', ')}): ${what}`);
        return found.map((finding) => ({ ...finding, trial: name }));
      };
      return each.isLong === true ? run() : limit(run);
    }),
  );
  return findings.flat();
}

await runTool(async (args) => {
  const options = newCommand('npm run verify:writes --', DESCRIPTION, HELP)
    .option('--place <name>', 'only at this place; may be repeated', listOf(oneOf(PLACE_NAMES)))
    .option('--case <name>', 'only this case; may be repeated', listOf(oneOf(CASE_NAMES)))
    .option('--times <n>', 'tries of each place, for each signal and write', wholeNumber(1, MOST_TIMES), DEFAULT_TIMES)
    .parse(args, { from: 'user' })
    .opts<Options>();
  const isAll = options.place === undefined && options.case === undefined;
  const { place = isAll ? PLACE_NAMES : [], case: cases = isAll ? CASE_NAMES : [], times } = options;
  const plays = [...playsOf(cases), ...playsAt(place, times)];
  const folder = await mkdtemp(join(tmpdir(), 'wxpay-verify-bundle-'));
  const workflowBundle = join(folder, 'workflow-bundle.js');
  await writeWorkflowBundle(workflowBundle);
  const lab = await startLab({ workflowBundle, onProgress: (line) => console.error(line) });
  // A signal to this process does not end a frozen one.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void lab.end().then(() => process.exit(INTERRUPTED)));
  try {
    const findings = await playAll(plays, lab);
    console.log(report(findings));
    return findings.some(({ breaches }) => breaches.length > 0) ? 1 : 0;
  } finally {
    await lab.end();
    await rm(folder, { recursive: true });
  }
});
