import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { ConfigurationError } from '../../wechatpay/merchants/faults.js';
import { FilesRead } from '../../wechatpay/merchants/files.js';
import { loadMerchants } from '../../wechatpay/merchants/file.js';
import { isPlainlyPath, readMerchant, type ReadMerchant } from '../../wechatpay/merchants/keys.js';
import { merchantsSchema, type MerchantEntry } from '../../wechatpay/merchants/schema.js';

/** A merchant whose key is in no file needs no signer here: it is not asked for anything. */
const KEYS_MAY_BE_ELSEWHERE = { verifiesOnly: true } as const;

/** A merchant of the file. */
export interface CheckedMerchant {
  readonly mchid: string;
  readonly entry: MerchantEntry;
  /** With every key parsed; `undefined` where any of it has a fault. */
  readonly read: ReadMerchant | undefined;
  /** An institution or a partner: its orders are its sub-merchants'. */
  readonly isInstitution: boolean;
  /** Its key is in no file: a worker is given a function that signs, and the doctor has none. */
  readonly signsElsewhere: boolean;
  /** A key's text, by the path in the entry. @throws the error of `node:fs` */
  readonly text: (path: string) => string;
  /** Where a path of the entry leads to. */
  readonly path: (path: string) => string;
}

/** A fault of the file, in the loader's own words, which hold nothing of a key. */
export interface FileFault {
  /** `null`: the file as a whole. */
  readonly mchid: string | null;
  readonly said: string;
}

interface CheckedFile {
  readonly faults: readonly FileFault[];
  /** `undefined` where the file as a whole cannot be used. */
  readonly merchants: readonly CheckedMerchant[] | undefined;
}

/** Reads a merchants file as far as it can be read: a merchant with a fault does not stand in another's way. */
export function checkMerchantsFile(file: string): CheckedFile {
  const entries = readEntries(file);
  const faults = faultsOf(file);
  const isFaulty = (mchid: string): boolean => faults.some((fault) => fault.mchid === mchid);
  const merchants = entries?.map((entry) => checked(entry, file, isFaulty(numberOf(entry))));
  return { faults, merchants };
}

/** Where no word of a path can be a key. */
export function plainPath(path: string): string | null {
  return isPlainlyPath(path) ? path : null;
}

function readEntries(file: string): readonly MerchantEntry[] | undefined {
  try {
    const content: unknown = parseDocument(readFileSync(file, 'utf8')).toJS();
    return merchantsSchema.safeParse(content).data?.merchants;
  } catch {
    // The loader says why.
    return undefined;
  }
}

function faultsOf(file: string): FileFault[] {
  try {
    loadMerchants(file, KEYS_MAY_BE_ELSEWHERE);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.faults.map(faultOf);
  }
}

/** The loader puts the merchant before what it says. */
function faultOf(text: string): FileFault {
  const [, mchid = null, said = text] = /^merchants\[\d+\] \((\d+)\): (.*)$/s.exec(text) ?? [];
  return { mchid, said };
}

function checked(entry: MerchantEntry, file: string, isFaulty: boolean): CheckedMerchant {
  const mchid = numberOf(entry);
  const folder = dirname(file);
  const path = (name: string): string => resolve(folder, name);
  return {
    mchid,
    entry,
    read: isFaulty
      ? undefined
      : readMerchant(entry, mchid, folder, new FilesRead(), () => undefined, KEYS_MAY_BE_ELSEWHERE),
    isInstitution: entry.spMchid !== undefined,
    signsElsewhere: isSignedElsewhere(entry),
    path,
    text: (name) => readFileSync(path(name), 'utf8'),
  };
}

function isSignedElsewhere({ v3 }: MerchantEntry): boolean {
  return v3 !== undefined && v3.privateKeyFile === undefined;
}

function numberOf({ mchid, spMchid }: MerchantEntry): string {
  return mchid ?? spMchid ?? '';
}
