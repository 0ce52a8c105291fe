import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sandbox } from '../../testing/sandbox/sandbox.js';
import { loadMerchants } from '../../wechatpay/merchants/file.js';
import type { MerchantList } from '../../wechatpay/merchant.js';

/** The merchants of a sandbox, read from the very file that a worker would be given. */
export async function merchantsOf(sandbox: Sandbox): Promise<MerchantList> {
  const folder = await mkdtemp(join(tmpdir(), 'wxpay-merchants-'));
  try {
    return loadMerchants(await sandbox.writeMerchantsFile(folder));
  } finally {
    await rm(folder, { recursive: true });
  }
}
