import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Connection } from '@temporalio/client';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { freeAddress, nodeArguments } from '../../../testing/demo/processes.js';
import { readOptions } from '../../../testing/temporal-server/command.js';
import { run } from '../../worker/run-command.js';

const portOf = (address: string): string => address.split(':')[1] ?? '';

describe('the command temporal', () => {
  it('runs a server and its Web UI at the ports that it is given, until it is interrupted', async () => {
    const [address, ui] = await Promise.all([freeAddress(), freeAddress()]);
    const ports = ['--port', portOf(address), '--ui-port', portOf(ui)];
    const child = spawn(process.execPath, [...nodeArguments('cli/main.ts temporal', inject('compiled')), ...ports], {
      env: { PATH: process.env['PATH'], WXPAY_TEMPORAL_CLI: inject('devServer') },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGTERM'));
    const ended = once(child, 'exit');
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await expect.poll(() => said).toContain('Ctrl-C ends it.');
    expect(said).toContain(`Temporal server at ${address}, Web UI at http://${ui}`);
    expect(said).toContain(`TEMPORAL_ADDRESS=${address} wechatpay-orders setup`);

    const connection = await Connection.connect({ address });
    await connection.close();
    expect((await fetch(`http://${ui}/`)).status).toBe(200);
    expect(await run(['setup'], { TEMPORAL_ADDRESS: address })).toMatchObject({ code: 0 });
    const again = await run(['temporal', ...ports]);
    expect(again).toMatchObject({ code: 2, said: expect.stringContaining(`${address} is taken`) });

    child.kill('SIGINT');
    expect(await ended).toEqual([0, null]);
    await expect(Connection.connect({ address, connectTimeout: 1_000 })).rejects.toThrow();
  });

  it('only says where its servers are, if it is asked to fetch them', async () => {
    const env = {
      WXPAY_TEMPORAL_CLI: inject('devServer'),
      WXPAY_TEMPORAL_TEST_SERVER: inject('timeSkippingServer'),
    };
    const { code, said } = await run(['temporal', '--fetch'], env);
    expect(code).toBe(0);
    expect(said).toMatch(/^Temporal dev server .* from WXPAY_TEMPORAL_CLI: .*\/temporal$/m);
    expect(said).toMatch(/^Temporal time-skipping test server, from WXPAY_TEMPORAL_TEST_SERVER: .*-server$/m);
  });

  it('has its ports where Temporal has them, unless it is told otherwise', () => {
    expect(readOptions([])).toEqual({ port: 7233, uiPort: 8233 });
    expect(readOptions(['--port', '7300'])).toEqual({ port: 7300, uiPort: 8300 });
    expect(readOptions(['--ui-port', '80', '--db', 'a.sqlite'])).toEqual({ port: 7233, uiPort: 80, db: 'a.sqlite' });
    expect(() => readOptions(['--port', '65000'])).toThrow('must be a whole number from 1 to 64535');
  });
});
