import { resolve } from 'node:path';
import type { Merchant, V2Access } from '../merchant.js';
import type { Sign } from '../remote-signer.js';
import { v2Signer } from '../signature-v2.js';
import type { FilesRead } from './files.js';
import { misfitOf, type Wanted } from './faults.js';
import type { PlatformCertificates, RefreshTimes } from './platform-certificates.js';
import type { MerchantEntry, V2Entry } from './schema.js';
import { readV3 } from './v3-access.js';

/** Takes one fault; nothing of a key may be in it. */
export type Complain = (fault: string) => void;

/** Reads a file and makes something of it; `undefined`, and a complaint that says what the file is, if that fails. */
export type Read = <T>(field: string, path: string, wanted: Wanted, use: (text: string) => T) => T | undefined;

/** What a merchants file is read with, besides the file. */
export interface ReadOptions {
  /** What signs for merchants whose key is not in a file, by merchant number. It counts before a `privateKeyFile`. */
  readonly signers?: Readonly<Record<string, Sign>>;
  /**
   * The process sends no calls, as a receiver of notifications: a merchant whose key is not in a file needs no signer then.
   * Its platform certificates cannot be downloaded without one. Default: false.
   */
  readonly verifiesOnly?: boolean;
  /** Milliseconds since 1970, on the wall clock: certificates are used in their time only. */
  readonly now?: () => number;
  /** When platform certificates are asked for. Default: {@link REFRESH_TIMES}. */
  readonly refreshTimes?: RefreshTimes;
}

/** A merchant with every key parsed, and its platform certificates where these are downloaded. */
export interface ReadMerchant {
  readonly merchant: Merchant;
  readonly certificates?: PlatformCertificates;
}

/** Reads every key that an entry names. Where there are faults, what is returned is not whole. */
export function readMerchant(
  entry: MerchantEntry,
  mchid: string,
  folder: string,
  files: FilesRead,
  complain: Complain,
  options: ReadOptions,
): ReadMerchant {
  const read: Read = (field, path, wanted, use) => {
    // What was written for a path may be the key itself.
    const place = isPlainlyPath(path) ? `${field}: ${path}` : field;
    const bytes = attempt(() => files.bytes(resolve(folder, path)));
    if (bytes instanceof Error) {
      complain(`${place}: ${unreadable(bytes)}`);
      return undefined;
    }
    const key = attempt(() => use(bytes.toString('utf8')));
    if (!(key instanceof Error)) return key;
    const misfit = misfitOf(wanted, bytes);
    complain([place, key.message, ...(misfit === undefined ? [] : [misfit])].join(': '));
    return undefined;
  };
  const v3 = entry.v3 && readV3(entry.v3, mchid, read, complain, options);
  const v2 = entry.v2 && readV2(entry.v2, read);
  const merchant = {
    mchid,
    appids: entry.appids,
    ...timeZoneOf(entry),
    ...(v3 && { v3: v3.access }),
    ...(v2 && { v2 }),
  };
  return { merchant, ...(v3?.certificates && { certificates: v3.certificates }) };
}

function timeZoneOf({ timeZone }: MerchantEntry): Pick<Merchant, 'timeZone'> {
  return timeZone === undefined ? {} : { timeZone };
}

function readV2(entry: V2Entry, read: Read): V2Access | undefined {
  const signer = read('v2.keyFile', entry.keyFile, 'apiKey', (text) => v2Signer(text.trim(), entry.signType));
  return signer && { signer, ...(entry.host !== undefined && { host: entry.host }) };
}

export function attempt<T>(action: () => T): T | Error {
  try {
    return action();
  } catch (error) {
    return error instanceof Error ? error : new Error('unexpected error');
  }
}

export function unreadable(error: NodeJS.ErrnoException): string {
  return `cannot be read (${error.code ?? error.name})`;
}

/** Longer than the path of any key. */
const MAX_PATH = 255;

/** An API key, of v2 or v3; and the beginning of an RSA key in base64. */
const API_KEY = /^[0-9A-Za-z]{32}$/;
const RSA_KEY = /^MI[IG][0-9A-Za-z+/]{20}/;

/** Whether a key seems to have been pasted where its path should be. */
export function isPastedKey(text: string): boolean {
  const trimmed = text.trim();
  if (trimmed.length > MAX_PATH || /[\r\n]|-----BEGIN/.test(trimmed)) return true;
  return API_KEY.test(trimmed) || RSA_KEY.test(trimmed);
}

const EXTENSION = /\.[0-9A-Za-z]{1,10}$/;
/** A name without an extension that is as long as this could be a key, and base64 may have a `/` in it. */
const LONG_NAME = /[^/\\]{24}|[+=]/;

/** Whether a text may be repeated, since it can only be a path. */
export function isPlainlyPath(text: string): boolean {
  if (isPastedKey(text)) return false;
  return EXTENSION.test(text) || (/[/\\]/.test(text) && !LONG_NAME.test(text));
}
