import { spawnSync } from 'node:child_process';
import {
  INTERRUPTED,
  listOf,
  newCommand,
  oneOf,
  runTool,
  section,
  untilInterrupted,
} from '../../process/command-line.js';
import { quietRuntime } from '../../testing/demo/processes.js';
import { outsideEnvironment } from '../environment.js';
import { Cleanups } from '../processes.js';
import { startLab } from './lab.js';
import { LANGUAGES, type Program, PROGRAMS } from './languages.js';
import { play, type Played } from './stories.js';

const DESCRIPTION = `Plays the checkouts of examples/languages against a real Temporal server, a sandbox, a worker and the API: each has
an order closed and an order paid, and is told so. Every first request is answered 503, and what is forged, too old or malformed must
be refused. Default: all languages whose programs are on this machine. Libraries are installed in a temporary folder.`;

const HELP = {
  more: section('Languages, and what each needs (as Debian names it)', needs()),
  examples: { 'npm run verify:languages': '', 'npm run verify:languages -- curl python': '' },
  exitCodes: {
    0: 'all that were played did what they should',
    1: 'one did not, or none was played, or a language that was named lacks what it needs',
    [INTERRUPTED]: 'interrupted',
  },
};

const cleanups = new Cleanups();

function needs(): Record<string, string> {
  const installsOf = (language: string): string[] =>
    PROGRAMS.filter((program) => program.language === language).flatMap((program) =>
      program.needs.map(({ install }) => install),
    );
  return Object.fromEntries(LANGUAGES.map((name) => [name, [...new Set(installsOf(name))].join(', ')]));
}

/** What a program lacks on this machine. */
function lacks({ needs }: Program): string[] {
  const isThere = ([file = '', ...args]: readonly string[]): boolean =>
    spawnSync(file, args, { stdio: 'ignore', env: outsideEnvironment() }).status === 0;
  return needs.filter(({ command }) => !isThere(command)).map(({ install }) => install);
}

function lineOf({ name, isOnTemporal }: Program, { seconds, prepareSeconds, deliveries }: Played): string {
  const withoutWebhooks = isOnTemporal ? 'cancelled a service order' : 'read the feed';
  const checked = deliveries === 0 ? withoutWebhooks : `took or refused ${deliveries} deliveries as it should`;
  const prepared = prepareSeconds < 0.1 ? '' : `, after ${prepareSeconds.toFixed(1)} s of preparation`;
  return `${seconds.toFixed(1).padStart(6)} s  ${name}: one order closed, one paid, ${checked}${prepared}`;
}

async function verify(named: readonly string[]): Promise<boolean> {
  const chosen = PROGRAMS.filter(({ language }) => named.length === 0 || named.includes(language));
  const held: string[] = [];
  const failed: string[] = [];
  const skipped: string[] = [];
  const ready: Program[] = [];
  for (const program of chosen) {
    const missing = lacks(program);
    if (missing.length === 0) {
      ready.push(program);
      continue;
    }
    const isAsked = named.length > 0 && program.isExtra !== true;
    (isAsked ? failed : skipped).push(program.name);
    console.log(`${isAsked ? 'cannot play' : 'skipped'}  ${program.name}: install ${missing.join(', ')}`);
  }
  const lab = ready.length === 0 ? undefined : await startLab(cleanups, console.error);
  const run = Date.now().toString(36);
  for (const [index, program] of ready.entries()) {
    if (lab === undefined || cleanups.isOver) return false;
    try {
      const played = await cleanups.scoped((scope) => play(program, lab, `${index + 1}-${run}`, scope));
      held.push(program.name);
      console.log(lineOf(program, played));
    } catch (error) {
      // What an interrupt has ended is no failure.
      if (cleanups.isOver) return false;
      failed.push(program.name);
      console.log(`FAILED  ${program.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  const counts = [`${held.length} passed`, `${failed.length} failed`, `${skipped.length} skipped`].join(', ');
  const names = [...failed.map((name) => `failed: ${name}`), ...skipped.map((name) => `skipped: ${name}`)];
  console.log(`languages: ${[counts, ...names].join('; ')}`);
  return failed.length === 0 && held.length > 0;
}

await runTool(async (args) => {
  const command = newCommand('npm run verify:languages --', DESCRIPTION, HELP)
    .argument('[languages...]', `of ${LANGUAGES.join(', ')}; default: all that can be played`, listOf(oneOf(LANGUAGES)))
    .parse(args, { from: 'user' });
  const named = (command.processedArgs[0] ?? []) as readonly string[];
  quietRuntime();
  const interrupted = untilInterrupted().then(() => INTERRUPTED);
  try {
    return await Promise.race([verify(named).then((holds) => (holds ? 0 : 1)), interrupted]);
  } finally {
    await cleanups.end();
  }
});
