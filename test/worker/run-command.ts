import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject, onTestFinished } from 'vitest';
import { nodeArguments } from '../../testing/demo/processes.js';
import { startSandbox } from '../support/sandbox.js';

/** What a command ended with, and all that it wrote. */
export interface Ended {
  readonly code: number;
  readonly said: string;
}

/** Runs a command of `wechatpay-orders` to its end. @param args its name, and its arguments */
export async function run(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const child = spawn(process.execPath, [...nodeArguments('cli/main.ts', inject('compiled')), ...args], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, said };
}

/** The merchants file of a sandbox that lives as long as the test. */
export async function merchantsFile(): Promise<string> {
  const sandbox = await startSandbox();
  const folder = await mkdtemp(join(tmpdir(), 'wxpay-worker-'));
  onTestFinished(async () => {
    await sandbox.stop();
    await rm(folder, { recursive: true });
  });
  return sandbox.writeMerchantsFile(folder);
}
