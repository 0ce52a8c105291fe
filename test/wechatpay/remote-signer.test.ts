import { createVerify, generateKeyPairSync, sign as rsaSign } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { failingSafely, orThrow } from '../../activities/failures.js';
import type { Merchant } from '../../wechatpay/merchant.js';
import { closeOrderV3, queryOrderV3 } from '../../wechatpay/orders.js';
import { remoteSigner, SIGN_TIMEOUT_MS, type Sign } from '../../wechatpay/remote-signer.js';
import { sendSigned } from '../../wechatpay/send-v3.js';
import { answerOf, failureOf } from '../support/wechatpay-failure.js';
import { V3Server } from './v3-server.js';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const SECRET = 'the-secret-of-the-vault';
const SECRET_KEY = '0123456789abcdef0123456789abcdef';
const signed = (text: string): string => rsaSign('sha256', Buffer.from(text), privateKey).toString('base64');

let server: V3Server;
beforeAll(async () => {
  server = await V3Server.start();
});
afterAll(() => server.stop());

function merchantWith(sign: Sign, timeoutMs?: number): Merchant {
  const merchant = server.merchant();
  if (merchant.v3 === undefined) throw new Error('it speaks v3');
  return { ...merchant, v3: { ...merchant.v3, signer: remoteSigner(server.mchid, 'AB', sign, timeoutMs) } };
}

const queryWith = (sign: Sign, timeoutMs?: number) => queryOrderV3(merchantWith(sign, timeoutMs), server.order);

describe('a signer that is not a file', () => {
  it.each<[string, Sign]>([
    ['in time', (text) => new Promise((resolve) => setImmediate(() => resolve(signed(text))))],
    ['at once', signed],
  ])('signs a request %s, over its very text', async (_, sign) => {
    let text = '';
    const body = { mchid: server.mchid, out_trade_no: 'ORDER-1', trade_state: 'CLOSED' };
    server.say({ status: 200, body });
    await answerOf(
      queryWith((asked) => {
        text = asked;
        return sign(asked);
      }),
    );
    const { headers, target } = server.lastRequest;
    expect(text).toMatch(new RegExp(`^GET\n${target.replace('?', '\\?')}\n\\d+\n\\w+\n\n$`));
    const [, signature = ''] = /signature="([^"]+)"/.exec(headers.authorization ?? '') ?? [];
    expect(createVerify('RSA-SHA256').update(text).verify(publicKey, signature, 'base64')).toBe(true);
  });

  it.each<[string, Sign, string]>([
    ['throws', () => failWith(new RangeError(SECRET)), 'the signer fails with RangeError'],
    ['rejects', () => Promise.reject(Object.assign(new Error(SECRET), { name: SECRET })), 'fails with an error'],
    ['rejects under a key', () => Promise.reject(named(SECRET_KEY)), 'the signer fails with an error'],
    ['rejects under a symbol', () => Promise.reject(named(Symbol(SECRET))), 'the signer fails with an error'],
    ['rejects as a KMS', () => Promise.reject(named('KMSInvalidStateException')), 'with KMSInvalidStateException'],
    ['rejects as anything', () => Promise.reject(new Error(SECRET)), 'the signer fails with Error'],
    ['throws no error', () => failWith(SECRET), 'the signer fails with an error'],
    ['gives nothing', () => Promise.resolve(undefined as unknown as string), 'is not the signature'],
    ['gives an empty text', () => '', 'is not the signature'],
    ['gives words', () => Promise.resolve(SECRET), 'is not the signature'],
    ['gives what would end the header', (text) => `${signed(text)}",x="`, 'is not the signature'],
    ['gives a short signature', () => Promise.resolve(Buffer.alloc(128).toString('base64')), 'is not the signature'],
    ['gives hexadecimal', (text) => Buffer.from(signed(text), 'base64').toString('hex'), 'is not the signature'],
    ['gives base64 for URLs', (text) => Buffer.from(signed(text), 'base64').toString('base64url'), 'is not the'],
  ])('that %s sends nothing, and is tried again', async (_, sign, reason) => {
    const before = server.received.length;
    const { facts } = await failureOf(queryWith(sign));
    expect(facts).toMatchObject({ code: 'LOCAL_NOT_SIGNED', kind: 'retry', status: null, mayHaveTakenEffect: false });
    expect(facts.what).toContain(reason);
    expect(server.received).toHaveLength(before);
    const activity = failingSafely('queryOrder', async () => orThrow('queryOrder', await queryWith(sign)));
    const failure: unknown = await activity({}).catch((error: unknown) => error);
    expect(failure).toMatchObject({ type: 'LOCAL_NOT_SIGNED', nonRetryable: false });
    const { stack } = failure as Error;
    expect([JSON.stringify(facts), stack, JSON.stringify(failure)].join()).not.toMatch(
      new RegExp(`${SECRET}|${SECRET_KEY}`),
    );
  });

  it('that hangs is given up after five seconds, and what it says later is nobody’s', async () => {
    expect(SIGN_TIMEOUT_MS).toBe(5_000);
    let fail: (reason: Error) => void = () => undefined;
    const hanging = new Promise<string>((_resolve, reject) => {
      fail = reject;
    });
    const began = performance.now();
    const { facts } = await failureOf(queryWith(() => hanging, 50));
    expect(facts).toMatchObject({ code: 'LOCAL_NOT_SIGNED', what: 'the signer says nothing for 50 ms' });
    expect(performance.now() - began).toBeLessThan(2_000);
    fail(new Error(SECRET));
    await new Promise((resolve) => setImmediate(resolve));
  });

  it('takes its time from that of the call: both together have eight seconds', async () => {
    const slow = merchantWith((text) => new Promise((resolve) => setTimeout(() => resolve(signed(text)), 300)));
    if (slow.v3 === undefined) throw new Error('it speaks v3');
    const timers = vi.spyOn(globalThis, 'setTimeout');
    onTestFinished(() => timers.mockRestore());
    server.say({ status: 204 });
    expect(await sendSigned(slow.v3, { api: 'v3', method: 'GET', target: '/v3/certificates' })).toHaveProperty(
      'ok',
      true,
    );
    const limit = timers.mock.calls.find((call: readonly unknown[]) => String(call[2]).startsWith('no answer within'));
    expect(limit?.[1]).toBeGreaterThan(6_000);
    expect(limit?.[1]).toBeLessThanOrEqual(8_000 - 299);
  });

  it('that fails leaves a close unsent: nothing can have taken effect', async () => {
    const close = closeOrderV3(
      merchantWith(() => ''),
      server.order,
    );
    expect((await failureOf(close)).facts).toMatchObject({ kind: 'retry', mayHaveTakenEffect: false });
  });
});

function named(name: string | symbol): Error {
  return Object.defineProperty(new Error(SECRET), 'name', { value: name });
}

function failWith(what: unknown): never {
  throw what;
}
