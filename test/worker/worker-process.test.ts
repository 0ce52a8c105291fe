import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { quietRuntime } from '../../demo/quiet-runtime.js';
import { Sandbox } from '../../sandbox/sandbox.js';
import { startDevServer } from '../../temporal-server/index.js';

const MAIN = fileURLToPath(new URL('../../worker/main.ts', import.meta.url));

/** Runs the worker's command to its end. */
async function run(args: string[], env: NodeJS.ProcessEnv = {}): Promise<{ code: number; said: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...args], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, said };
}

async function merchantsFile(): Promise<string> {
  const sandbox = await Sandbox.start();
  const folder = await mkdtemp(join(tmpdir(), 'wxpay-worker-'));
  onTestFinished(async () => {
    await sandbox.stop();
    await rm(folder, { recursive: true });
  });
  return sandbox.writeMerchantsFile(folder);
}

describe('the worker process', () => {
  it('explains itself', async () => {
    const { code, said } = await run(['--help']);
    expect(code).toBe(0);
    expect(said).toContain('WXPAY_MERCHANTS_FILE');
    expect(said).toContain('Exit codes');
  });

  it('ends with 2 and every fault where the environment cannot be used', async () => {
    const { code, said } = await run([], { WXPAY_LOG_LEVEL: 'loud', WXPAY_SHUTDOWN_GRACE_SECONDS: 'long' });
    expect(code).toBe(2);
    for (const name of ['WXPAY_MERCHANTS_FILE', 'WXPAY_LOG_LEVEL', 'WXPAY_SHUTDOWN_GRACE_SECONDS'])
      expect(said).toContain(name);
  });

  it.each([[['walk']], [['--faster']]])('ends with 2 for arguments that it does not know: %j', async (args) => {
    expect(await run(args)).toMatchObject({ code: 2 });
  });

  it('ends with 3 and the address where no server answers', async () => {
    const { code, said } = await run(['setup'], { TEMPORAL_ADDRESS: '127.0.0.1:1' });
    expect(code).toBe(3);
    expect(said).toContain('No Temporal server answers at 127.0.0.1:1');
  });

  it('ends with 4 where the search attributes are missing, until setup has registered them', async () => {
    quietRuntime();
    const { env, address } = await startDevServer({ ui: false });
    onTestFinished(() => env.teardown());
    const WXPAY_MERCHANTS_FILE = await merchantsFile();
    const environment = {
      TEMPORAL_ADDRESS: address,
      WXPAY_MERCHANTS_FILE,
      WXPAY_WORKFLOW_BUNDLE: inject('workflowBundle'),
    };
    const refused = await run([], environment);
    expect(refused).toMatchObject({ code: 4 });
    expect(refused.said).toContain('WxpayState (KEYWORD)');
    expect(refused.said).toContain('npm run setup');

    expect((await run(['setup'], environment)).said).toContain('registered WxpayMerchant, WxpayState, WxpayDeadline');
    expect((await run(['setup'], environment)).said).toContain('nothing to do');
  });
});
