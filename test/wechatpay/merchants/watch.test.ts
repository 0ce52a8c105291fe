import { generateKeyPairSync } from 'node:crypto';
import { cp, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../wechatpay/merchants/faults.js';
import { REFRESH_TIMES } from '../../../wechatpay/merchants/platform-certificates.js';
import { asked, downloadsOf, editV3, eventually, newFolder, rewrite, sandboxWithFile, watched } from './watched.js';

const PEM = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();
const DOWNLOADED = { platformCertificates: 'v3-global' } as const;

const privateKeyOf = (file: string): string => join(dirname(file), 'keys', '1900000109_key.pem');
const apiV3KeyOf = (file: string): string => join(dirname(file), 'keys', '1900000109_apiv3.key');

describe('a merchants file that changes while a process runs', () => {
  it('is taken when it is good: the next call has it, and one in flight keeps what it began with', async () => {
    const { sandbox, file } = await sandboxWithFile({});
    const { merchants, merchant, reloads, log } = watched(file);
    const before = merchant();
    const inFlight = asked(before);
    await rewrite(file, (text) => text.replace('- wx8888888888888888', '- wx9999999999999999'));
    await eventually(() => merchants.find(sandbox.mchid)?.appids[0] === 'wx9999999999999999');
    expect(reloads).toEqual(['taken']);
    expect(log).toMatchObject([{ level: 'info', message: expect.stringContaining('is taken') }]);
    expect(await inFlight).toBe('SUCCESS');
    expect(before.appids).toEqual(['wx8888888888888888']);
    expect(await asked(merchant())).toBe('SUCCESS');
  });

  it('is not taken when it is bad: what was there stays, and the faults are said once, without a word of a key', async () => {
    const { file } = await sandboxWithFile({});
    const { merchant, reloads, log } = watched(file);
    const good = await readFile(file, 'utf8');
    await rewrite(file, (text) => text.replace('certificateSerial', 'certificateSerail').replace('v2:', 'v4:'));
    await eventually(() => reloads.length === 1);
    expect(log).toMatchObject([
      { level: 'warn', attributes: { faults: expect.arrayContaining([expect.any(String)]) } },
    ]);
    expect((log[0]?.attributes?.['faults'] as string[]).join()).toContain('certificateSerail');
    expect(await asked(merchant())).toBe('SUCCESS');

    await writeFile(privateKeyOf(file), 'secret-text');
    await writeFile(file, good);
    await eventually(() => reloads.length === 2);
    expect(reloads).toEqual(['refused', 'refused']);
    expect(JSON.stringify(log)).toContain('this is not an RSA private key in PEM');
    expect(JSON.stringify(log)).not.toContain('secret-text');
    expect(await asked(merchant())).toBe('SUCCESS');
  });

  it('is said to be bad once for each content, however often it is looked at', async () => {
    const { file } = await sandboxWithFile({});
    const { reloads } = watched(file, { everyMs: 1 });
    const good = await readFile(file, 'utf8');
    await writeFile(file, 'merchants: []');
    await eventually(() => reloads.length === 1);
    await rm(file);
    await eventually(() => reloads.length === 2);
    // Looked at a hundred times more meanwhile.
    const other = watched((await sandboxWithFile({})).file, { everyMs: 1 });
    expect(reloads).toEqual(['refused', 'refused']);
    await writeFile(file, good);
    await eventually(() => reloads.length === 3);
    expect(reloads).toEqual(['refused', 'refused', 'taken']);
    expect(other.reloads).toEqual([]);
  });

  it('is not taken while it is being written', async () => {
    const { file } = await sandboxWithFile({ mchids: ['1900000109', '1900000209'] });
    const patient = watched(file, { everyMs: 5, settleMs: 1_500 });
    // When this one has looked once, the other has many times.
    const hasty = watched(file, { everyMs: 300, settleMs: 0 });
    const whole = await readFile(file, 'utf8');
    // A half that is valid by itself, and lacks a merchant.
    await writeFile(file, whole.slice(0, whole.indexOf('  - mchid: "1900000209"')));
    await eventually(() => hasty.reloads.length === 1);
    expect(hasty.merchants.find('1900000209')).toBeUndefined();
    expect(patient.merchants.find('1900000209')).toBeDefined();
    await writeFile(file, `${whole}# new\n`);
    await eventually(() => patient.reloads.length === 1);
    expect(patient.reloads).toEqual(['taken']);
    expect(patient.merchants.find('1900000209')).toBeDefined();
  });

  it('is taken where only a key in it changes, and its new key signs', async () => {
    const { sandbox, file } = await sandboxWithFile({});
    const { merchant, reloads } = watched(file);
    const right = await readFile(privateKeyOf(file), 'utf8');
    await writeFile(privateKeyOf(file), PEM);
    await eventually(() => reloads.length === 1);
    expect(await asked(merchant())).toBe('SIGN_ERROR');
    expect(sandbox.ledger.refused.at(-1)?.reason).toContain('the signature is wrong');
    await writeFile(privateKeyOf(file), right);
    await eventually(() => reloads.length === 2);
    expect(await asked(merchant())).toBe('SUCCESS');
    expect(reloads).toEqual(['taken', 'taken']);
  });

  it('is taken where it is swapped by a link, as mounted secrets are', async () => {
    const { file, folder } = await sandboxWithFile({});
    const mount = await newFolder();
    await cp(folder, join(mount, 'one'), { recursive: true });
    await cp(folder, join(mount, 'two'), { recursive: true });
    await rewrite(join(mount, 'two', 'merchants.yaml'), (text) => text.replace('- wx8888888888888888', '- wx2'));
    await symlink('one', join(mount, 'now'));
    const { merchant } = watched(join(mount, 'now', 'merchants.yaml'));
    await symlink('two', join(mount, 'next'));
    await rename(join(mount, 'next'), join(mount, 'now'));
    await eventually(() => merchant().appids[0] === 'wx2');
    expect(await asked(merchant())).toBe('SUCCESS');
    expect(file).toContain(folder);
  });

  it('loses a merchant that it names no more, and gains one that it names anew', async () => {
    const { sandbox, file } = await sandboxWithFile({});
    const { merchants } = watched(file);
    await rewrite(file, (text) => text.replaceAll('1900000109"', '1900000999"'));
    await eventually(() => merchants.find('1900000999'));
    expect(merchants.find(sandbox.mchid)).toBeUndefined();
    expect([...merchants.all()].map(({ mchid }) => mchid)).toEqual(['1900000999']);
  });

  it('is looked at no more with 0, nor after the end', async () => {
    const { file } = await sandboxWithFile({});
    const never = watched(file, { everyMs: 0 });
    const stopped = watched(file);
    const other = watched(file);
    await stopped.stop();
    await rewrite(file, (text) => text.replace('- wx8888888888888888', '- wx2'));
    await eventually(() => other.reloads.length === 1);
    for (const { merchant, reloads } of [never, stopped]) {
      expect([merchant().appids[0], reloads]).toEqual(['wx8888888888888888', []]);
    }
  });

  it('is looked at, and certificates are downloaded, also where what hears of it throws', async () => {
    const { sandbox, file } = await sandboxWithFile({ wechatpayKeys: 'certificate' }, DOWNLOADED);
    const fail = (): never => {
      throw new Error('the log is full');
    };
    const refreshTimes = { ...REFRESH_TIMES, everyMs: 30 };
    const watch = watched(file, { logger: { info: fail, warn: fail }, onReload: fail, refreshTimes });
    await eventually(() => downloadsOf(sandbox) >= 3);
    for (const appid of ['wx2', 'wx3']) {
      await rewrite(file, (text) => text.replace(/- wx\d+/, `- ${appid}`));
      await eventually(() => watch.merchant().appids[0] === appid);
    }
    await watch.stop();
  });

  it('must be good at the start', async () => {
    const folder = await newFolder();
    await mkdir(join(folder, 'keys'));
    expect(() => watched(join(folder, 'merchants.yaml'))).toThrow(ConfigurationError);
  });
});

describe('downloaded certificates, when the merchants file changes', () => {
  const certificates = () => sandboxWithFile({ wechatpayKeys: 'certificate' }, DOWNLOADED);

  it('are kept where they come from the same API and open with the same key', async () => {
    const { sandbox, file } = await certificates();
    const { merchant, reloads } = watched(file);
    await eventually(() => merchant().v3?.wechatpayKeys.size === 1);
    const before = merchant();
    await rewrite(file, (text) => text.replace('- wx8888888888888888', '- wx2'));
    await eventually(() => reloads.length === 1);
    expect(merchant()).not.toBe(before);
    expect(merchant().v3?.wechatpayKeys.size).toBe(1);
    expect(await asked(merchant())).toBe('SUCCESS');
    expect(downloadsOf(sandbox)).toBe(1);
    // One that began before the change finds a new key all the same.
    await sandbox.rotateKeys();
    expect(await asked(before)).toBe('SUCCESS');
  });

  it('are downloaded anew from another API, and dropped where the file wants none', async () => {
    const { sandbox, file } = await certificates();
    const { merchant, reloads } = watched(file);
    await eventually(() => merchant().v3?.wechatpayKeys.size === 1);
    await editV3(file, (v3) => (v3['platformCertificates'] = 'v3'));
    await eventually(() => downloadsOf(sandbox) === 2);
    await eventually(() => merchant().v3?.wechatpayKeys.size === 1);
    await sandbox.writeMerchantsFile(dirname(file));
    await eventually(() => reloads.length === 2);
    expect(merchant().v3?.refreshKeys).toBeUndefined();
  });

  it('stay with another APIv3 key, and are asked for at once: a key that is wrong is told, and loses nothing', async () => {
    const { sandbox, file } = await certificates();
    const { merchant, log } = watched(file);
    await eventually(() => merchant().v3?.wechatpayKeys.size === 1);
    const right = await readFile(apiV3KeyOf(file), 'utf8');
    await writeFile(apiV3KeyOf(file), 'x'.repeat(32));
    await eventually(() => log.some(({ attributes }) => String(attributes?.['faults']).includes('APIv3 key')));
    expect(await asked(merchant())).toBe('SUCCESS');
    await writeFile(apiV3KeyOf(file), right);
    await eventually(() => downloadsOf(sandbox) === 3);
    expect(await asked(merchant())).toBe('SUCCESS');
    expect(JSON.stringify(log)).not.toMatch(new RegExp(`${right}|x{32}|BEGIN`));
  });
});
