import crypto, { type KeyObject } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { callV3 } from '../../wechatpay/call-v3.js';
import type { Merchant } from '../../wechatpay/merchant.js';
import { observingClock } from '../../worker/metrics.js';
import { SERIAL, V3Server, type Said } from './v3-server.js';

let server: V3Server;
beforeAll(async () => {
  server = await V3Server.start();
});
afterAll(() => server.stop());

const MERCHANTS: readonly (readonly [string, (merchant: Merchant) => Merchant | undefined])[] = [
  ['without metrics', (merchant) => merchant],
  ['with metrics', (merchant) => observingClock({ find: () => merchant }, () => undefined).find('any')],
];

/** How often a call's answer has its signature checked and its JSON parsed. */
async function readsOf(merchant: Merchant | undefined, said: Said) {
  if (merchant === undefined) throw new Error('there is a merchant');
  const verify = vi.spyOn(crypto, 'verify');
  syncBuiltinESMExports();
  const parse = vi.spyOn(JSON, 'parse');
  onTestFinished(() => {
    vi.restoreAllMocks();
    syncBuiltinESMExports();
  });
  server.say(said);
  await callV3(merchant, { call: 'queryOrder', api: 'v3', method: 'GET', target: '/v3/certificates-of-nobody' });
  return { verified: verify.mock.calls.length, parsed: parse.mock.calls.length };
}

describe.each(MERCHANTS)('an answer, %s', (_, merchantOf) => {
  it.each<[string, Said]>([
    ['a success', { status: 200, body: { a: 1 } }],
    ['a refusal', { status: 400, body: { code: 'PARAM_ERROR' } }],
    ['a success that carries a code', { status: 200, body: { code: 'SYSTEM_ERROR' } }],
  ])('has its signature checked once and its JSON parsed once: %s', async (_, said) => {
    expect(await readsOf(merchantOf(server.merchant()), said)).toEqual({ verified: 1, parsed: 1 });
  });

  it('that is not signed has no signature to check, and its JSON is not parsed if it is a success', async () => {
    const said = { status: 200, body: { a: 1 }, unsigned: true } as const;
    expect(await readsOf(merchantOf(server.merchant()), said)).toEqual({ verified: 0, parsed: 0 });
  });

  it('that names a key which is found meanwhile is checked once, with that key', async () => {
    const merchant = server.merchant('ANOTHER');
    const keys = merchant.v3?.wechatpayKeys as Map<string, KeyObject>;
    const [key] = keys.values();
    if (merchant.v3 === undefined || key === undefined) throw new Error('it speaks v3');
    const learning = { ...merchant.v3, refreshKeys: () => Promise.resolve(void keys.set(SERIAL, key)) };
    const said = { status: 200, body: { a: 1 } };
    expect(await readsOf(merchantOf({ ...merchant, v3: learning }), said)).toEqual({ verified: 1, parsed: 1 });
  });
});
