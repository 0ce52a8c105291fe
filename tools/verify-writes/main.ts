import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pLimit from 'p-limit';
import { writeWorkflowBundle } from '../../worker/workflow-bundle.js';
import { CASES, isPlace, type Place, PLACE_NAMES, PLACES } from './cases.js';
import { broken, type Finding } from './judge.js';
import { startLab, type Lab } from './lab.js';
import { report } from './report.js';
import type { WriteName } from './subjects.js';
import { frozenTrials, killedTrial } from './trial.js';

const FROZEN_MS = 20_000;
const DEFAULT_TIMES = 5;
/** How many processes are killed at once, besides those that freeze. */
const AT_ONCE = 16;
const WRITES: readonly WriteName[] = ['close', 'cancel'];

const rows = (of: Readonly<Record<string, string>>): string =>
  Object.entries(of)
    .map(([name, means]) => `    ${name.padEnd(18)}${means}`)
    .join('\n');

const HELP = `Usage: npm run verify:writes -- [options]

Freezes workers (SIGSTOP for ${FROZEN_MS / 1000} s) and kills them (SIGKILL) in the midst of a close and of a cancel, against a real
Temporal server and the sandbox, and judges by what arrived at WeChat Pay: no close later than 10 s, no cancel later
than 5 s after the query before it, every end right, one body, nothing that the sandbox's audit finds. Linux only.

  --place <name>   only at this place; may be repeated
${rows(PLACES)}
  --case <name>    only this case; may be repeated
${rows(Object.fromEntries(Object.entries(CASES).map(([name, { means }]) => [name, means])))}
  --times <n>      how often each place is tried, for each signal and each write; default ${DEFAULT_TIMES}
  --help

Without --place and --case: everything. Ends with 1 if anything was broken.`;

/** Something that is played at once, and what it is for. */
interface Play {
  readonly name: string;
  readonly write: WriteName;
  /** How many orders it needs. */
  readonly orders: number;
  /** It has a process that mostly waits. */
  readonly isLong?: boolean;
  readonly play: (lab: Lab, numbers: readonly string[]) => Promise<readonly Finding[]>;
}

/** At each place: a process that freezes for one order after the other, and for each order a process that dies. */
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
    if (found === undefined) throw new Error(`there is no case ${name}; see --help`);
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
        const what = breaches.length === 0 ? 'all right' : `BREACH: ${breaches.join('; ')}`;
        console.error(`${seconds} s  ${name}, ${write} (${numbers.join(', ')}): ${what}`);
        return found.map((finding) => ({ ...finding, trial: name }));
      };
      return each.isLong === true ? run() : limit(run);
    }),
  );
  return findings.flat();
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      place: { type: 'string', multiple: true },
      case: { type: 'string', multiple: true },
      times: { type: 'string', default: String(DEFAULT_TIMES) },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) {
    console.log(HELP);
    return 0;
  }
  const isAll = values.place === undefined && values.case === undefined;
  const places = values.place ?? (isAll ? PLACE_NAMES : []);
  const unknown = places.filter((name) => !isPlace(name));
  if (unknown.length > 0) throw new Error(`there is no place ${unknown.join(', ')}; see --help`);
  const times = Number(values.times);
  if (!Number.isSafeInteger(times) || times < 1) throw new Error('--times must be a whole number, at least 1');
  const cases = values.case ?? (isAll ? Object.keys(CASES) : []);
  const plays = [...playsOf(cases), ...playsAt(places.filter(isPlace), times)];
  const folder = await mkdtemp(join(tmpdir(), 'wxpay-verify-bundle-'));
  const workflowBundle = join(folder, 'workflow-bundle.js');
  await writeWorkflowBundle(workflowBundle);
  const lab = await startLab({ workflowBundle, onProgress: (line) => console.error(line) });
  // Frozen processes do not hear of it by themselves.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void lab.end().then(() => process.exit(1)));
  try {
    const findings = await playAll(plays, lab);
    console.log(report(findings));
    return findings.some(({ breaches }) => breaches.length > 0) ? 1 : 0;
  } finally {
    await lab.end();
    await rm(folder, { recursive: true });
  }
}

process.exit(await main());
