import { resolve } from 'node:path';
import type { Checked } from '../../domain/validation.js';
import type { Merchant, V2Access } from '../merchant.js';
import type { Sign } from '../remote-signer.js';
import { v2Signer } from '../signature-v2.js';
import type { FilesRead } from './files.js';
import { type ConfigurationFault, misfitOf, type Wanted } from './faults.js';
import type { PlatformCertificates, RefreshTimes } from './platform-certificates.js';
import { readEndpoint } from './outcome-endpoint.js';
import type { MerchantEntry, V2Entry } from './schema.js';
import { readV3 } from './v3-access.js';

/** A fault of an entry, which does not know where in which file it stands. */
export type EntryFault = Pick<ConfigurationFault, 'where' | 'rule'>;

/** What the keys of one entry are read with. */
export interface EntryReader {
  readonly mchid: string;
  readonly options: ReadOptions;
  /** Adds a fault; nothing of a key may be in it. */
  readonly fault: (where: string, rule: string) => undefined;
  /**
   * Reads the file that a field names. If the file cannot be read, or not be used, this adds a fault that says what it is.
   *
   * @param use makes something of the text: it calls `refuse`, or throws an error whose message holds nothing of a key
   */
  readonly read: <T>(
    field: string,
    path: string,
    wanted: Wanted,
    use: (text: string, refuse: (rule: string) => undefined) => T | undefined,
  ) => T | undefined;
}

/** What a merchants file is read with, besides the file. */
export interface ReadOptions {
  /** What signs for merchants whose key is not in a file, by merchant number. It is used before a `privateKeyFile`. */
  readonly signers?: Readonly<Record<string, Sign>>;
  /**
   * The process sends no calls, as a receiver of notifications: a merchant whose key is not in a file needs no signer then.
   * Its platform certificates cannot be downloaded without one. Default: false.
   */
  readonly verifiesOnly?: boolean;
  /** Whether the secrets of outcomes are read, too. Default: unless the process {@link verifiesOnly}. */
  readonly readsSecrets?: boolean;
  /** Milliseconds since 1970, on the wall clock: a certificate is used only while it is valid. */
  readonly now?: () => number;
  /** When platform certificates are downloaded. Default: {@link REFRESH_TIMES}. */
  readonly refreshTimes?: RefreshTimes;
}

/** A merchant with every key parsed, and its platform certificates if these are downloaded. */
export interface ReadMerchant {
  readonly merchant: Merchant;
  readonly certificates?: PlatformCertificates;
}

/** Reads every key that an entry names. @param folder of the merchants file */
export function readMerchant(
  entry: MerchantEntry,
  folder: string,
  files: FilesRead,
  options: ReadOptions,
): Checked<ReadMerchant, EntryFault> {
  const faults: EntryFault[] = [];
  const reader: EntryReader = {
    mchid: mchidOf(entry),
    options,
    fault: (where, rule) => void faults.push({ where, rule }),
    read: (field, path, wanted, use) => {
      // What was written for a path may be the key itself.
      const where = isPlainlyPath(path) ? `${field}: ${path}` : field;
      const bytes = files.bytes(resolve(folder, path));
      if (typeof bytes === 'string') return reader.fault(where, bytes);
      const refuse = (rule: string): undefined => {
        const misfit = misfitOf(wanted, bytes);
        return reader.fault(where, misfit === undefined ? rule : `${rule}: ${misfit}`);
      };
      try {
        return use(bytes.toString('utf8'), refuse);
      } catch (error) {
        return refuse(error instanceof Error ? error.message : 'unexpected error');
      }
    },
  };
  const v3 = entry.v3 && readV3(entry.v3, reader);
  const v2 = entry.v2 && readV2(entry.v2, reader);
  const outcomes = entry.outcomes?.flatMap((each, index) => readEndpoint(each, index, reader) ?? []);
  if (faults.length > 0) return { ok: false, faults };
  const { appids, timeZone } = entry;
  const merchant = {
    mchid: reader.mchid,
    appids,
    ...(timeZone !== undefined && { timeZone }),
    ...(v3 && { v3: v3.access }),
    ...(v2 && { v2 }),
    ...(outcomes && { outcomes }),
    ...(tellsNobody(entry) && { tellsNobody: true as const }),
  };
  return { ok: true, value: { merchant, ...(v3?.certificates && { certificates: v3.certificates }) } };
}

/** `outcomes: []` says so on purpose. */
function tellsNobody({ outcomes, v3 }: MerchantEntry): boolean {
  return outcomes === undefined ? v3?.privateKeyFile !== undefined : outcomes.length === 0;
}

export function mchidOf({ mchid, spMchid }: MerchantEntry): string {
  return mchid ?? spMchid ?? '';
}

function readV2({ keyFile, signType, host }: V2Entry, { read }: EntryReader): V2Access | undefined {
  const signer = read('v2.keyFile', keyFile, 'apiKey', (text) => v2Signer(text.trim(), signType));
  return signer && { signer, ...(host !== undefined && { host }) };
}

/** Longer than the path of any key. */
const MAX_PATH = 255;

/** An API key, of v2 or v3; a secret of Standard Webhooks; and the beginning of an RSA key in base64. */
const API_KEY = /^[0-9A-Za-z]{32}$/;
const WEBHOOK_SECRET = /^whsec_/;
const RSA_KEY = /^MI[IG][0-9A-Za-z+/]{20}/;

/** Whether a key seems to have been pasted where its path should be. */
export function isPastedKey(text: string): boolean {
  const trimmed = text.trim();
  if (trimmed.length > MAX_PATH || /[\r\n]|-----BEGIN/.test(trimmed)) return true;
  return [API_KEY, WEBHOOK_SECRET, RSA_KEY].some((key) => key.test(trimmed));
}

const EXTENSION = /\.[0-9A-Za-z]{1,10}$/;
/** A name without an extension that is as long as this could be a key, and base64 may have a `/` in it. */
const LONG_NAME = /[^/\\]{24}|[+=]/;

/** Whether a text may be repeated, since it can only be a path. */
export function isPlainlyPath(text: string): boolean {
  if (isPastedKey(text)) return false;
  return EXTENSION.test(text) || (/[/\\]/.test(text) && !LONG_NAME.test(text));
}
