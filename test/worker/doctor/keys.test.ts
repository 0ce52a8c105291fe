import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../worker/doctor/finding.js';
import { certificate, FILES, KEYS, MCHID, merchantsYaml, rsa, SERIAL, type CertificateFacts } from './fixture.js';
import { folderOf, look, of, theOne } from './look.js';

async function lookAt(yaml: string, files: Readonly<Record<string, string>> = {}): Promise<Finding[]> {
  const folder = folderOf({ ...FILES, ...files, 'merchants.yaml': yaml });
  return look({ merchantsFile: join(folder, 'merchants.yaml') });
}

describe('a merchants file without a fault', () => {
  it('is well, and what nobody can see from here is not looked at', async () => {
    const findings = await lookAt(merchantsYaml(['apiV3KeyFile: apiv3.key']));
    expect(findings.filter(({ result }) => result === 'warn' || result === 'fail')).toEqual([]);
    expect(of(findings, 'private-key')).toEqual([`ok ${MCHID}: RSA with 2048 bits`]);
    expect(of(findings, 'wechatpay-keys')).toEqual([`ok ${MCHID}: PUB_KEY_ID_01: a public key`]);
    expect(theOne(findings, 'merchant-certificate')).toMatchObject({
      result: 'skipped',
      said: expect.stringContaining('v3.certificateFile'),
    });
    expect(theOne(findings, 'signed-query')).toMatchObject({
      result: 'skipped',
      said: expect.stringContaining('--offline'),
    });
  });

  it('may leave a key to a function that signs, which the doctor has not', async () => {
    const yaml = merchantsYaml().replace('      privateKeyFile: key.pem\n', '');
    const findings = await lookAt(yaml);
    expect(theOne(findings, 'merchants-file')).toMatchObject({ result: 'ok' });
    expect(theOne(findings, 'private-key')).toMatchObject({ result: 'skipped' });
    const folder = folderOf({ ...FILES, 'merchants.yaml': yaml });
    const asked = await look({ merchantsFile: join(folder, 'merchants.yaml'), asks: 'WeChat Pay' });
    expect(of(asked, 'signed-query')[0]).toContain('skipped 1900000109: its key is in no file');
  });
});

describe('each fault of the file is a failure of its own', () => {
  it('for the file as a whole: what hangs on it is skipped', async () => {
    const findings = await lookAt(merchantsYaml().replace('privateKeyFile', 'privateKey') + '  - { mchid: 12 }\n');
    const faults = of(findings, 'merchants-file');
    expect(faults.length).toBeGreaterThan(1);
    expect(faults.every((fault) => fault.startsWith('fail '))).toBe(true);
    expect(of(findings, 'private-key')).toEqual(['skipped the merchants file cannot be used']);
  });

  it.each([
    ['a file that is not there', 'nowhere.yaml', 'cannot be read (ENOENT)'],
    ['a folder', '.', 'cannot be read (EISDIR)'],
  ])('for %s', async (_, name, said) => {
    expect(theOne(await look({ merchantsFile: join(folderOf({}), name) }), 'merchants-file')).toMatchObject({
      result: 'fail',
      said,
      whatToDo: expect.stringContaining('docs/configuration.md'),
    });
  });

  it('for the secret of outcomes: a worker would not start with it', async () => {
    const outcomes = '    outcomes: [{ url: https://shop.example/outcomes, secretFiles: [outcomes.secret] }]\n';
    const yaml = merchantsYaml() + outcomes;
    const missing = await lookAt(yaml);
    expect(of(missing, 'merchants-file').join()).toContain(
      'outcomes.0.secretFiles: outcomes.secret: cannot be read (ENOENT)',
    );
    const malformed = await lookAt(yaml, { 'outcomes.secret': 'whsec_abc' });
    expect(of(malformed, 'merchants-file').join()).toContain('secret of Standard Webhooks');
    const good = await lookAt(yaml, { 'outcomes.secret': `whsec_${Buffer.alloc(32, 1).toString('base64')}` });
    expect(theOne(good, 'merchants-file')).toMatchObject({ result: 'ok' });
  });

  it('for none that is named', async () => {
    const findings = await look({});
    expect(theOne(findings, 'merchants-file')).toMatchObject({
      result: 'fail',
      whatToDo: expect.stringContaining('WXPAY_MERCHANTS_FILE'),
    });
    expect(theOne(findings, 'settings')).toMatchObject({ result: 'ok' });
  });

  it('for one merchant: the others are looked at', async () => {
    const second = merchantsYaml()
      .replace('merchants:\n', '')
      .replace(MCHID, '1900000110')
      .replace('key.pem', 'lost.pem')
      .replace('pub.pem', 'apiv2.key');
    const findings = await lookAt(merchantsYaml() + second);
    expect(of(findings, 'merchants-file')).toEqual([
      'fail 1900000110: v3.privateKeyFile: lost.pem: cannot be read (ENOENT)',
      'fail 1900000110: v3.wechatpayKeys PUB_KEY_ID_01: apiv2.key: this is not an RSA public key or certificate in PEM: it is an API key of 32 characters. ' +
        "Name WeChat Pay's public key or a platform certificate, from the merchant platform",
    ]);
    expect(of(findings, 'private-key')).toEqual([
      `ok ${MCHID}: RSA with 2048 bits`,
      'skipped 1900000110: the merchants file has a fault here',
    ]);
  });

  it('and only of the merchant that was asked for', async () => {
    const second = merchantsYaml()
      .replace('merchants:\n', '')
      .replace(MCHID, '1900000110')
      .replace('key.pem', 'lost.pem');
    const merchantsFile = join(folderOf({ ...FILES, 'merchants.yaml': merchantsYaml() + second }), 'merchants.yaml');
    const one = await look({ merchantsFile, mchid: MCHID });
    expect(theOne(one, 'merchants-file')).toMatchObject({ result: 'ok', said: '1 of 2 merchants looked at' });
    expect(of(one, 'private-key')).toHaveLength(1);
    expect(theOne(await look({ merchantsFile, mchid: '1' }), 'merchants-file')).toMatchObject({ result: 'fail' });
  });
});

describe('the modes of files', () => {
  it('are warned of where every user can reach a secret, and no others', async () => {
    const folder = folderOf({ ...FILES, 'merchants.yaml': merchantsYaml(['apiV3KeyFile: apiv3.key']) });
    const merchantsFile = join(folder, 'merchants.yaml');
    for (const [name, mode] of [
      ['pub.pem', 0o644],
      ['key.pem', 0o640],
    ] as const)
      chmodSync(join(folder, name), mode);
    expect(theOne(await look({ merchantsFile }), 'key-permissions')).toMatchObject({ result: 'ok' });
    chmodSync(join(folder, 'apiv3.key'), 0o604);
    expect(theOne(await look({ merchantsFile }), 'key-permissions')).toMatchObject({
      result: 'warn',
      subject: MCHID,
      said: 'every user of this machine may read v3.apiV3KeyFile apiv3.key (mode 0604)',
      whatToDo: expect.stringContaining('chmod o-rwx'),
    });
  });

  it.each([
    ['merchants.yaml', 'may write the merchants file'],
    ['key.pem', 'may write v3.privateKeyFile key.pem'],
    ['pub.pem', 'may write v3.wechatpayKeys PUB_KEY_ID_01 pub.pem'],
  ])('fail where every user can write %s', async (name, said) => {
    const folder = folderOf({ ...FILES, 'merchants.yaml': merchantsYaml() });
    chmodSync(join(folder, name), 0o666);
    const findings = await look({ merchantsFile: join(folder, 'merchants.yaml') });
    const failed = findings.filter(({ check, result }) => check === 'key-permissions' && result === 'fail');
    expect(failed).toMatchObject([{ said: expect.stringContaining(said), whatToDo: expect.stringContaining('o-w') }]);
  });
});

describe("the merchant's key and certificate", () => {
  it('fail with a key of 4096 bits', async () => {
    const findings = await lookAt(merchantsYaml(), { 'key.pem': rsa(4096).privatePem });
    expect(theOne(findings, 'private-key')).toMatchObject({ result: 'fail', said: 'RSA with 4096 bits' });
  });

  it.each([
    ['key.pem', 'v3.privateKeyFile: key.pem: this RSA key has 1024 bits: 2048 are needed'],
    ['pub.pem', 'v3.wechatpayKeys PUB_KEY_ID_01: pub.pem: this RSA key has 1024 bits: 2048 are needed'],
  ])('fail with a key of 1024 bits, which a worker does not start with: %s', async (name, said) => {
    const { privatePem, publicPem } = rsa(1024);
    const findings = await lookAt(merchantsYaml(), { [name]: name === 'key.pem' ? privatePem : publicPem });
    expect(theOne(findings, 'merchants-file')).toMatchObject({ result: 'fail', said });
  });

  async function certified(facts: Partial<CertificateFacts>): Promise<Finding[]> {
    const cert = await certificate({ privatePem: KEYS.privatePem, ...facts });
    return lookAt(merchantsYaml(['certificateFile: cert.pem']), { 'cert.pem': cert });
  }

  it('belong together, for so many days', async () => {
    expect(theOne(await certified({ until: 400 }), 'merchant-certificate')).toMatchObject({
      result: 'ok',
      said: expect.stringMatching(/^it has the serial and the key, and expires on \d{4}-\d\d-\d\d, in 400 days$/),
    });
  });

  it.each([
    ['warn', { until: 29 }, 'in 29 days'],
    ['ok', { until: 30 }, 'in 30 days'],
    ['fail', { from: -30, until: -2 }, 'it expired on'],
    ['fail', { from: 2 }, 'only'],
    ['warn', { cn: '1900000999' }, 'that of merchant 1900000999'],
  ])('%s with a certificate of %j', async (result, facts, said) => {
    const [first] = (await certified(facts)).filter(({ check }) => check === 'merchant-certificate');
    expect(first).toMatchObject({ result, said: expect.stringContaining(said) });
  });

  it.each([
    ['another key', { privatePem: rsa().privatePem }, 'does not belong to the certificate'],
    ['another serial', { serial: `6${SERIAL.slice(1)}` }, 'certificateSerial says another'],
  ])('fail where it is of %s', async (_, facts, said) => {
    const findings = await certified(facts);
    expect(theOne(findings, 'merchants-file')).toMatchObject({ result: 'fail', said: expect.stringContaining(said) });
    expect(theOne(findings, 'merchant-certificate')).toMatchObject({ result: 'skipped' });
  });
});

describe("WeChat Pay's keys", () => {
  async function published(facts: Partial<CertificateFacts>, more = ''): Promise<Finding[]> {
    const cert = await certificate({ privatePem: KEYS.privatePem, ...facts });
    const keys = `- { serial: ${SERIAL}, file: platform.pem }${more}`;
    return lookAt(merchantsYaml([], keys), { 'platform.pem': cert });
  }

  it.each([
    ['ok', { until: 400 }, 'a platform certificate, expires on'],
    ['warn', { until: 29 }, 'in 29 days'],
  ])('are looked at one by one: %s', async (result, facts, said) => {
    const findings = await published(facts);
    expect(theOne(findings, 'wechatpay-keys')).toMatchObject({ result, said: expect.stringContaining(said) });
  });

  it('are named as their certificates name them, however the file does', async () => {
    const cert = await certificate({ privatePem: KEYS.privatePem, serial: '0A45F09EFDC096DE' });
    const keys = '- { serial: "a45f09efdc096de", file: platform.pem }';
    const findings = await lookAt(merchantsYaml([], keys), { 'platform.pem': cert });
    expect(of(findings, 'wechatpay-keys')).toEqual([
      expect.stringContaining(`ok ${MCHID}: 0A45F09EFDC096DE: a platform`),
    ]);
    const same = `${keys}\n        - { serial: 0A45F09EFDC096DE, file: platform.pem }`;
    expect(of(await lookAt(merchantsYaml([], same), { 'platform.pem': cert }), 'merchants-file')).toEqual([
      expect.stringContaining('0A45F09EFDC096DE: this serial is there twice'),
    ]);
  });

  it('may be of another size, which is warned of', async () => {
    const findings = await lookAt(merchantsYaml(), { 'pub.pem': rsa(3072).publicPem });
    expect(of(findings, 'wechatpay-keys')).toEqual([`warn ${MCHID}: PUB_KEY_ID_01: RSA with 3072 bits`]);
  });

  it('fail only where none is in its time', async () => {
    const expired = { from: -30, until: -2 };
    expect(of(await published(expired), 'wechatpay-keys').map((line) => line.slice(0, 4))).toEqual(['warn', 'fail']);
    const both = await published(expired, '\n        - { serial: PUB_KEY_ID_01, file: pub.pem }');
    expect(of(both, 'wechatpay-keys').map((line) => line.slice(0, 4))).toEqual(['warn', 'ok 1']);
    const early = await published({ from: 2 });
    expect(of(early, 'wechatpay-keys')[0]).toContain('valid from');
  });
});

it('warns where notifications cannot be opened', async () => {
  expect(theOne(await lookAt(merchantsYaml()), 'notifications')).toMatchObject({ result: 'warn' });
});
