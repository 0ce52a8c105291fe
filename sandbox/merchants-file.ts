import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { SignType } from '../wechatpay/signature-v2.js';
import type { PublishedKey } from './key-ring.js';
import type { SandboxMerchant } from './keys.js';

const MARK = '# Written by the WeChat Pay sandbox, which may write it anew.\n';

/** What the file says of every merchant. */
export interface MerchantsFileFacts {
  /** The sandbox's origin. */
  readonly host: string;
  readonly appids: readonly string[];
  readonly signType: SignType;
  readonly merchants: readonly SandboxMerchant[];
  readonly wechatpayKeys: readonly PublishedKey[];
}

/** There is a merchants file that the sandbox did not write. */
export class FolderTakenError extends Error {
  override readonly name = 'FolderTakenError';
}

/**
 * Writes the keys and a merchants file that a worker takes as it is.
 *
 * @returns the path of the merchants file
 * @throws FolderTakenError where the folder has one that is not the sandbox's
 */
export async function writeMerchantsFile(folder: string, facts: MerchantsFileFacts): Promise<string> {
  const path = join(folder, 'merchants.yaml');
  if (!(await isOurs(path))) throw new FolderTakenError(`${path} is not the sandbox's, so it is left as it is`);
  await mkdir(join(folder, 'keys'), { recursive: true });
  const write = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, 'keys', name), text, { mode: 0o600 });
    return `keys/${name}`;
  };
  const { host, appids, signType, merchants } = facts;
  const wechatpayKeys = await Promise.all(
    facts.wechatpayKeys.map(async ({ serial, pem }) => ({ serial, file: await write(`${serial}.pem`, pem) })),
  );
  const entries = await Promise.all(
    merchants.map(async ({ mchid, certificateSerial, keys, apiV3Key, apiV2Key }) => {
      const privateKeyFile = await write(`${mchid}_key.pem`, keys.privatePem);
      const apiV3KeyFile = await write(`${mchid}_apiv3.key`, apiV3Key);
      const v3 = { host, certificateSerial, privateKeyFile, apiV3KeyFile, wechatpayKeys };
      const v2 = { host, keyFile: await write(`${mchid}_apiv2.key`, apiV2Key), signType };
      return { mchid, appids: [...appids], v3, v2 };
    }),
  );
  await writeFile(path, MARK + stringify({ merchants: entries }, { aliasDuplicateObjects: false }));
  return path;
}

async function isOurs(path: string): Promise<boolean> {
  try {
    return (await readFile(path, 'utf8')).startsWith(MARK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw error;
  }
}
