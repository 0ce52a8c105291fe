import { createDecipheriv, createPrivateKey, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { newKeyPair, newSerial } from '../../../testing/sandbox/keys.js';
import { selfSigned } from '../../../testing/sandbox/x509.js';
import { merchantOf, newSandbox, v3 } from './wire.js';

interface Listed {
  readonly serial_no: string;
  readonly effective_time: string;
  readonly expire_time: string;
  readonly encrypt_certificate: {
    readonly algorithm: string;
    readonly nonce: string;
    readonly associated_data: string;
    readonly ciphertext: string;
  };
}

function decrypt({ encrypt_certificate }: Listed, key: string, associatedData = 'certificate'): string {
  const { nonce, ciphertext } = encrypt_certificate;
  const bytes = Buffer.from(ciphertext, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 });
  decipher.setAAD(Buffer.from(associatedData)).setAuthTag(bytes.subarray(-16));
  return decipher.update(bytes.subarray(0, -16), undefined, 'utf8') + decipher.final('utf8');
}

describe('the list of platform certificates', () => {
  it.each(['/v3/certificates', '/v3/global/certificates'])('is encrypted for the merchant (%s)', async (path) => {
    const { sandbox } = await newSandbox({ wechatpayKeys: 'certificate' });
    const { body, fault, headers } = await v3(sandbox, 'GET', path);
    expect(fault).toBeUndefined();
    const [listed, ...more] = body?.['data'] as Listed[];
    if (listed === undefined) throw new Error('the list is empty');
    expect(more).toEqual([]);
    const { nonce, algorithm, associated_data } = listed.encrypt_certificate;
    expect({ bytes: Buffer.byteLength(nonce), algorithm, associated_data }).toEqual({
      bytes: 12,
      algorithm: 'AEAD_AES_256_GCM',
      associated_data: 'certificate',
    });
    const { apiV3Key } = merchantOf(sandbox);
    const certificate = new X509Certificate(decrypt(listed, apiV3Key));
    expect(certificate.serialNumber).toBe(listed.serial_no);
    expect(certificate.subject).toBe('CN=WeChat Pay sandbox\nO=Not Tenpay\nC=CN');
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(Date.parse(certificate.validFrom)).toBe(Date.parse(listed.effective_time));
    expect(Date.parse(certificate.validTo)).toBe(Date.parse(listed.expire_time));
    // The list is signed by a certificate that is inside it.
    expect(headers.get('wechatpay-serial')).toBe(listed.serial_no);
    expect(() => decrypt(listed, 'x'.repeat(32))).toThrow();
    expect(() => decrypt(listed, apiV3Key, 'other')).toThrow();
    expect(sandbox.ledger.entries('')).toMatchObject([{ call: 'certificates', answer: '200' }]);
  });

  it('has the old and the new one after a change, and is signed by the new', async () => {
    const { sandbox } = await newSandbox({ wechatpayKeys: 'certificate' });
    const [old] = sandbox.wechatpayKeys;
    await sandbox.rotateKeys();
    const [fresh] = sandbox.wechatpayKeys;
    const { body, headers } = await v3(sandbox, 'GET', '/v3/certificates');
    expect((body?.['data'] as Listed[]).map(({ serial_no }) => serial_no)).toEqual([old?.serial, fresh?.serial]);
    expect(headers.get('wechatpay-serial')).toBe(fresh?.serial);
  });

  it('is not there for a merchant with a public key only', async () => {
    const { sandbox } = await newSandbox();
    const answer = await v3(sandbox, 'GET', '/v3/certificates');
    expect(answer).toMatchObject({ status: 404, body: { code: 'RESOURCE_NOT_EXISTS' }, fault: undefined });
  });
});

it.each([
  ['2026-03-01T08:09:10Z', '2049-12-31T23:59:59Z'],
  ['2049-12-31T23:59:59Z', '2050-01-01T00:00:00Z'],
])('a certificate is valid from %s to %s', async (from, to) => {
  const { publicKey, privatePem } = await newKeyPair();
  const [notBefore, notAfter] = [new Date(from), new Date(to)];
  const privateKey = createPrivateKey(privatePem);
  const pem = selfSigned({ serial: newSerial(), notBefore, notAfter, publicKey, privateKey });
  const { validFrom, validTo } = new X509Certificate(pem);
  expect([new Date(validFrom), new Date(validTo)]).toEqual([notBefore, notAfter]);
});
