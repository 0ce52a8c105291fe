import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { SignType } from '../../wechatpay/signature-v2.js';
import type { PublishedKey } from './key-ring.js';
import type { SandboxMerchant } from './keys.js';

const MARK = '# Written by the WeChat Pay sandbox, which may write it anew.\n';

export interface MerchantsFileOptions {
  /** The API to download platform certificates from. Default: the file lists their keys instead. */
  readonly platformCertificates?: 'v3' | 'v3-global';
  /** The checkout that the outcomes of every merchant are posted to. Default: nobody is told. */
  readonly checkout?: {
    readonly url: string;
    /** Default: the one that the folder has from before, which the checkout may have read already; or a new one. */
    readonly secret?: string;
  };
}

/** The file of the secret with which outcomes are signed, from the folder. */
export const SECRET_FILE = 'keys/outcomes.secret';

/** What the file says of every merchant. */
export interface MerchantsFileFacts extends MerchantsFileOptions {
  /** The sandbox's origin. */
  readonly host: string;
  readonly appids: readonly string[];
  /** Each with how it signs v2. */
  readonly merchants: readonly (SandboxMerchant & { readonly signType: SignType })[];
  readonly wechatpayKeys: readonly PublishedKey[];
}

/** The folder has a merchants file, or a key, that the sandbox did not write. */
export class FolderTakenError extends Error {
  override readonly name = 'FolderTakenError';
  readonly exitCode = 1;

  constructor(path: string) {
    super(`${path} is not the sandbox's, so it is left as it is. Name a folder that is empty or new.`);
  }
}

/**
 * Writes the keys and a merchants file that a worker takes as it is.
 *
 * @returns the path of the merchants file
 * @throws FolderTakenError if the folder has one that is not the sandbox's; or has none, but a key of the same name
 */
export async function writeMerchantsFile(folder: string, facts: MerchantsFileFacts): Promise<string> {
  const path = join(folder, 'merchants.yaml');
  const isOurs = await isMarked(path);
  const soFar = isOurs ? await readFile(join(folder, SECRET_FILE), 'utf8').catch(() => undefined) : undefined;
  const { keys, entries } = contentOf(facts, facts.checkout?.secret ?? soFar ?? newSecret());
  // All names are checked before anything is written.
  if (!isOurs) await Promise.all([...keys.keys()].map((name) => refuseIfThere(join(folder, name))));
  await mkdir(join(folder, 'keys'), { recursive: true });
  const flag = isOurs ? 'w' : 'wx';
  for (const [name, text] of keys) await writeFile(join(folder, name), text, { mode: 0o600, flag });
  await writeFile(path, MARK + stringify({ merchants: entries }, { aliasDuplicateObjects: false }), { flag });
  return path;
}

/** A new secret with which outcomes are signed. */
export function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

/**
 * The keys by the names of their files, and what the merchants file says of them.
 *
 * @param secret with which outcomes are signed
 */
function contentOf(facts: MerchantsFileFacts, secret: string) {
  const { host, appids, merchants, wechatpayKeys, platformCertificates, checkout } = facts;
  const keys = new Map<string, string>();
  const write = (path: string, text: string): string => {
    keys.set(path, text);
    return path;
  };
  const file = (name: string, text: string): string => write(`keys/${name}`, text);
  const isNamed = ({ pem }: PublishedKey): boolean =>
    platformCertificates === undefined || !pem.includes('CERTIFICATE');
  const published = wechatpayKeys
    .filter(isNamed)
    .map(({ serial, pem }) => ({ serial, file: file(`${serial}.pem`, pem) }));
  const sources = { ...(platformCertificates && { platformCertificates }), wechatpayKeys: published };
  const outcomes = checkout && [{ url: checkout.url, secretFiles: [write(SECRET_FILE, secret)] }];
  const entries = merchants.map(({ mchid, certificateSerial, keys: { privatePem }, apiV3Key, apiV2Key, signType }) => {
    const privateKeyFile = file(`${mchid}_key.pem`, privatePem);
    const apiV3KeyFile = file(`${mchid}_apiv3.key`, apiV3Key);
    const v3 = { host, certificateSerial, privateKeyFile, apiV3KeyFile, ...sources };
    const v2 = { host, keyFile: file(`${mchid}_apiv2.key`, apiV2Key), signType };
    return { mchid, appids: [...appids], v3, v2, ...(outcomes && { outcomes }) };
  });
  return { keys, entries };
}

/** @returns whether the sandbox wrote the file; `false` if there is none @throws FolderTakenError */
async function isMarked(path: string): Promise<boolean> {
  try {
    if ((await readFile(path, 'utf8')).startsWith(MARK)) return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  throw new FolderTakenError(path);
}

async function refuseIfThere(path: string): Promise<void> {
  const isThere = await lstat(path).then(
    () => true,
    () => false,
  );
  if (isThere) throw new FolderTakenError(path);
}
