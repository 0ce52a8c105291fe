import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { INTERRUPTED, newCommand, runTool, untilInterrupted } from '../../process/command-line.js';
import { outsideEnvironment } from '../environment.js';
import { Cleanups } from '../processes.js';
import { type Block, blocksOf } from './blocks.js';
import { CommandFailedError, Terminals } from './terminals.js';

const TITLE = 'Quick start';
const WITHIN_SECONDS = 300;
/** How orders end there: the last command must show each. */
const ENDS = ['order.closed', 'order.paid'];

const DESCRIPTION = `Packs both packages, and runs each block of README's "${TITLE}" as a newcomer does: word for word, in a
new folder and with an empty HOME, so all is downloaded. Prints the seconds of each. Some two minutes; needs bash, and the ports that
the blocks name.`;

const HELP = {
  exitCodes: {
    0: `each block did what it says, in less than ${WITHIN_SECONDS} s together`,
    1: 'one did not, or they took longer',
    [INTERRUPTED]: 'interrupted',
  },
};

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const cleanups = new Cleanups();

/** The environment of a newcomer: no home, no caches, and no settings of ours. Of the rest everything, as proxies and certificates. */
async function newcomer(folder: string): Promise<NodeJS.ProcessEnv> {
  const home = join(folder, 'home');
  await mkdir(home);
  const isOthers = ([name]: [string, unknown]): boolean => !/^(TEMPORAL|WXPAY|XDG)_/.test(name);
  return { ...Object.fromEntries(Object.entries(outsideEnvironment()).filter(isOthers)), HOME: home };
}

async function timed<T>(
  what: string,
  action: () => Promise<T>,
): Promise<{ readonly result: T; readonly seconds: number }> {
  const begunAt = performance.now();
  const result = await action();
  const seconds = (performance.now() - begunAt) / 1000;
  console.log(`${seconds.toFixed(1).padStart(6)} s  ${what}`);
  return { result, seconds };
}

function titleOf(block: Block): string {
  const [first = ''] = block.text.split('\n');
  return block.kind === 'file' ? block.name : block.kind === 'seen' ? `seen: ${first}` : first;
}

/** @returns what a command that ended has written */
async function play(block: Block, terminals: Terminals): Promise<string | undefined> {
  switch (block.kind) {
    case 'command':
      return terminals.run(block.text);
    case 'running':
      await terminals.start(block.text, block.until);
      return undefined;
    case 'file':
      await writeFile(join(terminals.here, block.name), block.text);
      return undefined;
    case 'seen':
      await terminals.see(block.text.trimEnd().split('\n'));
      return undefined;
  }
}

/** @returns whether it took less than it may */
async function verify(): Promise<boolean> {
  const blocks = blocksOf(await readFile(join(ROOT, 'README.md'), 'utf8'), TITLE);
  const folder = await mkdtemp(join(tmpdir(), 'wxpay-quick-start-'));
  cleanups.push(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  const packing = new Terminals(ROOT, process.env, cleanups);
  const pack = `npm pack --pack-destination "${folder}"`;
  await timed('packing, which is not counted', () => packing.run(`${pack} && ${pack} --workspace client`));
  // The reader stands in the clone, beside which the files are.
  const clone = join(folder, 'clone');
  await mkdir(clone);
  const terminals = new Terminals(clone, await newcomer(folder), cleanups);
  let total = 0;
  let last = '';
  for (const block of blocks) {
    const { result, seconds } = await timed(titleOf(block), () => play(block, terminals));
    total += seconds;
    last = result ?? last;
  }
  const missing = ENDS.filter((end) => !last.includes(end));
  if (missing.length > 0)
    throw new CommandFailedError(`The last command does not show ${missing.join(', ')}:\n${last}`);
  console.log(`${total.toFixed(1).padStart(6)} s  in all, of less than ${WITHIN_SECONDS} s`);
  return total < WITHIN_SECONDS;
}

await runTool(async (args) => {
  newCommand('npm run verify:quick-start --', DESCRIPTION, HELP).parse(args, { from: 'user' });
  const interrupted = untilInterrupted().then(() => INTERRUPTED);
  try {
    return await Promise.race([verify().then((isInTime) => (isInTime ? 0 : 1)), interrupted]);
  } finally {
    await cleanups.end();
  }
});
