import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Parser } from 'xml2js';
import { MAX_NOTIFICATION_BYTES } from '../../../client/notifications/index.js';
import { listOf, MCHID, merchant, newTestReceiver, v3Notification } from './fixtures.js';

const NOTHING = { parsed: 0, verified: 0, hashed: 0, decrypted: 0 };
const JSON_TYPE = { 'content-type': 'application/json' };
const XML_TYPE = { 'content-type': 'text/xml' };
const LONG = 'x'.repeat(60_000);
const FIELDS = Array.from({ length: 7_000 }, (_, at) => `<f${at}/>`).join('');

/** How often what costs much is done, until the test ends. */
function counting() {
  const spies = {
    parsed: vi.spyOn(Parser.prototype, 'parseString'),
    verified: vi.spyOn(crypto, 'verify'),
    hashed: vi.spyOn(crypto, 'createHash'),
    decrypted: vi.spyOn(crypto, 'createDecipheriv'),
  };
  syncBuiltinESMExports();
  onTestFinished(() => {
    for (const spy of Object.values(spies)) spy.mockRestore();
    syncBuiltinESMExports();
  });
  return () => Object.fromEntries(Object.entries(spies).map(([name, { mock }]) => [name, mock.calls.length]));
}

describe('a refusal of what anyone can send does no more than it must:', () => {
  const signedBy = async (changes: Record<string, string>) => ({ ...(await v3Notification()).headers, ...changes });

  it.each([
    ['JSON without a signature', 'unsigned', NOTHING, () => JSON_TYPE, LONG, {}],
    ['an unknown serial', 'unknown-serial', NOTHING, () => signedBy({ 'wechatpay-serial': 'ABC' }), LONG, {}],
    ['a wrong signature', 'wrong-signature', { ...NOTHING, verified: 1 }, () => signedBy({}), LONG, {}],
    ['XML of many fields', 'malformed', NOTHING, () => XML_TYPE, `<xml>${FIELDS}</xml>`, {}],
    ['XML of references', 'malformed', NOTHING, () => XML_TYPE, `<xml><a>${'&amp;'.repeat(12_000)}</a></xml>`, {}],
    [
      'XML of one long text without a sign',
      'unsigned',
      { ...NOTHING, parsed: 1 },
      () => XML_TYPE,
      `<xml><mch_id>${MCHID}</mch_id><a>${LONG}</a></xml>`,
      {},
    ],
    [
      'XML of one long text with a wrong sign',
      'wrong-signature',
      { ...NOTHING, parsed: 1, hashed: 1 },
      () => XML_TYPE,
      `<xml><mch_id>${MCHID}</mch_id><sign>A</sign><a>${LONG}</a></xml>`,
      {},
    ],
    ['another content type', 'content-type', NOTHING, () => signedBy({ 'content-type': 'text/plain' }), LONG, {}],
    ['a wrong path', 'wrong-path', NOTHING, () => JSON_TYPE, LONG, { wrongPath: '/' }],
  ] as const)('%s', async (_, outcome, expected, headers, body, address) => {
    const { receiver } = newTestReceiver(listOf(await merchant()));
    const given = await headers();
    const counts = counting();
    expect((await receiver.receive(body, given, address)).outcome).toBe(outcome);
    expect(counts()).toEqual(expected);
  });

  it('no more of a body is read than 64 KB, and nothing of one that says it is longer', async () => {
    const { receiver } = newTestReceiver(listOf(await merchant()));
    const counts = counting();
    const read = { pieces: 0 };
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (; read.pieces < 1_000; read.pieces += 1) yield await Promise.resolve(Buffer.alloc(1024, 'x'));
    }
    expect((await receiver.receive(endless(), JSON_TYPE)).outcome).toBe('too-large');
    expect(read.pieces).toBeLessThanOrEqual(MAX_NOTIFICATION_BYTES / 1024 + 1);
    read.pieces = 0;
    const declared = { ...JSON_TYPE, 'content-length': '100000000' };
    expect((await receiver.receive(endless(), declared)).outcome).toBe('too-large');
    expect(read.pieces).toBe(0);
    expect(counts()).toEqual(NOTHING);
  });
});
