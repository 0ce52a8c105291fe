import { describe, expect, it } from 'vitest';
import { loadMerchants } from '../../../wechatpay/merchants/file.js';
import { newPlatformCertificate } from '../../../testing/sandbox/certificates.js';
import { AnswerSigner, newKeyPair } from '../../../testing/sandbox/keys.js';
import { hostOf } from '../../../wechatpay/merchant.js';
import { answerFault } from '../../../wechatpay/signature-v3.js';
import { certificate } from '../../worker/doctor/fixture.js';
import { FILES, fileOf, faultsOf, GOOD, WHOLE } from './written-file.js';

describe('a merchants file with everything in it', () => {
  it('is read: an institution, both kinds of access, several keys of WeChat Pay', () => {
    const merchant = loadMerchants(fileOf(WHOLE)).find('1900000100');
    expect(merchant).toMatchObject({
      appids: ['wx8888888888888888'],
      v3: { host: 'https://apihk.mch.weixin.qq.com' },
      v2: { signer: { signType: 'HMAC-SHA256' } },
    });
    expect([...(merchant?.v3?.wechatpayKeys.keys() ?? [])]).toEqual(['PUB_KEY_ID_01', '3A5DE9EF05CE9A20']);
    expect(JSON.stringify(merchant)).not.toContain('0123456789');
  });

  it.each([
    [
      'an APIv3 key of another length',
      ['apiV3KeyFile: apiv3.key', 'apiV3KeyFile: secret.txt'],
      'not an APIv3 key of 32 bytes',
    ],
    ['a v2 key that is none', ['keyFile: apiv2.key', 'keyFile: secret.txt'], 'v2.keyFile: secret.txt'],
    ['another way to sign', ['signType: HMAC-SHA256', 'signType: SHA1'], "must be 'MD5' or 'HMAC-SHA256'"],
    ['no app for v2', ['    appids: [wx8888888888888888]\n', ''], 'must have appids'],
    ['a time zone of its own', ['Asia/Hong_Kong', 'Asia/Nowhere'], 'must be a time zone'],
    [
      'two merchant numbers',
      ['  - spMchid: "1900000100"', '  - spMchid: "1900000100"\n    mchid: "1900000101"'],
      'one of them',
    ],
  ])('is refused with %s', (_, [from, to], fault) => {
    expect(faultsOf(WHOLE.replace(from ?? '', to ?? '')).join('\n')).toContain(fault);
  });
});

describe('the hosts of a merchants file', () => {
  const SECOND = 'hosts: { v3: https://api2.mch.weixin.qq.com, v2: https://api2.mch.weixin.qq.com }\n';

  it('are those of each merchant that has none of its own, by API', () => {
    const { v3, v2 } = loadMerchants(fileOf(SECOND + WHOLE.replace(/ *host: .*\n/g, ''))).find('1900000100') ?? {};
    expect(v3 && [hostOf(v3, 'v3'), hostOf(v3, 'v3-global')]).toEqual([
      'https://api2.mch.weixin.qq.com',
      'https://apihk.mch.weixin.qq.com',
    ]);
    expect(v2?.host).toBe('https://api2.mch.weixin.qq.com');
  });

  it('come after that of a merchant', () => {
    const { v3 } = loadMerchants(fileOf(SECOND + WHOLE)).find('1900000100') ?? {};
    expect(v3 && hostOf(v3, 'v3')).toBe('https://apihk.mch.weixin.qq.com');
  });

  it('are origins over https', () => {
    expect(faultsOf(`hosts: { v3: http://example.com }\n${GOOD}`).join()).toContain('hosts.v3: must be an origin');
  });
});

describe('a merchants file', () => {
  it('is read with its keys, which it names by their serials', () => {
    const merchant = loadMerchants(fileOf(GOOD)).find('1900000109');
    expect(merchant).toMatchObject({ mchid: '1900000109', v3: { signer: { mchid: '1900000109' } } });
    expect([...(merchant?.v3?.wechatpayKeys.keys() ?? [])]).toEqual(['PUB_KEY_ID_01']);
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
      'nothing that signs',
      ['      privateKeyFile: key.pem\n', ''],
      'v3: nothing signs for this merchant: name its key as privateKeyFile, or hand startWorker({ signers })',
    ],
    [
      'another API',
      ['      privateKeyFile', '      api: v2\n      privateKeyFile'],
      "api: must be 'v3' or 'v3-global'",
    ],
    [
      'certificates that nothing can open',
      ['      privateKeyFile', '      platformCertificates: v3\n      privateKeyFile'],
      'merchants.0.v3.apiV3KeyFile: must be there with platformCertificates',
    ],
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

describe('a key that stands where its path should', () => {
  const TEACHES = 'must be the path of a file; the key itself never stands in this file';
  const V2_KEY = '192006250b4c09247ec02edce69f6a2d';
  const PEM = FILES['key.pem'];
  const BASE64 = PEM.split('\n').slice(1, -2).join('');
  const whole = (from: string, to: string) => WHOLE.replace(from, to);
  const block = `|\n${PEM.replace(/^/gm, '        ').trimEnd()}`;

  it.each<[string, string, string]>([
    ['a v2 key', whole('keyFile: apiv2.key', `keyFile: ${V2_KEY}`), V2_KEY],
    ['a v2 key with space around it', whole('keyFile: apiv2.key', `keyFile: " ${V2_KEY} "`), V2_KEY],
    ['an APIv3 key', whole('apiV3KeyFile: apiv3.key', `apiV3KeyFile: ${V2_KEY}`), V2_KEY],
    ['a PEM', whole('privateKeyFile: key.pem', `privateKeyFile: ${block}`), BASE64.slice(80, 120)],
    ['a PEM in one line', whole('key.pem', `"${PEM.replaceAll('\n', ' ').trim()}"`), BASE64.slice(80, 120)],
    ['the middle of a PEM', whole('key.pem', BASE64), BASE64.slice(80, 120)],
    ['the first line of a PEM', whole('key.pem', BASE64.slice(0, 64)), BASE64.slice(0, 40)],
    [
      "a PEM of WeChat Pay's",
      whole('PUB_KEY_ID_01, file: pub.pem', `PUB_KEY_ID_01, file: "${PEM.replaceAll('\n', ' ')}"`),
      BASE64.slice(80, 120),
    ],
  ])('is refused, and not repeated: %s', (_, text, secret) => {
    const faults = faultsOf(text).join('\n');
    expect(faults).toContain(TEACHES);
    expect(faults).not.toContain(secret);
  });

  it.each([
    ['hunter2', 'v2.keyFile: cannot be read (ENOENT)'],
    ['correct-horse-battery-staple', 'v2.keyFile: cannot be read (ENOENT)'],
    ['"abc/DEF0123456789abcdefghijklmnop+="', 'v2.keyFile: cannot be read (ENOENT)'],
    ['"abc/DEF0123456789abcdefghijklmnopqrs"', 'v2.keyFile: cannot be read (ENOENT)'],
    ['lost.key', 'v2.keyFile: lost.key: cannot be read (ENOENT)'],
    ['/run/secrets/apiv2', 'v2.keyFile: /run/secrets/apiv2: cannot be read (ENOENT)'],
    ['keys\\apiv2', 'v2.keyFile: keys\\apiv2: cannot be read (ENOENT)'],
    ['keys/PUB_KEY_ID_0116000000000000000000000001.pem', 'v2.keyFile: keys/PUB_KEY_ID_0116'],
  ])('is not repeated where it looks like nothing: %s', (path, fault) => {
    const faults = faultsOf(WHOLE.replace('keyFile: apiv2.key', `keyFile: ${path}`));
    expect(faults).toEqual([expect.stringContaining(`(1900000100): ${fault}`)]);
  });

  it('is not repeated where it became the name of a field', () => {
    const faults = faultsOf(WHOLE.replace('v2: { keyFile: apiv2.key', `v2: { ${V2_KEY}: , keyFile: apiv2.key`)).join(
      '\n',
    );
    expect(faults).toContain('merchants.0.v2: has a field that is not known');
    expect(faults).not.toContain(V2_KEY);
    expect(faultsOf(GOOD.replace('privateKeyFile', 'privateKey')).join('\n')).toContain('not known: privateKey');
  });
});

describe("WeChat Pay's keys", () => {
  const keysOf = (entry: string) => GOOD.replace('{ serial: PUB_KEY_ID_01, file: pub.pem }', entry);

  it('are known by the serial that answers name, in upper case', () => {
    const merchant = loadMerchants(fileOf(keysOf('{ serial: 3a5de9ef05ce9a20, file: pub.pem }'))).find('1900000109');
    expect([...(merchant?.v3?.wechatpayKeys.keys() ?? [])]).toEqual(['3A5DE9EF05CE9A20']);
  });

  it.each(['AB12', '00AB12'])('are refused where one is there twice, in two forms: ab12 and %s', (other) => {
    const both = `{ serial: ab12, file: pub.pem }\n        - { serial: ${other}, file: pub.pem }`;
    expect(faultsOf(keysOf(both)).join('\n')).toContain('AB12: this serial is there twice');
  });

  it.each(['0A45F09EFDC096DE', 'A45F09EFDC096DE', 'a45f09efdc096de'])(
    'are found by the serial of their certificate, as the file may write it: %s',
    async (written) => {
      const { privatePem } = await newKeyPair();
      const pem = await certificate({ privatePem, serial: '0A45F09EFDC096DE' });
      const file = fileOf(keysOf(`{ serial: "${written}", file: cert.pem }`), { 'cert.pem': pem });
      const keys = loadMerchants(file).find('1900000109')?.v3?.wechatpayKeys ?? new Map();
      expect([...keys.keys()]).toEqual(['0A45F09EFDC096DE']);
      const body = Buffer.from('{}');
      const headers = new AnswerSigner({ privatePem }, '0A45F09EFDC096DE').headersFor(body, Date.now());
      expect(answerFault(headers, body, keys, Date.now())).toBeUndefined();
    },
  );

  it('are left as they are where they are public keys, whose ids are no serials', () => {
    const file = fileOf(keysOf('{ serial: PUB_KEY_ID_0a, file: pub.pem }'));
    expect([...(loadMerchants(file).find('1900000109')?.v3?.wechatpayKeys.keys() ?? [])]).toEqual(['PUB_KEY_ID_0a']);
  });

  it('are refused where the certificate has another serial than is said, and taken where it has that one', async () => {
    const { serial, pem } = await newPlatformCertificate(Date.now());
    const files = { 'cert.pem': pem };
    const right = keysOf(`{ serial: "${serial.toLowerCase()}", file: cert.pem }`);
    expect(faultsOf(right, files)).toEqual([]);
    const wrong = faultsOf(keysOf('{ serial: 3A5DE9EF05CE9A20, file: cert.pem }'), files);
    expect(wrong).toEqual([expect.stringContaining(`has the serial ${serial}`)]);
    const renamed = faultsOf(keysOf('{ serial: PUB_KEY_ID_01, file: cert.pem }'), files);
    expect(renamed).toEqual([expect.stringContaining(`has the serial ${serial}`)]);
  });
});
