import { describe, expect, it } from 'vitest';
import { loadMerchants } from '../../../wechatpay/merchants/file.js';
import { downloadsOf, eventually, newFolder, rewrite, sandboxWithFile, watched } from './watched.js';

const MINUTE = 60_000;

describe('the version of a list of merchants', () => {
  it('is the same as long as nothing changes, and another one when the file has changed', async () => {
    const { sandbox, file } = await sandboxWithFile({});
    const now = Date.now();
    const { merchants } = watched(file, { now: () => now });
    const before = merchants.version?.();
    expect(before).toBeDefined();
    expect(merchants.version?.()).toBe(before);
    await rewrite(file, (text) => text.replace('- wx8888888888888888', '- wx9999999999999999'));
    await eventually(() => merchants.find(sandbox.mchid)?.appids[0] === 'wx9999999999999999');
    const after = merchants.version?.();
    expect(after).not.toBe(before);
    expect(merchants.version?.()).toBe(after);
  });

  it('is another one after a download of certificates, which may have brought a key', async () => {
    const { sandbox } = await sandboxWithFile({ wechatpayKeys: 'certificate' });
    const file = await sandbox.writeMerchantsFile(await newFolder(), { platformCertificates: 'v3-global' });
    const now = Date.now();
    const merchants = loadMerchants(file, { now: () => now });
    const before = merchants.version?.();
    expect(merchants.version?.()).toBe(before);
    await merchants.find(sandbox.mchid)?.v3?.refreshKeys?.();
    expect(downloadsOf(sandbox)).toBe(1);
    expect(merchants.version?.()).not.toBe(before);
  });

  it('is another one as time passes, since a certificate may begin to be valid', async () => {
    const { file } = await sandboxWithFile({});
    let now = Date.now();
    const merchants = loadMerchants(file, { now: () => now });
    const before = merchants.version?.();
    now += MINUTE;
    expect(merchants.version?.()).not.toBe(before);
  });
});
