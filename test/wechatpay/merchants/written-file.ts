import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { ConfigurationError, describeFault } from '../../../wechatpay/merchants/faults.js';
import { readMerchants } from '../../../wechatpay/merchants/file.js';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
/** What lies beside each merchants file that is written here. */
export const FILES = {
  'key.pem': privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  'pub.pem': publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  'apiv3.key': '0123456789abcdef0123456789abcdef',
  'apiv2.key': '0123456789ABCDEF0123456789ABCDEF',
  'secret.txt': 'not a key, but secret-text all the same',
};

/** A merchants file with no more than is needed. */
export const GOOD = `
merchants:
  - mchid: "1900000109"
    v3:
      certificateSerial: 5157F09EFDC096DE15EBE81A47057A7232F1B8E1
      privateKeyFile: key.pem
      wechatpayKeys:
        - { serial: PUB_KEY_ID_01, file: pub.pem }
`;

/** Writes a merchants file, and files beside it; they go with the test. */
export function fileOf(text: string, more: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'wxpay-merchants-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, content] of Object.entries({ ...FILES, ...more, 'merchants.yaml': text }))
    writeFileSync(join(folder, name), content, { mode: 0o600 });
  return join(folder, 'merchants.yaml');
}

/** What is wrong with a merchants file; nothing secret is ever in that. */
export function faultsOf(text: string, more: Readonly<Record<string, string>> = {}): readonly string[] {
  const read = readMerchants(fileOf(text, more));
  if (read.ok) return [];
  expect(new ConfigurationError(read.faults).message).not.toMatch(/secret-text|BEGIN/);
  return read.faults.map(describeFault);
}

/** A merchants file with everything in it. */
export const WHOLE = `
merchants:
  - spMchid: "1900000100"
    appids: [wx8888888888888888]
    timeZone: Asia/Hong_Kong
    v3:
      host: https://apihk.mch.weixin.qq.com
      certificateSerial: 5157F09EFDC096DE15EBE81A47057A7232F1B8E1
      privateKeyFile: key.pem
      apiV3KeyFile: apiv3.key
      wechatpayKeys:
        - { serial: PUB_KEY_ID_01, file: pub.pem }
        - { serial: 3A5DE9EF05CE9A20, file: pub.pem }
    v2: { keyFile: apiv2.key, signType: HMAC-SHA256 }
`;
