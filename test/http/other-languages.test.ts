import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freeAddress } from '../../testing/demo/processes.js';
import { newSecret } from '../../testing/sandbox/merchants-file.js';
import { Cleanups } from '../../tools/processes.js';
import { type Lab, OUTCOMES_PATH, writeTokens } from '../../tools/verify-languages/lab.js';
import { type Program, PROGRAMS } from '../../tools/verify-languages/languages.js';
import { play } from '../../tools/verify-languages/stories.js';
import { newRealWorld } from '../support/real-world.js';
import { apiProcess } from './api/api-process.js';

const FILE = 'examples/languages/python/checkout.py';
const MOST_LINES = 40;

/** Prints the modules that a file imports and that are not of the standard library. */
const OTHER_MODULES = `
import ast, sys
nodes = list(ast.walk(ast.parse(open(sys.argv[1]).read())))
names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
print(*(name for name in names if name.split('.')[0] not in sys.stdlib_module_names))`;

const hasPython = spawnSync('python3', ['-c', 'import sys; sys.stdlib_module_names']).status === 0;
const [PYTHON] = PROGRAMS.filter(({ language }) => language === 'python') as [Program];

/** All that the tool starts, of which the worker and the API run compiled. */
async function newLab(): Promise<Lab> {
  const world = await newRealWorld();
  onTestFinished(() => world.end());
  const shop = await freeAddress();
  const secret = newSecret();
  const folder = dirname(world.merchantsFile);
  const { mchid, url: sandboxUrl } = world.sandbox;
  await world.sandbox.writeMerchantsFile(folder, { checkout: { url: `http://${shop}${OUTCOMES_PATH}`, secret } });
  await world.startWorker();
  const token = 't'.repeat(40);
  const api = await apiProcess(world.address, { WXPAY_API_TOKENS_FILE: await writeTokens(folder, mchid, token) });
  const shopPort = Number(shop.split(':')[1]);
  return { temporalAddress: world.address, apiUrl: api.url, token, sandboxUrl, mchid, secret, shopPort };
}

const NAME = 'the checkout of forty lines in Python';

describe.skipIf(!hasPython)(hasPython ? NAME : `${NAME} (skipped: there is no python3 from 3.10 on)`, () => {
  it(`has at most ${MOST_LINES} lines, and imports nothing but the standard library`, () => {
    const lines = readFileSync(FILE, 'utf8').split('\n');
    expect(lines.filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(MOST_LINES);
    // Not by lines that nobody can read.
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(120);
    expect(execFileSync('python3', ['-c', OTHER_MODULES, FILE], { encoding: 'utf8' }).trim()).toBe('');
  });

  it('has an order closed and an order paid, is told both, and takes nothing that is forged', async () => {
    const cleanups = new Cleanups();
    const lab = await newLab();
    onTestFinished(() => cleanups.end());
    expect((await play(PYTHON, lab, 'TEST', cleanups)).deliveries).toBeGreaterThan(0);
  });
});
