import { createCipheriv, createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  MAX_NOTIFICATION_BYTES,
  NOTIFICATION_OUTCOMES,
  type RequestBody,
  type NotificationOutcome,
} from '../../../client/notifications/index.js';
import { AnswerSigner, newKeyPair } from '../../../testing/sandbox/keys.js';
import { decryptWith } from '../../../wechatpay/encryption.js';
import { v2Signer } from '../../../wechatpay/signature-v2.js';
import {
  listOf,
  MCHID,
  merchant,
  newTestReceiver,
  PAYMENT,
  REFUSED,
  SECRETS,
  SERIAL,
  signed,
  V2_KEY,
  v2Notification,
  v3Notification,
  type NotificationParts,
} from './fixtures.js';

const OTHER = '1900000110';
const UNKNOWN_KEY = 'd0d1d2d3d4d5d6d7d8d9dadbdcdddedf';
const OTHER_V3_KEY = 'c0c1c2c3c4c5c6c7c8c9cacbcccdcecf';
const SUB = { mchid: undefined, appid: undefined, sp_mchid: MCHID, sp_appid: PAYMENT.appid, sub_mchid: '1900000222' };

interface Sent {
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: RequestBody;
  /** What the address says. */
  readonly mchid?: string;
}

type Row = readonly [outcome: NotificationOutcome, why: string, send: () => Sent | Promise<Sent>];

const v3 = async (parts: NotificationParts, mchid?: string): Promise<Sent> => ({
  ...(await v3Notification(parts)),
  ...(mchid !== undefined && { mchid }),
});
const payment = (changes: object): Promise<Sent> => v3({ resource: { ...PAYMENT, ...changes } });
const service = (changes: object): Promise<Sent> =>
  v3({
    eventType: 'PAYSCORE.USER_PAID',
    resource: { mchid: MCHID, appid: PAYMENT.appid, out_order_no: 'R1', ...changes },
  });
const changed = async (headers: Sent['headers'], parts: NotificationParts = {}): Promise<Sent> => {
  const notification = await v3(parts);
  return { ...notification, headers: { ...notification.headers, ...headers } };
};

/** Pieces of a body, and then what comes. */
async function* pieces(then: () => Promise<void>, ...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
  await then();
}

const V3_ROWS: readonly Row[] = [
  [
    'wrong-signature',
    'it was signed with another key',
    async () => {
      const forger = new AnswerSigner(await newKeyPair(), SERIAL);
      const { body } = await v3Notification();
      return { headers: forger.headersFor(body, Date.now()), body };
    },
  ],
  [
    'wrong-signature',
    'the body was changed',
    async () => {
      const { headers, body } = await v3Notification();
      return { headers, body: Buffer.concat([body, Buffer.from(' ')]) };
    },
  ],
  ['wrong-signature', 'the nonce was changed', () => changed({ 'wechatpay-nonce': 'another' })],
  ['unsigned', 'its time is no number', () => changed({ 'wechatpay-timestamp': 'now' })],
  [
    'unsigned',
    'the signature is spelled in another way',
    async () => {
      const notification = await v3({});
      return {
        ...notification,
        headers: {
          ...notification.headers,
          'wechatpay-signature': ` ${String(notification.headers['wechatpay-signature'])}`,
        },
      };
    },
  ],
  ['unsigned', 'a header is missing', () => changed({ 'wechatpay-signature': undefined })],
  ['unsigned', 'a header is there twice', () => changed({ 'Wechatpay-Signature': 'another' })],
  ['probe', 'it is a probe', () => v3({ signing: 'probe' })],
  ['stale', 'it is old', () => v3({ now: Date.now() - 302_000 })],
  ['stale', 'it is early', () => v3({ now: Date.now() + 302_000 })],
  ['unknown-serial', 'no merchant has the key', () => v3({ serial: 'PUB_KEY_ID_0000' })],
  ['undecryptable', 'it was encrypted with a key that no merchant has', () => v3({ apiV3Key: UNKNOWN_KEY })],
  ['unknown-merchant', "another merchant's key opens it", () => v3({ apiV3Key: OTHER_V3_KEY })],
  ['undecryptable', 'another algorithm was used', () => v3({ encrypted: { algorithm: 'AEAD_SM4_GCM' } })],
  ['undecryptable', 'another nonce is given', () => v3({ encrypted: { nonce: '000000000000' } })],
  ['undecryptable', 'no nonce is given', () => v3({ encrypted: { nonce: '' } })],
  ['undecryptable', 'the associated data were taken away', () => v3({ encrypted: { associated_data: null } })],
  ['undecryptable', 'the ciphertext is shorter than its tag', () => v3({ encrypted: { ciphertext: 'AAAA' } })],
  ['unknown-merchant', 'it names a merchant that is not there', () => payment({ mchid: '1900000199' })],
  ['unknown-merchant', "it names another merchant than the key's", () => payment({ mchid: OTHER })],
  ['unknown-merchant', 'it names no merchant', () => payment({ mchid: undefined })],
  ['unknown-merchant', 'the address names an unknown merchant', () => v3({}, '1')],
  ['unknown-merchant', 'the institution is not there', () => payment({ ...SUB, sp_mchid: '1900000199' })],
  ['undecryptable', "the address is another merchant's", () => v3({}, OTHER)],
  ['unknown-app', "the app is not the merchant's", () => payment({ appid: 'wx1' })],
  ['unknown-app', 'it names no app', () => payment({ appid: undefined })],
  ['unknown-app', "the institution's app is not its own", () => payment({ ...SUB, sp_appid: 'wx1' })],
  ['unknown-app', "the app of a service order is not the merchant's", () => service({ appid: 'wx1' })],
  ['not-handled', 'it is about a refund', () => v3({ eventType: 'REFUND.SUCCESS' })],
  ['not-handled', 'it is of a combined payment', () => payment({ combine_mchid: MCHID, mchid: undefined })],
  [
    'unknown-merchant',
    "it is of another's combined payment",
    () => payment({ combine_mchid: OTHER, mchid: undefined }),
  ],
  ['not-handled', 'its kind is a built-in of JavaScript', () => v3({ eventType: 'constructor' })],
  ['not-handled', "it is of a partner's service order", () => service({ sp_mchid: MCHID, mchid: undefined })],
  ['malformed', 'there is no body', () => signed(Buffer.alloc(0))],
  ['malformed', 'it is no JSON', () => v3({ envelope: '{"event_type":' })],
  ['malformed', 'it is a list', () => v3({ envelope: [] })],
  ['malformed', 'it is of no kind', () => v3({ eventType: 7 })],
  ['malformed', 'it has no resource', () => v3({ envelope: { event_type: 'TRANSACTION.SUCCESS' } })],
  ['malformed', 'its resource is not encrypted', () => v3({ encrypted: { ciphertext: undefined } })],
  ['malformed', 'its associated data are no text', () => v3({ encrypted: { associated_data: 1 } })],
  ['malformed', 'what was encrypted is no JSON', () => v3({ resource: 'hello' })],
  ['malformed', 'what was encrypted is no object', () => v3({ resource: '"hello"' })],
  ['malformed', 'the order is not paid', () => payment({ trade_state: 'NOTPAY' })],
  ['malformed', 'the order has no state', () => payment({ trade_state: undefined })],
  ['malformed', 'the order has no number', () => payment({ out_trade_no: undefined })],
  ['malformed', 'the number would be another workflow', () => payment({ out_trade_no: '../1' })],
  ['malformed', 'an institution names no sub-merchant', () => payment({ ...SUB, sub_mchid: undefined })],
  ['malformed', "the sub-merchant is the institution's self", () => payment({ ...SUB, sub_mchid: MCHID })],
  ['malformed', 'the sub-merchant is no number', () => payment({ ...SUB, sub_mchid: '1/2' })],
  ['malformed', 'it is of a merchant and of an institution', () => payment({ ...SUB, mchid: MCHID })],
  ['malformed', 'a direct merchant has a sub-merchant', () => payment({ sub_mchid: '1900000222' })],
  ['malformed', 'the sub-app is none', () => payment({ ...SUB, sub_appid: 'wx 1' })],
  ['malformed', 'the service order has no number', () => service({ out_order_no: 1 })],
  ['content-type', 'its content type is text', () => changed({ 'content-type': 'text/plain' })],
  ['content-type', 'it has two content types', () => changed({ 'Content-Type': 'text/xml' })],
  [
    'encoded',
    'it is compressed',
    async () => {
      const { headers, body } = await v3Notification();
      return { headers: { ...headers, 'content-encoding': 'gzip' }, body: gzipSync(body) };
    },
  ],
  ['encoded', 'it has a content encoding, but is not compressed', () => changed({ 'content-encoding': 'br' })],
  ['too-large', 'it is large', () => signed(Buffer.alloc(MAX_NOTIFICATION_BYTES + 1, 'x'))],
  [
    'too-large',
    'its content length is too large',
    () => changed({ 'content-length': String(MAX_NOTIFICATION_BYTES + 1) }),
  ],
  [
    'too-large',
    'it does not end',
    () => ({
      headers: {},
      body: pieces(() => Promise.reject(new Error('read on')), 'x'.repeat(MAX_NOTIFICATION_BYTES), 'x'),
    }),
  ],
  [
    'too-slow',
    'its rest does not come',
    () => ({ headers: {}, body: pieces(() => new Promise(() => undefined), '{') }),
  ],
  [
    'cut-off',
    'its sender went away',
    () => ({
      headers: {},
      body: pieces(() => Promise.reject(new Error('ECONNRESET')), '{'),
    }),
  ],
];

const v2 = (changes: Record<string, string | undefined>, mchid?: string): Sent => ({
  ...v2Notification(changes),
  ...(mchid !== undefined && { mchid }),
});
const fieldsOf = (count: number): string => Array.from({ length: count }, (_, at) => `<f${at}/>`).join('');

/** As WeChat Pay encrypts a refund of v2, with the MD5 of the API key. The receiver does not decrypt it. */
function encryptedRefund(): string {
  const cipher = createCipheriv('aes-256-ecb', createHash('md5').update(V2_KEY).digest('hex'), null);
  return cipher.update('<root><refund_id>5</refund_id></root>', 'utf8', 'base64') + cipher.final('base64');
}

const xml = (text: string): Sent => ({ headers: { 'content-type': 'application/xml' }, body: Buffer.from(text) });

const V2_ROWS: readonly Row[] = [
  ['wrong-signature', 'its sign is wrong', () => v2({ sign: '9A0A8659F005D6984697E2CA0A9CF3B7' })],
  ['wrong-signature', 'its sign is of another key', () => v2Notification({}, v2Signer(OTHER_V3_KEY, 'MD5'))],
  [
    'wrong-signature',
    'its sign is of another algorithm',
    () => v2Notification({ sign_type: 'HMAC-SHA256' }, v2Signer(V2_KEY, 'HMAC-SHA256')),
  ],
  ['unsigned', 'it has no sign', () => v2({ sign: undefined })],
  ['not-handled', 'it is about a refund', () => v2({ sign: undefined, req_info: encryptedRefund() })],
  ['unsigned', 'it is an unsigned failure', () => v2({ sign: undefined, return_code: 'FAIL' })],
  ['unknown-merchant', 'its merchant is not there', () => v2({ mch_id: '1900000199' })],
  ['unknown-merchant', 'it names no merchant', () => v2({ mch_id: undefined })],
  ['unknown-merchant', "the address is another merchant's", () => v2({}, OTHER)],
  ['unknown-app', "the app is not the merchant's", () => v2({ appid: 'wx1' })],
  ['unknown-app', 'it names no app', () => v2({ appid: undefined })],
  ['malformed', 'it is signed, and a failure', () => v2({ return_code: 'FAIL' })],
  ['malformed', 'it says neither success nor failure', () => v2({ result_code: undefined })],
  ['malformed', 'it is an answer to a query, of an unpaid order', () => v2({ trade_state: 'NOTPAY' })],
  ['malformed', 'it is an answer to a refund', () => v2({ refund_id: '5000' })],
  [
    'malformed',
    'it is the answer to a placement',
    () => v2({ transaction_id: undefined, total_fee: undefined, time_end: undefined }),
  ],
  ['malformed', 'its amount is none', () => v2({ total_fee: '8.88' })],
  ['malformed', 'its time is none', () => v2({ time_end: 'today' })],
  ['malformed', 'the order has no number', () => v2({ out_trade_no: '' })],
  ['malformed', 'the sub-merchant is no number', () => v2({ sub_mch_id: '1/2' })],
  ['malformed', 'the sub-app is none', () => v2({ sub_mch_id: '1900000222', sub_appid: 'wx 1' })],
  ['malformed', 'it has a DOCTYPE', () => xml('<!DOCTYPE xml [<!ENTITY a "b">]><xml><a>&a;</a></xml>')],
  ['malformed', 'something follows its root', () => xml('<xml><a>1</a></xml><xml/>')],
  ['malformed', 'it has thousands of fields', () => xml(`<xml>${fieldsOf(7_000)}</xml>`)],
  ['malformed', 'there is nothing', () => xml('')],
  ['malformed', 'it is JSON', () => xml('{}')],
  [
    'content-type',
    'its content type is text',
    () => ({ ...v2Notification(), headers: { 'content-type': 'text/plain' } }),
  ],
  [
    'encoded',
    'it is compressed',
    () => ({
      ...v2Notification(),
      headers: { 'content-type': 'text/xml', 'content-encoding': 'gzip' },
    }),
  ],
  ['too-large', 'it is large', () => xml(`<xml>${'x'.repeat(MAX_NOTIFICATION_BYTES)}</xml>`)],
];

async function testReceiver() {
  const other = await merchant({ mchid: OTHER }, { decrypt: decryptWith(OTHER_V3_KEY) });
  return newTestReceiver(listOf(await merchant(), other));
}

describe.each([
  ['v3', V3_ROWS],
  ['v2', V2_ROWS],
] as const)('a %s notification is refused, always with the same answer,', (form, rows) => {
  it.each(rows)('as %s if %s', async (outcome, _why, send) => {
    const { receiver, facts, events } = await testReceiver();
    const { headers, body, mchid } = await send();
    const received = await receiver.receive(body, headers, { mchid });
    expect(received).toEqual({ answer: REFUSED[form], outcome });
    expect(facts).toEqual([]);
    expect(events).toMatchObject([{ outcome, form, millis: expect.any(Number) }]);
    for (const secret of SECRETS) expect(JSON.stringify({ received, events })).not.toContain(secret);
  });
});

describe('an event', () => {
  it.each([
    ['unknown-app', MCHID, true, () => payment({ appid: 'wx1' })],
    ['malformed', MCHID, true, () => payment({ trade_state: 'NOTPAY' })],
    ['unknown-merchant', undefined, true, () => payment({ mchid: OTHER })],
    ['wrong-signature', undefined, false, () => changed({ 'wechatpay-nonce': 'another' })],
    ['unknown-app', MCHID, true, () => v2({ appid: 'wx1' })],
    ['not-handled', undefined, false, () => v2({ sign: undefined, req_info: encryptedRefund() })],
    ['wrong-signature', undefined, false, () => v2({ attach: 'changed', sign: '9A0A8659F005D6984697E2CA0A9CF3B7' })],
  ] as const)('of %s names the merchant %s only if that is certain; signed: %s', async (...row) => {
    const [outcome, mchid, isVerified, send] = row;
    const { receiver, events } = await testReceiver();
    const { headers, body } = await send();
    await receiver.receive(body, headers);
    expect(events).toMatchObject([{ outcome, isVerified }]);
    expect(events[0]?.mchid).toBe(mchid);
  });
});

describe('the table of outcomes', () => {
  it('has no refusal without a case here', () => {
    const refusals = Object.entries(NOTIFICATION_OUTCOMES).filter(([, { answer }]) => answer === 'refused');
    const cases = [...V3_ROWS, ...V2_ROWS].map(([outcome]) => outcome);
    expect(new Set(cases)).toEqual(new Set(refusals.map(([outcome]) => outcome)));
  });
});
