import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freeAddress, startChild, startWorkerProcess } from '../../testing/demo/processes.js';
import { newSecret } from '../../testing/sandbox/merchants-file.js';
import { startLabBase } from '../lab.js';
import type { Cleanups } from '../processes.js';

export const OUTCOMES_PATH = '/wechatpay/outcomes';

/** What every program needs to be played: all of it runs on this machine. */
export interface Lab {
  readonly temporalAddress: string;
  readonly apiUrl: string;
  /** Of the API. */
  readonly token: string;
  readonly sandboxUrl: string;
  readonly mchid: string;
  /** With which outcomes are signed. */
  readonly secret: string;
  /** Where programs take webhooks. */
  readonly shopPort: number;
}

/** Starts a real Temporal server, a sandbox that names the shop's URL, a worker, and the API with a tokens file. */
export async function startLab(cleanups: Cleanups, onProgress: (line: string) => void): Promise<Lab> {
  const base = await startLabBase('verify-languages', cleanups, onProgress);
  const { folder, temporalAddress, connection, sandbox, workflowBundle } = base;
  cleanups.push(() => connection.close());
  const [apiAddress, shopAddress] = await Promise.all([freeAddress(), freeAddress()]);
  const secret = newSecret();
  const checkout = { url: `http://${shopAddress}${OUTCOMES_PATH}`, secret };
  const { mchid, url: sandboxUrl } = sandbox;
  await startWorkerProcess({
    temporalAddress,
    merchantsFile: await sandbox.writeMerchantsFile(folder, { checkout }),
    workflowBundle,
    onSpawn: (stop) => cleanups.push(stop),
  });
  const token = randomBytes(32).toString('hex');
  await startChild({
    program: 'cli/main.ts api',
    env: {
      TEMPORAL_ADDRESS: temporalAddress,
      WXPAY_API_ADDRESS: apiAddress,
      WXPAY_API_TOKENS_FILE: await writeTokens(folder, mchid, token),
    },
    readyMessage: 'the API is ready',
    onSpawn: (stop) => cleanups.push(stop),
  });
  return {
    temporalAddress,
    apiUrl: `http://${apiAddress}`,
    token,
    sandboxUrl,
    mchid,
    secret,
    shopPort: Number(shopAddress.split(':')[1]),
  };
}

/** @returns the path of a tokens file, with one caller */
export async function writeTokens(folder: string, mchid: string, token: string): Promise<string> {
  const file = join(folder, 'tokens.yaml');
  await writeFile(join(folder, 'shop.token'), token, { mode: 0o600 });
  await writeFile(file, `tokens: [{ name: shop, merchants: ['${mchid}'], tokenFiles: [shop.token] }]\n`);
  return file;
}
