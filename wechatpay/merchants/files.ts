import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isPlainlyPath } from './keys.js';
import type { MerchantEntry } from './schema.js';

/** Reads files, and checks later whether they have changed. It compares contents: mounted secrets change by links. */
export class FilesRead {
  /** By path: a digest of the content, or the code of the error. */
  private readonly found = new Map<string, string>();

  /** @returns the content of a file, or what is wrong with it: `cannot be read (ENOENT)` */
  bytes(path: string): Buffer | string {
    try {
      const bytes = readFileSync(path);
      this.found.set(path, digestOf(bytes));
      return bytes;
    } catch (error) {
      const code = codeOf(error);
      this.found.set(path, code);
      return `cannot be read (${code})`;
    }
  }

  /** Whether any file has changed since it was read, was added or was removed. */
  async haveChanged(): Promise<boolean> {
    for (const [path, before] of this.found) {
      const after = await readFile(path).then(digestOf, codeOf);
      if (after !== before) return true;
    }
    return false;
  }
}

function digestOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unexpected error';
}

/** A file that a process depends on. */
export interface NamedFile {
  /** The field that names it. */
  readonly role: string;
  /** As the merchants file writes it. */
  readonly path: string;
  /** A key of the merchant's. Every user may read what is public, and none but its owner may write it. */
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

/** The merchants file holds no key, but says which keys are trusted. */
export function merchantsFileAt(path: string): NamedFile {
  return { role: 'the merchants file', path, isSecret: false };
}

/** The files that an entry of the merchants file names. */
export function filesOf({ v3, v2, outcomes = [] }: MerchantEntry): NamedFile[] {
  const fields: readonly (readonly [role: string, path: string | undefined, isSecret: boolean])[] = [
    ['v3.privateKeyFile', v3?.privateKeyFile, true],
    ['v3.apiV3KeyFile', v3?.apiV3KeyFile, true],
    ['v2.keyFile', v2?.keyFile, true],
    ...outcomes.flatMap(({ secretFiles }) => secretFiles.map((file) => ['outcomes.secretFiles', file, true] as const)),
    ['v3.certificateFile', v3?.certificateFile, false],
    ...(v3?.wechatpayKeys ?? []).map(({ serial, file }) => [`v3.wechatpayKeys ${serial}`, file, false] as const),
  ];
  return fields.flatMap(([role, path, isSecret]) => (path === undefined ? [] : [{ role, path, isSecret }]));
}

/**
 * Whether every user of the machine may write a file, or read a secret.
 *
 * @param at where the file is
 * @returns `undefined` also on a system without modes, and for a file that does not exist
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
