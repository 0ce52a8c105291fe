// What a service that takes notifications does with its merchants file: reads it, and downloads WeChat Pay's certificates.
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError, loadMerchants, watchMerchants } from 'wechatpay-order-lifecycle-client/merchants';

export async function readMerchants(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'merchants-'));
  const wechatpay = createServer((_, response) => response.writeHead(500).end()).listen(0, '127.0.0.1');
  await once(wechatpay, 'listening');
  const { port } = wechatpay.address() as AddressInfo;
  const file = fileIn(folder, `http://127.0.0.1:${port}`);
  refuseFaults(join(folder, 'faulty.yaml'));
  const asked = once(wechatpay, 'request');
  const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const watch = watchMerchants(file, { everyMs: 0, logger });
  const [{ url, headers }] = (await asked) as [IncomingMessage];
  await watch.stop();
  wechatpay.closeAllConnections();
  wechatpay.close();
  if (watch.merchants.find('1900000109') === undefined) throw new Error('the merchant is not found');
  if (url !== '/v3/certificates') throw new Error(`it asked for ${url}`);
  if (!headers.authorization?.startsWith('WECHATPAY2-SHA256-RSA2048 ')) throw new Error('its request is not signed');
}

function refuseFaults(file: string): void {
  writeFileSync(file, 'merchants:\n  - mchid: 1900000109\n');
  try {
    loadMerchants(file);
  } catch (error) {
    if (error instanceof ConfigurationError) return;
    throw error;
  }
  throw new Error('a faulty merchants file was taken');
}

/** A merchants file for WeChat Pay at `host`. */
function fileIn(folder: string, host: string): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(join(folder, 'key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(join(folder, 'apiv3.key'), 'k'.repeat(32));
  const file = join(folder, 'merchants.yaml');
  writeFileSync(
    file,
    `merchants:
  - mchid: '1900000109'
    v3:
      host: ${host}
      certificateSerial: 5157F09EFDC096DE15EBE81A47057A7232F1B8E1
      privateKeyFile: key.pem
      apiV3KeyFile: apiv3.key
      platformCertificates: v3
`,
  );
  return file;
}
