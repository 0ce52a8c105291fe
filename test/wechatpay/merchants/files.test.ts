import { chmodSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { orThrow } from '../../../wechatpay/merchants/faults.js';
import { readMerchants } from '../../../wechatpay/merchants/file.js';
import { eventually, rewrite, watched } from './watched.js';
import { fileOf, WHOLE } from './written-file.js';

/** Modes that every file has at first: nobody but its owner can reach it. */
function fileWithModes(modes: Readonly<Record<string, number>>): string {
  const file = fileOf(WHOLE);
  for (const [name, mode] of Object.entries(modes)) chmodSync(join(dirname(file), name), mode);
  return file;
}

describe.skipIf(process.platform === 'win32')('files that every user of the machine can reach', () => {
  it.each<[string, number, string[]]>([
    ['key.pem', 0o640, []],
    ['key.pem', 0o660, []],
    ['pub.pem', 0o644, []],
    ['merchants.yaml', 0o644, []],
    [
      'key.pem',
      0o644,
      ['merchant 1900000100: every user of this machine may read v3.privateKeyFile key.pem (mode 0644)'],
    ],
    [
      'key.pem',
      0o666,
      ['merchant 1900000100: every user of this machine may write v3.privateKeyFile key.pem (mode 0666)'],
    ],
    [
      'apiv3.key',
      0o604,
      ['merchant 1900000100: every user of this machine may read v3.apiV3KeyFile apiv3.key (mode 0604)'],
    ],
    [
      'apiv2.key',
      0o602,
      ['merchant 1900000100: every user of this machine may write v2.keyFile apiv2.key (mode 0602)'],
    ],
    [
      'pub.pem',
      0o666,
      ['PUB_KEY_ID_01', '3A5DE9EF05CE9A20'].map(
        (serial) =>
          `merchant 1900000100: every user of this machine may write v3.wechatpayKeys ${serial} pub.pem (mode 0666)`,
      ),
    ],
  ])('are reported by role: %s with %i', (name, mode, exposed) => {
    expect(orThrow(readMerchants(fileWithModes({ [name]: mode }))).exposed).toEqual(exposed);
  });

  it('are reported if the merchants file is one of them', () => {
    const file = fileWithModes({ 'merchants.yaml': 0o666 });
    expect(orThrow(readMerchants(file)).exposed).toEqual([
      `every user of this machine may write the merchants file ${file} (mode 0666)`,
    ]);
  });

  it('are warned of at the start and after each change, and used all the same', async () => {
    const file = fileWithModes({ 'key.pem': 0o644 });
    const { log, merchant, reloads } = watched(file);
    expect(merchant().v3).toBeDefined();
    const warning = {
      level: 'warn',
      message: expect.stringContaining('open to every user of this machine'),
      attributes: { faults: [expect.stringContaining('may read v3.privateKeyFile key.pem')] },
    };
    expect(log).toEqual([warning]);
    await rewrite(file, (text) => `${text}# new\n`);
    await eventually(() => log.length === 3);
    expect(log[2]).toEqual(warning);
    expect(reloads).toEqual(['taken']);
  });

  it('are not warned of where there are none', () => {
    expect(watched(fileWithModes({})).log).toEqual([]);
  });
});
