import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { encrypt } from '../../../testing/sandbox/keys.js';
import { type SignType, v2Signer } from '../../../wechatpay/signature-v2.js';
import {
  listOf,
  MCHID,
  merchant,
  newTestReceiver,
  PAYMENT,
  signed,
  V2_KEY,
  V2_PAYMENT,
  V3_KEY,
  v2Notification,
  v3Notification,
} from './fixtures.js';

// As in test/wechatpay/known-sdk-faults.test.ts: each of these is wrong in some other SDK for WeChat Pay.

const { ciphertext, ...ENCRYPTED } = encrypt(JSON.stringify(PAYMENT), V3_KEY, 'transaction');
const BYTES = Buffer.from(ciphertext, 'base64');
const TEXT = BYTES.subarray(0, -16);
const TAG = BYTES.subarray(-16);

describe('the tag of what is encrypted', () => {
  const tagged = async (tag: Uint8Array) => {
    const encrypted = { ...ENCRYPTED, ciphertext: Buffer.concat([TEXT, tag]).toString('base64') };
    return v3Notification({ encrypted });
  };

  it('is what makes it a fact', async () => {
    const { receiver, facts } = newTestReceiver(listOf(await merchant()));
    const { headers, body } = await tagged(TAG);
    expect((await receiver.receive(body, headers)).outcome).toBe('signalled');
    expect(facts).toHaveLength(1);
  });

  it.each<[string, Uint8Array]>([
    ['of zeros', Buffer.alloc(16)],
    ['with one bit changed at its end', Buffer.concat([TAG.subarray(0, 15), Buffer.from([(TAG[15] ?? 0) ^ 1])])],
    ['cut to 12 bytes', TAG.subarray(0, 12)],
    ['cut to 4 bytes', TAG.subarray(0, 4)],
    ['taken away', Buffer.alloc(0)],
    ['of another text', Buffer.from(encrypt('{}', V3_KEY, 'transaction').ciphertext, 'base64').subarray(-16)],
  ])('is checked, also where WeChat Pay’s key signed the notification: %s', async (_, tag) => {
    const { receiver, facts } = newTestReceiver(listOf(await merchant()));
    const { headers, body } = await tagged(tag);
    expect((await receiver.receive(body, headers)).outcome).toBe('undecryptable');
    expect(facts).toEqual([]);
  });
});

describe('the body of a notification', () => {
  const WRITTEN: readonly (readonly [string, (text: string) => string])[] = [
    ['with white space', (text) => JSON.stringify(JSON.parse(text), null, 2)],
    ['with its fields in another order', (text) => JSON.stringify(sorted(text, (names) => names.reverse()))],
    ['with a letter escaped', (text) => text.replace('EV-1', 'E\\u0056-1')],
    ['with slashes escaped, as PHP writes them', (text) => text.replaceAll('/', '\\/')],
    ['with a line end after it', (text) => `${text}\n`],
    ['after a byte order mark', (text) => `\ufeff${text}`],
  ];

  it.each(WRITTEN)('that is the same JSON in other bytes is refused: %s', async (_, write) => {
    const { body } = await v3Notification();
    // A slash and text beyond ASCII are in it, so that each way of writing changes the bytes.
    const more = { ...(JSON.parse(body.toString()) as object), summary: '支付成功 a/b' };
    const text = JSON.stringify(sorted(JSON.stringify(more)));
    const { headers } = await signed(Buffer.from(text));
    const { receiver, facts } = newTestReceiver(listOf(await merchant()));
    const written = write(text);
    expect(written).not.toBe(text);
    expect(JSON.parse(written.replace(/^\ufeff/, ''))).toEqual(JSON.parse(text));
    expect((await receiver.receive(Buffer.from(written), headers)).outcome).toBe('wrong-signature');
    expect(facts).toEqual([]);
    expect((await receiver.receive(Buffer.from(text), headers)).outcome).toBe('signalled');
  });
});

/** An object with its fields by name, or as `order` puts them. */
function sorted(text: string, order = (names: string[]): string[] => names): object {
  const fields = JSON.parse(text) as Record<string, unknown>;
  return Object.fromEntries(order(Object.keys(fields).sort()).map((name) => [name, fields[name]]));
}

describe('the algorithm of a v2 notification', () => {
  const ALGORITHMS: readonly SignType[] = ['MD5', 'HMAC-SHA256'];
  const CASES = ALGORITHMS.flatMap((ours) => [undefined, ...ALGORITHMS].map((named) => [ours, named] as const));

  it.each(CASES)('is %s as the merchants file says, by neither sign_type %s nor the length', async (ours, named) => {
    const other = ours === 'MD5' ? 'HMAC-SHA256' : 'MD5';
    const v2 = { signer: v2Signer(V2_KEY, ours) };
    const { receiver, facts, events } = newTestReceiver(listOf(await merchant({ v2 })));
    const foreign = v2Notification({ sign_type: named }, v2Signer(V2_KEY, other));
    const received = await receiver.receive(foreign.body, foreign.headers);
    expect(received.outcome).toBe('wrong-signature');
    expect(facts).toEqual([]);
    const fields = Object.entries({ ...V2_PAYMENT, ...(named !== undefined && { sign_type: named }) });
    const right = v2.signer.sign(new Map(fields));
    const told = inspect({ received, events }, { showHidden: true, depth: 9 }).toUpperCase();
    expect(told).not.toContain(right.slice(0, 8));
    const { body, headers } = v2Notification({ sign_type: named }, v2.signer);
    expect(body.toString()).toContain(right);
    expect((await receiver.receive(body, headers)).outcome).toBe('signalled');
  });
});

describe('a field that stands twice in what was encrypted', () => {
  const twice = (fields: object): string =>
    `{${JSON.stringify(fields).slice(1, -1)},${JSON.stringify(PAYMENT).slice(1)}`;

  it('counts once, by its last value, for what is checked and for what is delivered', async () => {
    const { receiver, facts } = newTestReceiver(listOf(await merchant()));
    const first = { mchid: '1', appid: 'wx1', out_trade_no: 'ANOTHER', trade_state: 'NOTPAY' };
    const { headers, body } = await v3Notification({ resource: twice(first) });
    expect((await receiver.receive(body, headers)).outcome).toBe('signalled');
    expect(facts).toMatchObject([{ notification: { order: { mchid: MCHID, outTradeNo: PAYMENT.out_trade_no } } }]);
    const last = JSON.stringify(PAYMENT).replace(/}$/, ',"mchid":"1900000199"}');
    const other = await v3Notification({ resource: last });
    expect((await receiver.receive(other.body, other.headers)).outcome).toBe('unknown-merchant');
    expect(facts).toHaveLength(1);
  });
});

describe('a field named __proto__', () => {
  const inside = (fields: object, beside: object = {}): string =>
    `{"__proto__":${JSON.stringify(fields)},${JSON.stringify(beside).slice(1)}`.replace(/,}$/, '}');

  it.each<[string, object, string]>([
    ['everything', {}, 'unknown-merchant'],
    ['the order', { mchid: MCHID, appid: PAYMENT.appid, trade_state: 'SUCCESS' }, 'malformed'],
  ])('in what was encrypted gives it nothing: %s', async (_, beside, outcome) => {
    const { receiver, facts } = newTestReceiver(listOf(await merchant()));
    const { headers, body } = await v3Notification({ resource: inside(PAYMENT, beside) });
    expect((await receiver.receive(body, headers)).outcome).toBe(outcome);
    expect(facts).toEqual([]);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it('around what was encrypted gives it nothing', async () => {
    const resource = { ...ENCRYPTED, ciphertext };
    const { receiver, facts } = newTestReceiver(listOf(await merchant()));
    for (const envelope of [
      inside({ event_type: 'TRANSACTION.SUCCESS', resource }),
      `{"event_type":"TRANSACTION.SUCCESS","resource":${inside(resource)}}`,
    ]) {
      const { headers, body } = await v3Notification({ envelope });
      expect((await receiver.receive(body, headers)).outcome).toBe('malformed');
    }
    expect(facts).toEqual([]);
  });
});
