import { createVerify, generateKeyPairSync, sign } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  answerFault,
  answerText,
  authorization,
  canonicalSerial,
  PROBE_PREFIX,
  requestText,
  rsaSigner,
  verificationKey,
  type LocalSigner,
  type VerificationKeys,
} from '../../wechatpay/signature-v3.js';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const unknownKeys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const NOW = 1_700_000_000_000;

describe('the signature of a request', () => {
  let signer: LocalSigner;
  beforeAll(() => {
    signer = rsaSigner('1900000109', 'ABCD', pem);
  });
  const request = { method: 'GET', target: '/v3/x?mchid=1', body: '' } as const;

  it('covers five lines, each ended, an empty body too', () => {
    expect(requestText(request, '17', 'n')).toBe('GET\n/v3/x?mchid=1\n17\nn\n\n');
  });

  it('is one that the public key verifies', () => {
    const header = authorization(signer, request, { now: NOW, nonce: 'abc' });
    const signature = /signature="([^"]+)"/.exec(header)?.[1] ?? '';
    const verifier = createVerify('RSA-SHA256').update('GET\n/v3/x?mchid=1\n1700000000\nabc\n\n');
    expect(verifier.verify(publicKey, signature, 'base64')).toBe(true);
  });

  it('names scheme, merchant, nonce, second and certificate', () => {
    expect(authorization(signer, request, { now: NOW + 999, nonce: 'abc' })).toMatch(
      /^WECHATPAY2-SHA256-RSA2048 mchid="1900000109",nonce_str="abc",signature="[^"]+",timestamp="1700000000",serial_no="ABCD"$/,
    );
  });
});

describe('keys', () => {
  it.each([
    ['no PEM', 'secret-text'],
    [
      'an elliptic curve',
      generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    ],
  ])('are refused where they are %s, without a word of them', (_, text) => {
    expect(() => rsaSigner('1', 'A', text)).toThrow('this is not an RSA private key in PEM');
    expect(() => verificationKey(pem)).toThrow('this is not an RSA public key or certificate in PEM');
    expect(() => verificationKey('secret-text')).toThrow('this is not an RSA public key or certificate in PEM');
  });
});

/** The same bytes: two bits of the last digit before the padding stand for nothing. */
function respelled(base64: string): string {
  return base64.replace(/([AQgw])==$/, (_, last: string) => `${String.fromCharCode(last.charCodeAt(0) + 1)}==`);
}

describe('the serial of a certificate', () => {
  const SERIAL = '0A45F09EFDC096DE15EBE81A47057A7232F1B8E1';
  it.each([
    ['as the certificate has it', SERIAL, SERIAL],
    ["as Java's toString(16) has it", 'a45f09efdc096de15ebe81a47057a7232f1b8e1', SERIAL],
    ['padded', `0000${SERIAL}`, SERIAL],
    ['that has no zero in front', '5157F09EFDC096DE', '5157F09EFDC096DE'],
    ['whose first byte is zero', '00F57F', 'F57F'],
    ['of one digit', 'a', '0A'],
    ['that is zero', '0000', '00'],
    ['that is no serial: a public key id', 'PUB_KEY_ID_0a16', 'PUB_KEY_ID_0a16'],
    ['that is no serial: nothing', '', ''],
  ])('has one form: %s', (_, written, canonical) => {
    expect(canonicalSerial(written)).toBe(canonical);
    expect(canonicalSerial(canonical)).toBe(canonical);
  });
});

describe('the signature of an answer', () => {
  const keys: VerificationKeys = new Map([['K1', verificationKey(publicPem)]]);
  const body = Buffer.from('{"a": 1}');
  const signed = (text: Uint8Array = answerText('1700000000', 'n', body), key = privateKey) =>
    sign('sha256', text, key).toString('base64');
  const headers = {
    'wechatpay-timestamp': '1700000000',
    'wechatpay-nonce': 'n',
    'wechatpay-signature': signed(),
    'wechatpay-serial': 'K1',
  };

  it('is believed over the raw bytes', () => {
    expect(answerFault(headers, body, keys, NOW)).toBeUndefined();
  });

  it.each(['0A45', 'A45', 'a45', '000a45'])('is believed in whatever form it names its serial: %s', (named) => {
    const certificates: VerificationKeys = new Map([['0A45', verificationKey(publicPem)]]);
    expect(answerFault({ ...headers, 'wechatpay-serial': named }, body, certificates, NOW)).toBeUndefined();
    expect(answerFault({ ...headers, 'wechatpay-serial': `${named}0` }, body, certificates, NOW)).toBe(
      'unknown-serial',
    );
  });

  it('is believed over no body, as of a 204', () => {
    const empty = Buffer.alloc(0);
    const of204 = { ...headers, 'wechatpay-signature': signed(answerText('1700000000', 'n', empty)) };
    expect(answerFault(of204, empty, keys, NOW)).toBeUndefined();
  });

  it.each([300_000, -300_000])('is believed %i ms off', (off) => {
    expect(answerFault(headers, body, keys, NOW + off)).toBeUndefined();
  });

  it.each<[string, object, string]>([
    ['a missing signature', { 'wechatpay-signature': undefined }, 'unsigned'],
    ['a header that is there twice', { 'wechatpay-nonce': ['n', 'n'] }, 'unsigned'],
    ['a key that is not configured', { 'wechatpay-serial': 'K2' }, 'unknown-serial'],
    ['another key', { 'wechatpay-signature': signed(undefined, unknownKeys.privateKey) }, 'wrong'],
    ['another nonce', { 'wechatpay-nonce': 'm' }, 'wrong'],
    ['a time that is no number', { 'wechatpay-timestamp': '17e8' }, 'unsigned'],
    ['two signatures in one', { 'wechatpay-signature': `${signed()}, ${signed()}` }, 'unsigned'],
    ['a signature and more', { 'wechatpay-signature': `${signed()}AAAA` }, 'unsigned'],
    ['a signature without its padding', { 'wechatpay-signature': signed().replace(/=+$/, '') }, 'unsigned'],
    ['a signature spelled otherwise', { 'wechatpay-signature': respelled(signed()) }, 'unsigned'],
    ['a signature for URLs', { 'wechatpay-signature': `-${signed().slice(1)}` }, 'unsigned'],
    ['a probe', { 'wechatpay-signature': `${PROBE_PREFIX}abc` }, 'probe'],
    ['a probe as long as a signature', { 'wechatpay-signature': PROBE_PREFIX + signed().slice(19) }, 'probe'],
    ['two probes in one', { 'wechatpay-signature': `${PROBE_PREFIX}abc, ${signed()}` }, 'unsigned'],
  ])('is not believed with %s', (_, change, fault) => {
    expect(answerFault({ ...headers, ...change }, body, keys, NOW)).toBe(fault);
  });

  it.each([301_000, -301_000])('is not believed %i ms off', (off) => {
    expect(answerFault(headers, body, keys, NOW + off)).toBe('stale');
  });

  it('is not believed over the same JSON written otherwise', () => {
    expect(answerFault(headers, Buffer.from('{"a":1}'), keys, NOW)).toBe('wrong');
  });
});
