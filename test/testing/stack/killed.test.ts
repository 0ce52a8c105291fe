import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, inject, it, onTestFinished } from 'vitest';

const built = join(inject('compiled'), 'testing/stack');

/** A test that starts a stack, and then hangs. */
const TEST = `
  const { startTestStack } = await import(${JSON.stringify(pathToFileURL(join(built, 'index.js')).href)});
  const stack = await startTestStack();
  console.log(stack.merchantsFile);
  await stack.settled().then(() => new Promise((resolve) => setTimeout(resolve, 600_000)), console.log);
`;

interface Running {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

async function processes(): Promise<Running[]> {
  const { stdout } = await promisify(execFile)('ps', ['-axo', 'pid=,ppid=,args=']);
  return stdout.split('\n').flatMap((line) => {
    const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return command === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
  });
}

/** A test's process, the stack's, and that of its Temporal server. */
async function runTest() {
  const test = spawn(process.execPath, ['--input-type=module', '-e', TEST], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void test.kill('SIGKILL'));
  const [said] = (await once(test.stdout, 'data')) as [Buffer];
  const running = await processes();
  const stack = running.find(({ parent }) => parent === test.pid);
  const server = running.find(({ parent }) => parent === stack?.pid);
  if (stack === undefined || server === undefined) throw new Error('there are no such processes');
  expect(stack.command).toContain(join(built, 'child.js'));
  expect(server.command).toContain('temporal-test-server');
  return { test, stack, server, folder: said.toString().trim().split('/').at(-2) ?? '' };
}

async function expectNothingIsLeft({ stack, server, folder }: Awaited<ReturnType<typeof runTest>>): Promise<void> {
  const left = async (): Promise<Running[]> =>
    (await processes()).filter(({ pid, command }) =>
      [stack, server].some((each) => each.pid === pid && each.command === command),
    );
  await expect.poll(left).toEqual([]);
  expect(folder).toMatch(/^wxpay-stack-/);
  await expect.poll(() => readdir(tmpdir())).not.toContain(folder);
}

/** A server that runs, but accepts no calls, so that the stack cannot start. */
const DEAF_SERVER = '#!/bin/sh\nexec sleep 600.5\n';

describe('of a test stack, nothing is left', () => {
  it('when it cannot start', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'wxpay-deaf-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const server = join(folder, 'temporal-test-server');
    await writeFile(server, DEAF_SERVER, { mode: 0o755 });
    const env = { ...process.env, WXPAY_TEMPORAL_TEST_SERVER: server };
    const test = spawn(process.execPath, ['--input-type=module', '-e', TEST], { env, stdio: 'ignore' });
    expect(await once(test, 'exit')).toEqual([1, null]);
    const left = async (): Promise<Running[]> =>
      (await processes()).filter(({ command }) => command.includes('sleep 600.5'));
    await expect.poll(left).toEqual([]);
  });

  it.each(['SIGKILL', 'SIGINT', 'SIGTERM'] as const)('when its test ends by %s', async (signal) => {
    const running = await runTest();
    running.test.kill(signal);
    await expectNothingIsLeft(running);
  });

  it('when its own process is killed', async () => {
    const running = await runTest();
    process.kill(running.stack.pid, 'SIGKILL');
    await expectNothingIsLeft(running);
  });
});
