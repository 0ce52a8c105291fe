import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { ConfigurationFault } from '../../wechatpay/merchants/faults.js';
import { FilesRead } from '../../wechatpay/merchants/files.js';
import { type EntryRead, readEntries } from '../../wechatpay/merchants/file.js';

/** No signer is needed for a merchant without a key file: the doctor makes no calls for it. All else is read as by a worker. */
const KEYS_MAY_BE_ELSEWHERE = { verifiesOnly: true, readsSecrets: true } as const;

/** A merchant of the file. It counts as faulty if any entry with its number is. */
export interface CheckedMerchant extends EntryRead {
  /** An institution or a partner: its orders are its sub-merchants'. */
  readonly isInstitution: boolean;
  /** It has no key file: a function signs for it in the worker, and the doctor has none. */
  readonly signsElsewhere: boolean;
  /** The text of a key file, by its path in the entry. @throws the error of `node:fs` */
  readonly text: (path: string) => string;
  /** The absolute path of a path in the entry. */
  readonly path: (path: string) => string;
}

interface CheckedFile {
  readonly faults: readonly ConfigurationFault[];
  /** `undefined` if the file as a whole cannot be used. */
  readonly merchants: readonly CheckedMerchant[] | undefined;
}

/** Reads a merchants file as far as possible: if one merchant has a fault, the others are still checked. */
export function checkMerchantsFile(file: string): CheckedFile {
  const { entries, faults } = readEntries(file, KEYS_MAY_BE_ELSEWHERE, new FilesRead());
  const faulty = new Set(faults.map(({ merchant }) => merchant?.mchid));
  const path = (name: string): string => resolve(dirname(file), name);
  const merchants = entries?.map(({ mchid, entry, read }) => ({
    mchid,
    entry,
    read: faulty.has(mchid) ? undefined : read,
    isInstitution: entry.spMchid !== undefined,
    signsElsewhere: entry.v3 !== undefined && entry.v3.privateKeyFile === undefined,
    path,
    text: (name: string) => readFileSync(path(name), 'utf8'),
  }));
  return { faults, merchants };
}
