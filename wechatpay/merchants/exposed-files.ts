import { statSync } from 'node:fs';
import { isPlainlyPath } from './key-paths.js';
import type { MerchantEntry } from './schema.js';

/** A file that a process depends on. */
export interface NamedFile {
  /** The field that names it. */
  readonly role: string;
  /** As the merchants file writes it. */
  readonly path: string;
  /** A key of the merchant's. What is public may be read by everybody, and still be written by nobody. */
  readonly isSecret: boolean;
}

/** What every user of the machine may do with a file. */
export interface Exposure {
  readonly may: 'write' | 'read';
  /** In words, with the role of the file. */
  readonly said: string;
}

/** Of a file's mode, for users that are neither its owner nor in its group. */
const WRITE = 0o002;
const ANYTHING = 0o007;

/** The merchants file holds no key, but says which keys are believed. */
export function merchantsFileAt(path: string): NamedFile {
  return { role: 'the merchants file', path, isSecret: false };
}

/** The files that an entry of the merchants file names. */
export function filesOf({ v3, v2 }: MerchantEntry): NamedFile[] {
  const fields: readonly (readonly [role: string, path: string | undefined, isSecret: boolean])[] = [
    ['v3.privateKeyFile', v3?.privateKeyFile, true],
    ['v3.apiV3KeyFile', v3?.apiV3KeyFile, true],
    ['v2.keyFile', v2?.keyFile, true],
    ['v3.certificateFile', v3?.certificateFile, false],
    ...(v3?.wechatpayKeys ?? []).map(({ serial, file }) => [`v3.wechatpayKeys ${serial}`, file, false] as const),
  ];
  return fields.flatMap(([role, path, isSecret]) => (path === undefined ? [] : [{ role, path, isSecret }]));
}

/**
 * Whether every user of the machine may write a file, or read a secret.
 *
 * @param at where the file is
 * @returns `undefined` also on a system without modes, and for a file that is not there: that is another check's
 */
export function exposureOf({ role, path, isSecret }: NamedFile, at: string): Exposure | undefined {
  const mode = modeOf(at);
  const may = (mode & WRITE) !== 0 ? 'write' : isSecret && (mode & ANYTHING) !== 0 ? 'read' : undefined;
  if (may === undefined) return undefined;
  const place = isPlainlyPath(path) ? `${role} ${path}` : role;
  return { may, said: `every user of this machine may ${may} ${place} (mode ${mode.toString(8).padStart(4, '0')})` };
}

function modeOf(path: string): number {
  if (process.platform === 'win32') return 0;
  try {
    return statSync(path).mode & 0o7777;
  } catch {
    return 0;
  }
}
