import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Clients } from '../../../http/api/operations.js';
import { readTokens, watchTokens } from '../../../http/api/tokens.js';
import { describeFault, orThrow } from '../../../wechatpay/merchants/faults.js';
import { serving } from './serving.js';

const MINE = '1900000109';
const OTHERS = '1900000110';
const token = (letter: string): string => letter.repeat(32);

const TOKENS = `
tokens:
  - name: checkout-php
    merchants: ['${MINE}']
    tokenFiles: [php.token]
  - name: everywhere
    merchants: '*'
    tokenFiles: [all.token, all-new.token]
`;

/** A folder with a tokens file. */
function written(yaml = TOKENS, tokens: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'wxpay-tokens-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const write = (name: string, content: string): void => writeFileSync(join(folder, name), content, { mode: 0o600 });
  const all = { 'php.token': `${token('p')}\n`, 'all.token': token('a'), 'all-new.token': token('n'), ...tokens };
  for (const [name, content] of Object.entries(all)) write(name, content);
  write('tokens.yaml', yaml);
  return { path: join(folder, 'tokens.yaml'), write };
}

/** An API that finds no order, and what its log says. */
async function guarded() {
  const files = written();
  const log: string[] = [];
  const write = (message: string, { faults }: { readonly faults?: readonly string[] } = {}): void =>
    void log.push([message, ...(faults ?? [])].join(' '));
  const reloads: string[] = [];
  const options = {
    everyMs: 20,
    logger: { info: write, warn: write },
    onReload: (result: string) => void reloads.push(result),
  };
  const tokens = watchTokens(files.path, options, orThrow(readTokens(files.path)));
  onTestFinished(() => tokens.stop());
  const clients = { orders: { order: () => ({ state: () => Promise.resolve({}) }) } } as unknown as Clients;
  const api = await serving(clients, { tokens });
  const statusFor = async (sent: string, mchid = MINE): Promise<unknown> => {
    const answer = await fetch(`${api.url}/v1/merchants/${mchid}/orders/A`, { headers: { authorization: sent } });
    const { code } = (await answer.json()) as { readonly code?: string };
    return code ?? answer.status;
  };
  return { ...files, ...api, log, reloads, statusFor };
}

describe('a token', () => {
  it('is needed, must be known, and is for its merchants only', async () => {
    const { statusFor, ask, events } = await guarded();
    const path = `/v1/merchants/${MINE}/orders/A`;
    const without = await ask(`GET ${path}`);
    expect(without).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    expect(without.headers.get('www-authenticate')).toBe('Bearer');
    expect(await ask(`PUT ${path}`, { body: 'not even JSON', token: token('x') })).toMatchObject({ status: 401 });
    for (const wrong of [`Bearer ${token('x')}`, `Bearer ${token('p')}p`, `Basic ${token('p')}`, 'Bearer', token('p')])
      expect(await statusFor(wrong)).toBe('unauthenticated');
    expect(await statusFor(`Bearer ${token('p')}`)).toBe(200);
    expect(await statusFor(`bearer ${token('p')}`)).toBe(200);
    expect(await ask(`PUT /v1/merchants/${OTHERS}/orders/A`, { token: token('p') })).toMatchObject({
      status: 403,
      body: { code: 'not-your-merchant', detail: 'The token checkout-php is not for this merchant.' },
    });
    expect(await statusFor(`Bearer ${token('p')}`, 'nobody')).toBe('not-your-merchant');
    for (const letter of ['a', 'n']) expect(await statusFor(`Bearer ${token(letter)}`, OTHERS)).toBe(200);
    expect(new Set(events.map(({ by }) => by))).toEqual(new Set([undefined, 'checkout-php', 'everywhere']));
  });

  it('is not needed for the document, which says that one is', async () => {
    const { url } = await guarded();
    const document = (await (await fetch(`${url}/openapi.json`)).json()) as object;
    expect(document).toMatchObject({ security: [{ token: [] }] });
  });

  it('is changed without a restart, and kept if the new file has a fault', async () => {
    const { write, statusFor, reloads, log } = await guarded();
    write('php.token', token('q'));
    await expect.poll(() => reloads).toEqual(['taken']);
    expect(await statusFor(`Bearer ${token('p')}`)).toBe('unauthenticated');
    expect(await statusFor(`Bearer ${token('q')}`)).toBe(200);
    write('php.token', 'short');
    await expect.poll(() => reloads).toEqual(['taken', 'refused']);
    expect(await statusFor(`Bearer ${token('q')}`)).toBe(200);
    expect(log.join()).toContain('php.token: must hold a token and nothing else');
    expect(log.join()).not.toContain('short');
  });
});

describe('callers with tokens', () => {
  it('take half of the places each at most', async () => {
    const { path } = written();
    const tokens = watchTokens(path, { logger: { info: () => {}, warn: () => {} } }, orThrow(readTokens(path)));
    onTestFinished(() => tokens.stop());
    const releases: (() => void)[] = [];
    const state = () => new Promise((resolve) => releases.push(() => resolve({})));
    const clients = { orders: { order: () => ({ state }) } } as unknown as Clients;
    const { url } = await serving(clients, { tokens, places: { server: 1, worker: 4, feed: 1 } });
    const statusOf = async (letter: string): Promise<number> => {
      const headers = { authorization: `Bearer ${token(letter)}` };
      return (await fetch(`${url}/v1/merchants/${MINE}/orders/A`, { headers })).status;
    };
    const first = [statusOf('p'), statusOf('p')];
    await expect.poll(() => releases.length).toBe(2);
    expect(await statusOf('p')).toBe(503);
    // Both tokens of a name are one caller.
    const others = [statusOf('a'), statusOf('n')];
    await expect.poll(() => releases.length).toBe(4);
    expect(await statusOf('a')).toBe(503);
    for (const release of releases) release();
    expect(await Promise.all([...first, ...others])).toEqual([200, 200, 200, 200]);
  });
});

describe('a tokens file', () => {
  it.each([
    ['tokens: []', {}, 'must name at least one token'],
    ['tokens: x', {}, 'must be a list'],
    [
      TOKENS.replace("['1900000109']", '[1900000109]'),
      {},
      "must be a list of merchant numbers in quotes, or '*' for all",
    ],
    [TOKENS.replace('everywhere', 'checkout-php'), {}, 'this name is there twice'],
    [TOKENS.replace('php.token', 'no-such.token'), {}, 'cannot be read (ENOENT)'],
    [TOKENS.replace('name: everywhere', 'name: every where'), {}, 'must be 1 to 64 letters'],
    [TOKENS.replace('tokenFiles: [php', 'tokenFile: [php'), {}, 'has a field that is not known: tokenFile'],
    [TOKENS, { 'all.token': token('p') }, 'this token is there twice'],
    [TOKENS, { 'all.token': 'a'.repeat(31) }, 'must hold a token and nothing else: 32 to 512'],
    [TOKENS, { 'all.token': `${token('a')} ${token('b')}` }, 'must hold a token and nothing else'],
    ['tokens: {', {}, 'not valid YAML'],
  ])('is refused as a whole: %j %j', (yaml, tokens, rule) => {
    const read = readTokens(written(yaml, tokens).path);
    const faults = read.ok ? [] : read.faults.map(describeFault);
    expect(faults.join()).toContain(rule);
    expect(faults.join()).not.toMatch(/aaaaa|ppppp/);
  });

  it('is warned of if every user may read a token', () => {
    const { path } = written();
    chmodSync(path.replace('tokens.yaml', 'php.token'), 0o644);
    const warned: unknown[] = [];
    const logger = { info: () => undefined, warn: (...line: unknown[]) => void warned.push(line) };
    const tokens = watchTokens(path, { everyMs: 0, logger }, orThrow(readTokens(path)));
    onTestFinished(() => tokens.stop());
    expect(warned).toEqual([
      [
        'the tokens are open to every user of this machine: chmod o-rwx',
        { faults: ['every user of this machine may read token checkout-php php.token (mode 0644)'] },
      ],
    ]);
  });
});

describe('an API without tokens', () => {
  it('answers no page of a browser that was given another name for this machine', async () => {
    const { url } = await serving({});
    const { port } = new URL(url);
    const statusAs = (host: string, path = '/v1/merchants/1/orders/no%20number'): Promise<number> =>
      new Promise((resolve, reject) => {
        const sent = request({ host: '127.0.0.1', port, path, headers: { host } }, (answer) => {
          answer.resume();
          resolve(answer.statusCode ?? 0);
        });
        sent.on('error', reject).end();
      });
    for (const host of [`evil.example:${port}`, '127.0.0.1.evil.example']) expect(await statusAs(host)).toBe(401);
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, '[::1]']) expect(await statusAs(host)).toBe(400);
    expect(await statusAs('evil.example', '/openapi.json')).toBe(401);
  });

  it('answers nobody behind a proxy, and no page of a browser', async () => {
    const { url } = await serving({});
    const statusWith = async (headers: Readonly<Record<string, string>>): Promise<number> => {
      const { hostname, port } = new URL(url);
      const sent = request({ hostname, port, path: '/v1/merchants/1/orders/no%20number', headers });
      sent.end();
      const [answer] = (await once(sent, 'response')) as [IncomingMessage];
      answer.resume();
      return answer.statusCode ?? 0;
    };
    expect(await statusWith({ 'sec-fetch-site': 'none' })).toBe(400);
    for (const header of [
      { 'x-forwarded-for': '8.8.8.8' },
      { forwarded: 'for=8.8.8.8' },
      { via: '1.1 proxy' },
      { origin: 'https://evil.example' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ])
      expect(await statusWith(header as unknown as Record<string, string>)).toBe(401);
  });
});
