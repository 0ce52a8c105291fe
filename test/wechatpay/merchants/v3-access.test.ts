import { describe, expect, it } from 'vitest';
import { loadMerchants } from '../../../wechatpay/merchants/file.js';
import { newPlatformCertificate } from '../../../testing/sandbox/certificates.js';
import { newKeyPair } from '../../../testing/sandbox/keys.js';
import { authorization } from '../../../wechatpay/signature-v3.js';
import { certificate } from '../../worker/doctor/fixture.js';
import type { Sign } from '../../../wechatpay/remote-signer.js';
import { asked, eventually, watched } from './watched.js';
import { fileOf, faultsOf, GOOD, WHOLE } from './written-file.js';

describe('platform certificates that are downloaded', () => {
  const text = (keys: string) =>
    WHOLE.replace(/ {6}wechatpayKeys:\n(?: {8}- .*\n)+/, `      platformCertificates: v3-global\n${keys}`);

  it.each(['', '      wechatpayKeys: []\n'])('need no key of WeChat Pay in the file (%j)', (keys) => {
    const { v3 } = loadMerchants(fileOf(text(keys))).find('1900000100') ?? {};
    expect(v3?.wechatpayKeys.size).toBe(0);
    expect(v3?.refreshKeys).toBeTypeOf('function');
    expect(v3?.api).toBe('v3-global');
  });

  it('say the API where nothing else does, and the file may', () => {
    const apiOf = (content: string) => loadMerchants(fileOf(content)).find('1900000100')?.v3?.api;
    expect(apiOf(text('      api: v3\n'))).toBe('v3');
    expect(apiOf(WHOLE)).toBeUndefined();
    expect(loadMerchants(fileOf(WHOLE)).find('1900000100')?.v3?.refreshKeys).toBeUndefined();
  });

  it('stand beside keys that the file names', () => {
    const keys = '      wechatpayKeys: [{ serial: PUB_KEY_ID_01, file: pub.pem }]\n';
    const { v3 } = loadMerchants(fileOf(text(keys))).find('1900000100') ?? {};
    expect([...(v3?.wechatpayKeys.keys() ?? [])]).toEqual(['PUB_KEY_ID_01']);
  });
});

describe("a certificate that the file names as WeChat Pay's", () => {
  it('is used in its time only', async () => {
    const { serial, pem } = await newPlatformCertificate(Date.now());
    const text = GOOD.replace('PUB_KEY_ID_01, file: pub.pem', `"${serial}", file: cert.pem`);
    const file = fileOf(text, { 'cert.pem': pem });
    let now = Date.now() + 1_000;
    const keys = loadMerchants(file, { now: () => now }).find('1900000109')?.v3?.wechatpayKeys;
    const day = 24 * 3_600_000;
    const seen = [0, -2 * day, 6 * 365 * day].map((passed) => {
      now = Date.now() + 1_000 + passed;
      return keys?.has(serial);
    });
    expect(seen).toEqual([true, false, false]);
  });
});

describe("the merchant's certificate", () => {
  const withCertificate = (serial: string) =>
    GOOD.replace('5157F09EFDC096DE15EBE81A47057A7232F1B8E1', `"${serial}"`).replace(
      '      privateKeyFile',
      '      certificateFile: cert.pem\n      privateKeyFile',
    );

  it('is checked against its serial and its key, which are both told where they are wrong', async () => {
    const { serial, pem, privatePem } = await newPlatformCertificate(Date.now());
    const right = { 'cert.pem': pem, 'key.pem': privatePem };
    expect(faultsOf(withCertificate(serial.toLowerCase()), right)).toEqual([]);
    expect(faultsOf(withCertificate('5157F09EFDC096DE'), right)).toEqual([
      expect.stringContaining(`v3.certificateFile: cert.pem: this certificate has the serial ${serial}`),
    ]);
    expect(faultsOf(withCertificate(serial), { 'cert.pem': pem })).toEqual([
      expect.stringContaining('v3.privateKeyFile: key.pem: this key does not belong to the certificate'),
    ]);
    expect(faultsOf(withCertificate(serial), { ...right, 'cert.pem': 'secret-text' })).toEqual([
      expect.stringContaining('cert.pem: this is not an X.509 certificate in PEM'),
    ]);
  });
});

describe('the serial that requests name', () => {
  it.each(['0A45F09EFDC096DE', 'A45F09EFDC096DE', 'a45f09efdc096de'])(
    'is that of the certificate, as the file may write it: %s',
    async (written) => {
      const { privatePem } = await newKeyPair();
      const pem = await certificate({ privatePem, serial: '0A45F09EFDC096DE' });
      const text = GOOD.replace('5157F09EFDC096DE15EBE81A47057A7232F1B8E1', `"${written}"`);
      const named = text.replace('      privateKeyFile', '      certificateFile: cert.pem\n      privateKeyFile');
      const more = { 'cert.pem': pem, 'key.pem': privatePem };
      for (const each of [text, named]) {
        const signer = loadMerchants(fileOf(each, more)).find('1900000109')?.v3?.signer;
        if (signer === undefined) throw new Error('nothing signs');
        const request = { method: 'GET', target: '/', body: '' } as const;
        expect(await authorization(signer, request, { now: 0, nonce: 'n' })).toContain('serial_no="0A45F09EFDC096DE"');
      }
    },
  );
});

describe('a signer that is handed over', () => {
  const noFile = GOOD.replace('      privateKeyFile: key.pem\n', '');
  const sign = (): string => 'signature';

  it('needs no key in the file, and counts before one', () => {
    for (const text of [noFile, GOOD.replace('key.pem', 'lost.pem')]) {
      const merchant = loadMerchants(fileOf(text), { signers: { '1900000109': sign } }).find('1900000109');
      expect(merchant?.v3?.signer).toMatchObject({ mchid: '1900000109' });
      expect(merchant?.v3?.signer.certificateSerial).toBe('5157F09EFDC096DE15EBE81A47057A7232F1B8E1');
    }
  });

  it('is of one merchant, and of no other', () => {
    const file = fileOf(noFile);
    expect(() => loadMerchants(file, { signers: { '1900000999': sign } })).toThrow('nothing signs for this merchant');
    // What every object has is nobody's signer.
    expect(() =>
      loadMerchants(file, { signers: Object.create({ '1900000109': sign }) as Record<string, Sign> }),
    ).toThrow('nothing');
  });

  it('is not needed by who only verifies, and then downloads nothing', async () => {
    const text = noFile.replace(
      '      wechatpayKeys',
      '      apiV3KeyFile: apiv3.key\n      platformCertificates: v3\n      wechatpayKeys',
    );
    const { merchant, log } = watched(fileOf(text), { verifiesOnly: true });
    expect([...(merchant().v3?.wechatpayKeys.keys() ?? [])]).toEqual(['PUB_KEY_ID_01']);
    await eventually(() => log.length === 1);
    const faults = ['this process has nothing that signs for the merchant'];
    expect(log).toMatchObject([{ level: 'warn', attributes: { mchid: '1900000109', faults } }]);
    expect(await asked(merchant())).toBe('LOCAL_NOT_SIGNED');
  });
});
