import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { nodeArguments } from '../../../testing/demo/processes.js';
import { readOptions } from '../../../testing/sandbox/options.js';
import { queryOrder } from '../../../wechatpay/orders.js';
import { queryServiceOrder } from '../../../wechatpay/service-orders.js';
import { loadMerchants } from '../../../wechatpay/merchants/file.js';
import { answerOf } from '../../support/wechatpay-failure.js';

/** Starts `wechatpay-orders sandbox`, compiled. */
function run(...args: string[]) {
  const child = spawn(process.execPath, [...nodeArguments('cli/main.ts sandbox', inject('compiled')), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = once(child, 'close').then(([code, signal]: unknown[]) => ({ code, signal }));
  const until = (text: string) => expect.poll(() => said).toContain(text);
  return { child, ended, until, said: () => said };
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'wxpay-sandbox-test-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

describe('the command sandbox', () => {
  it('writes a merchants file with which a worker asks over every API, and leaves nothing behind', async () => {
    const { child, ended, until, said } = run('--keys', 'both');
    await until('Ctrl-C ends it.');
    const [, url = ''] = /sandbox at (http:\/\/127\.0\.0\.1:\d+)/.exec(said()) ?? [];
    const [, file = ''] = /only: (\S+merchants\.yaml)/.exec(said()) ?? [];
    const merchant = loadMerchants(file).find('1900000109');
    if (merchant === undefined) throw new Error('the merchant is not in the file');
    const [place = ''] = said().match(/'\{"outTradeNo.*\}'/) ?? [];
    const placed = await fetch(`${url}/sandbox/orders`, { method: 'POST', body: place.slice(1, -1) });
    expect(placed.status).toBe(201);
    const over2 = JSON.stringify({ outTradeNo: 'A-2', amount: { total: 1, currency: 'CNY' }, api: 'v2' });
    expect((await fetch(`${url}/sandbox/orders`, { method: 'POST', body: over2 })).status).toBe(201);
    for (const [api, outTradeNo] of [['v3-global', 'A-1'] as const, ['v2', 'A-2'] as const]) {
      const order = { api, mchid: '1900000109', outTradeNo };
      expect(await answerOf(queryOrder(merchant, order))).toMatchObject({ tradeState: 'NOTPAY' });
    }
    const mainland = { api: 'v3', mchid: '1900000109', outTradeNo: 'NOBODY' } as const;
    expect(await answerOf(queryOrder(merchant, mainland))).toMatchObject({ tradeState: 'NOT_FOUND' });
    const service = { mchid: '1900000109', outOrderNo: 'R-1', serviceId: '500001', appid: 'wx8888888888888888' };
    expect(await answerOf(queryServiceOrder(merchant, service))).toMatchObject({ found: false });
    child.kill('SIGINT');
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(existsSync(file)).toBe(false);
    expect(existsSync(join(file, '..'))).toBe(false);
  });

  it('ends at once, also while an answer is late', async () => {
    const folder = await newFolder();
    const { child, ended, until, said } = run('--folder', folder);
    await until('Ctrl-C ends it.');
    const [, url = ''] = /sandbox at (http:\/\/127\.0\.0\.1:\d+)/.exec(said()) ?? [];
    const slow = JSON.stringify({ what: 'slow', delayMs: 600_000 });
    await fetch(`${url}/sandbox/misbehaviours`, { method: 'POST', body: slow });
    const merchant = loadMerchants(join(folder, 'merchants.yaml')).find('1900000109');
    if (merchant === undefined) throw new Error('the merchant is not in the file');
    const asked = queryOrder(merchant, { api: 'v3-global', mchid: '1900000109', outTradeNo: 'A-1' });
    const calls = async () => (await fetch(`${url}/sandbox/ledger?outTradeNo=A-1`)).text();
    await expect.poll(calls).toContain('ORDER_NOT_EXIST');
    child.kill('SIGTERM');
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(await asked).toMatchObject({ ok: false, failure: { code: 'LOCAL_NO_ANSWER' } });
  });

  it('uses the port, the folder and the merchants that it is given, and leaves the folder', async () => {
    const folder = await newFolder();
    const first = run('--folder', folder, '--mchid', '1900000111', '--mchid', '1900000222');
    await first.until('Ctrl-C ends it.');
    const file = join(folder, 'merchants.yaml');
    expect(loadMerchants(file).find('1900000222')).toMatchObject({ mchid: '1900000222' });
    const [, port = ''] = /127\.0\.0\.1:(\d+)/.exec(first.said()) ?? [];
    first.child.kill('SIGTERM');
    expect(await first.ended).toEqual({ code: 0, signal: null });
    expect(first.said()).toContain(`${folder} is left as it is`);
    for (const name of await readdir(join(folder, 'keys'))) {
      expect((await stat(join(folder, 'keys', name))).mode & 0o077).toBe(0);
    }
    // Its own file may be written anew, and its port is free again.
    const second = run('--folder', folder, '--port', port, '--outcomes', 'http://127.0.0.1:1/outcomes');
    await second.until(`http://127.0.0.1:${port}`);
    await second.until(`signed with the secret in ${join(folder, 'keys/outcomes.secret')}`);
    const third = run('--port', port);
    expect(await third.ended).toEqual({ code: 2, signal: null });
    expect(third.said()).toContain(`Port ${port} is taken`);
    second.child.kill('SIGTERM');
    await second.ended;
    // Three processes, one after the other.
  });

  it('does not write over a merchants file that is not its own', async () => {
    const folder = await newFolder();
    await writeFile(join(folder, 'merchants.yaml'), 'merchants: []\n');
    const { ended, said } = run('--folder', folder);
    expect(await ended).toEqual({ code: 1, signal: null });
    expect(said()).toContain('left as it is');
    expect(await readdir(folder)).toEqual(['merchants.yaml']);
  });

  it('tells how it is used', async () => {
    const { ended, said } = run('--help');
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(said()).toContain('--folder <dir>');
  });

  it('ends with 2 for arguments that it does not know', async () => {
    const { ended, said } = run('--prot', '80');
    expect(await ended).toEqual({ code: 2, signal: null });
    expect(said()).toContain('--prot');
  });

  it.each([
    [['--port', 'x']],
    [['--port', '65536']],
    [['--keys', 'all']],
    [['--mchid', 'me']],
    [['--outcomes', 'http://shop.example/outcomes']],
    [['--outcomes', '8091']],
    [['stray']],
  ])('takes no %o', (args) => {
    expect(() => readOptions(args)).toThrow(expect.objectContaining({ name: 'UsageError' }));
  });

  it('accepts early closes only with the option', () => {
    expect(readOptions([])).toMatchObject({ refuseEarlyClose: true, port: 0 });
    expect(readOptions(['--allow-early-close'])).toMatchObject({ refuseEarlyClose: false });
  });
});
