import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { downloadCertificates, isValidAt, type NoCertificates, type TimedKey } from '../../wechatpay/certificates.js';
import type { V3Access, V3Api } from '../../wechatpay/merchant.js';
import { newKeyPair } from '../../testing/sandbox/keys.js';
import { certificate } from '../worker/doctor/fixture.js';
import {
  accessTo,
  API_V3_KEY,
  early,
  entryOf,
  expired,
  known,
  KNOWN,
  listOf,
  unknownSignerAs,
  valid,
  type Answer,
} from './certificates-server.js';

const NONE = { code: 'RESOURCE_NOT_EXISTS', message: 'no certificate' };

async function listedBy(answer: Answer, api: V3Api = 'v3'): Promise<readonly TimedKey[]> {
  const downloaded = await downloadCertificates(await accessTo(answer), api);
  if (downloaded.ok) return downloaded.value;
  throw new Error(downloaded.failure.reason);
}

async function serialsOf(answer: Answer): Promise<string[]> {
  return (await listedBy(answer)).map(({ serial }) => serial);
}

async function refusalOf(access: V3Access): Promise<NoCertificates> {
  const downloaded = await downloadCertificates(access, 'v3');
  if (downloaded.ok) throw new Error('it was not refused');
  return downloaded.failure;
}

describe('a list of platform certificates', () => {
  it('is taken where a certificate inside it signed it, with each key and its time', async () => {
    const [certificate, ...more] = await listedBy({ body: listOf([valid]), by: valid }, 'v3-global');
    expect(more).toEqual([]);
    const { publicKey } = new X509Certificate(valid.pem);
    expect(certificate?.key.equals(publicKey)).toBe(true);
    expect(certificate).toMatchObject({
      serial: valid.serial,
      notBefore: Math.floor(valid.notBefore.getTime() / 1000) * 1000,
      notAfter: Math.floor(valid.notAfter.getTime() / 1000) * 1000,
    });
  });

  it('is taken where a key that is known signed it, with those that are not valid now', async () => {
    const answer = { body: listOf([expired, valid, early]), by: known };
    expect(await serialsOf(answer)).toEqual([expired.serial, valid.serial, early.serial]);
    const listed = await listedBy(answer);
    expect(listed.map((certificate) => isValidAt(certificate, Date.now()))).toEqual([false, true, false]);
  });

  it.each([
    ['0A45F09EFDC096DE', 'A45F09EFDC096DE'],
    ['a45f09efdc096de', '0A45F09EFDC096DE'],
  ])('is taken in whatever form the list (%s) and the answer (%s) write a serial', async (listed, named) => {
    const keys = await newKeyPair();
    const pem = await certificate({ privatePem: keys.privatePem, serial: '0A45F09EFDC096DE' });
    const answer = { body: { data: [entryOf(listed, pem)] }, by: { serial: named, privatePem: keys.privatePem } };
    expect(await serialsOf(answer)).toEqual(['0A45F09EFDC096DE']);
  });

  it('is empty where WeChat Pay says, signed, that there is none', async () => {
    expect(await serialsOf({ status: 404, body: NONE, by: known })).toEqual([]);
  });

  it.each<[string, Answer, string]>([
    ['no signature', { body: listOf([valid]) }, 'unsigned'],
    [
      "another's signature under a listed serial",
      { body: listOf([valid]), by: unknownSignerAs(valid.serial) },
      'wrong',
    ],
    ['a serial that nobody knows', { body: listOf([valid]), by: unknownSignerAs('0A') }, 'unknown-serial'],
    ["another's signature under a known serial", { body: listOf([valid]), by: unknownSignerAs(KNOWN) }, 'wrong'],
    ['a signature ten minutes old', { body: listOf([valid]), by: valid, age: 600_000 }, 'stale'],
    ['the signature of one that has expired', { body: listOf([valid, expired]), by: expired }, 'unknown-serial'],
    ['the signature of one that is not valid yet', { body: listOf([valid, early]), by: early }, 'unknown-serial'],
    ['another APIv3 key', { body: listOf([valid], 'x'.repeat(32)), by: valid }, 'cannot be opened'],
    ['one certificate of two that does not open', mixed(), 'cannot be opened'],
    ['another serial than the certificate has', { body: renamed(), by: known }, 'has another serial'],
    ['a public key in place of a certificate', { body: withPublicKey(), by: known }, 'not an X.509 certificate'],
    ['a text in place of a certificate', { body: { data: [entryOf('0A', 'secret')] }, by: known }, 'not an X.509'],
    ['what was encrypted as a notification', { body: asNotification(), by: valid }, 'was not encrypted as one'],
    ['no list', { body: { data: {} }, by: known }, 'not of the documented form'],
    ['an entry that is none', { body: { data: [null] }, by: known }, 'cannot be opened'],
    ['a page', { body: '<html></html>', by: known }, 'not of the documented form'],
    ['404 that is not signed', { status: 404, body: NONE }, 'unsigned'],
    ['404 signed by another', { status: 404, body: NONE, by: unknownSignerAs('0A') }, 'unknown-serial'],
    ['404 of another kind', { status: 404, body: {}, by: known }, 'WeChat Pay answers 404'],
    ['a refusal of our signature', { status: 401, body: { code: 'SIGN_ERROR' } }, 'WeChat Pay answers 401 SIGN_ERROR'],
    ['a fault of WeChat Pay', { status: 500, body: { code: 'SYSTEM_ERROR' }, by: known }, '500 SYSTEM_ERROR'],
    ['more than it may weigh', { body: 'x'.repeat(300_000), by: known }, 'passed 262144 bytes'],
  ])('is refused with %s', async (_, answer, reason) => {
    const refusal = await refusalOf(await accessTo(answer));
    expect(refusal.reason).toContain(reason);
    expect(JSON.stringify(refusal)).not.toMatch(new RegExp(`${API_V3_KEY}|BEGIN|secret`));
  });

  it('is refused where a listed certificate has the serial of a key that is known, and is another', async () => {
    const access = await accessTo({ body: listOf([valid]), by: valid });
    const [[, key] = []] = [...access.wechatpayKeys];
    if (key === undefined) throw new Error('a key is known');
    const other = { ...access, wechatpayKeys: new Map([[valid.serial, key]]) };
    expect((await refusalOf(other)).reason).toContain('wrong');
  });

  it('is not there where nothing answers, or nothing signs for us', async () => {
    const access = await accessTo({ body: '' });
    const away = { ...access, host: 'http://127.0.0.1:1' };
    expect(await refusalOf(away)).toEqual({ reason: 'ECONNREFUSED', requestId: null });
    const sign = (): never => {
      throw new Error(API_V3_KEY);
    };
    const mute = { ...access, signer: { ...access.signer, sign } };
    expect(await refusalOf(mute)).toEqual({ reason: 'the signer fails', requestId: null });
  });
});

function mixed(): Answer {
  const foreign = entryOf(early.serial, early.pem, 'x'.repeat(32));
  return { body: { data: [...listOf([valid]).data, foreign] }, by: valid };
}

function asNotification(): object {
  return { data: [entryOf(valid.serial, valid.pem, API_V3_KEY, 'transaction')] };
}

function renamed(): object {
  return { data: [entryOf(expired.serial, valid.pem)] };
}

function withPublicKey(): object {
  const pem = new X509Certificate(valid.pem).publicKey.export({ type: 'spki', format: 'pem' }).toString();
  return { data: [entryOf(valid.serial, pem)] };
}
