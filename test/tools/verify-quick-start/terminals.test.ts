import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Cleanups } from '../../../tools/processes.js';
import { Terminals } from '../../../tools/verify-quick-start/terminals.js';

async function open(): Promise<{ terminals: Terminals; folder: string; cleanups: Cleanups }> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'wxpay-terminals-')));
  const cleanups = new Cleanups();
  onTestFinished(async () => {
    await cleanups.end();
    await rm(folder, { recursive: true });
  });
  return { terminals: new Terminals(folder, process.env, cleanups), folder, cleanups };
}

function failsWith(message: RegExp): Error {
  return expect.objectContaining({
    name: 'CommandFailedError',
    message: expect.stringMatching(message) as string,
  }) as Error;
}

it('the next command runs where the one before has gone', async () => {
  const { terminals, folder } = await open();
  expect(await terminals.run('mkdir shop && cd shop\necho made\n')).toBe('made\n');
  expect(terminals.here).toBe(join(folder, 'shop'));
  expect(await terminals.run('pwd\n')).toBe(`${join(folder, 'shop')}\n`);
});

it('a command that fails is shown with what it wrote, and nothing after it is run', async () => {
  const { terminals } = await open();
  const failing = terminals.run('echo no >&2; false\necho after\n');
  await expect(failing).rejects.toThrow(failsWith(/^This ended with 1:\n\$ echo no >&2; false\necho after\nno\n$/));
});

it('a command that should run, and ends, is shown', async () => {
  const { terminals } = await open();
  await expect(terminals.start('echo taken\n', 'ready')).rejects.toThrow(
    failsWith(/^This ended, and should run:\n\$ echo taken\ntaken/),
  );
});

it('what is seen is a line of the last command, or of one that runs', async () => {
  const { terminals } = await open();
  await terminals.start('echo ready; sleep 0.2; echo later; sleep 60\n', 'ready');
  await terminals.run('echo first\n');
  await terminals.run('echo last\n');
  await terminals.see(['later', 'last']);
  await expect(terminals.see(['late', 'first'], 100)).rejects.toThrow(failsWith(/^This was not seen:\nlate\nfirst\n/));
});

it('all that a command has started ends with it', async () => {
  const { terminals, cleanups } = await open();
  await terminals.start('sleep 60 & echo "started $!"; wait\n', 'started');
  const [, pid] = /started (\d+)/.exec((await terminals.see(['x'], 0).catch(String)) ?? '') ?? [];
  expect(() => process.kill(Number(pid), 0)).not.toThrow();
  await cleanups.end();
  expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH');
});
