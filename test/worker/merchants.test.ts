import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ConfigurationError } from '../../worker/faults.js';
import { loadMerchants } from '../../worker/merchants.js';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const FILES = {
  'key.pem': privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  'pub.pem': publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  'secret.txt': 'not a key, but secret-text all the same',
};

const GOOD = `
merchants:
  - mchid: "1900000109"
    v3:
      certificateSerial: 5157F09EFDC096DE15EBE81A47057A7232F1B8E1
      privateKeyFile: key.pem
      wechatpayKeys:
        - { serial: PUB_KEY_ID_01, file: pub.pem }
`;

function fileOf(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'wxpay-merchants-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, content] of Object.entries({ ...FILES, 'merchants.yaml': text }))
    writeFileSync(join(folder, name), content);
  return join(folder, 'merchants.yaml');
}

function faultsOf(text: string): readonly string[] {
  try {
    loadMerchants(fileOf(text));
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    expect(error.message).not.toMatch(/secret-text|BEGIN/);
    return error.faults;
  }
}

describe('a merchants file', () => {
  it('is read with its keys, and the overseas host by default', () => {
    const merchant = loadMerchants(fileOf(GOOD)).find('1900000109');
    expect(merchant).toMatchObject({ host: 'https://apihk.mch.weixin.qq.com', signer: { mchid: '1900000109' } });
    expect([...(merchant?.wechatpayKeys.keys() ?? [])]).toEqual(['PUB_KEY_ID_01']);
    expect(loadMerchants(fileOf(GOOD)).find('42')).toBeUndefined();
  });

  it.each([
    ['a key that is not there', ['key.pem', 'lost.pem'], 'v3.privateKeyFile: lost.pem: cannot be read (ENOENT)'],
    [
      'a file that is no key',
      ['key.pem', 'secret.txt'],
      'v3.privateKeyFile: secret.txt: this is not an RSA private key in PEM',
    ],
    ['a public key that is none', ['pub.pem', 'secret.txt'], 'this is not an RSA public key or certificate in PEM'],
    ['a number without quotes', ['"1900000109"', '1900000109'], 'merchants.0.mchid'],
    ['a field that nobody knows', ['privateKeyFile', 'privateKey'], 'merchants.0.v3'],
    ['no key of WeChat Pay', ['- { serial: PUB_KEY_ID_01, file: pub.pem }', '[]'], 'at least one of WeChat Pay'],
    [
      'a key written twice',
      [
        '{ serial: PUB_KEY_ID_01, file: pub.pem }',
        '{ serial: A1, file: pub.pem }\n        - { serial: A1, file: pub.pem }',
      ],
      'A1: this serial is there twice',
    ],
    ['what is not YAML', ['merchants:', 'merchants: ['], 'not valid YAML'],
    [
      'plain http to elsewhere',
      ['      certificateSerial', '      host: http://example.com\n      certificateSerial'],
      'plain http only to loopback',
    ],
  ])('is refused with %s', (_, [from, to], fault) => {
    expect(faultsOf(GOOD.replace(from ?? '', to ?? '')).join('\n')).toContain(fault);
  });

  it('is refused with every fault at once', () => {
    expect(faultsOf(GOOD.replace('key.pem', 'lost.pem').replace('pub.pem', 'secret.txt'))).toHaveLength(2);
  });

  it('is refused with the same merchant twice', () => {
    expect(faultsOf(GOOD + GOOD.replace('\nmerchants:', '')).join('\n')).toContain('this merchant is there twice');
  });

  it('is refused where it is not there', () => {
    expect(() => loadMerchants('/nowhere/merchants.yaml')).toThrow('cannot be read (ENOENT)');
  });
});
