import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Something that must not be found, and what it is called in the report. */
export interface Secret {
  readonly name: string;
  readonly text: string;
}

/** Long enough that nothing else begins so by chance, and shorter than every secret. */
const PREFIX_LENGTH = 24;
const CHUNK_BYTES = 16 * 1024 * 1024;

/** Finds any of many secrets in bytes, in one pass: by their first characters. */
export class SecretFinder {
  private readonly names = new Map<string, string>();
  /** Which three bytes a secret begins with. */
  private readonly beginnings = new Uint8Array(2 ** 24);

  constructor(secrets: readonly Secret[]) {
    for (const { name, text } of secrets) {
      if (text.length < PREFIX_LENGTH) throw new Error(`the secret "${name}" is too short to be looked for`);
      const prefix = text.slice(0, PREFIX_LENGTH);
      this.names.set(prefix, name);
      this.beginnings[beginningAt(Buffer.from(prefix, 'latin1'), 0)] = 1;
    }
  }

  /** The names of the secrets that stand in the bytes, each once. */
  in(bytes: Buffer): Set<string> {
    const found = new Set<string>();
    for (let at = 0; at + PREFIX_LENGTH <= bytes.length; at += 1) {
      if (this.beginnings[beginningAt(bytes, at)] !== 1) continue;
      const name = this.names.get(bytes.toString('latin1', at, at + PREFIX_LENGTH));
      if (name !== undefined) found.add(name);
    }
    return found;
  }
}

function beginningAt(bytes: Buffer, at: number): number {
  return ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
}

/** Looks through every file of the folders. @returns which secret stands in which file */
export async function findLeaks(finder: SecretFinder, folders: readonly string[]): Promise<string[]> {
  const leaks: string[] = [];
  for (const folder of folders) {
    for (const name of await readdir(folder)) {
      const file = join(folder, name);
      if (!(await stat(file)).isFile()) continue;
      for (const secret of await secretsIn(finder, file)) leaks.push(`${secret} in ${name}`);
    }
  }
  return leaks;
}

/** Piece by piece, with what a secret on the border needs of the piece before. */
async function secretsIn(finder: SecretFinder, path: string): Promise<Set<string>> {
  const found = new Set<string>();
  const file = await open(path);
  try {
    const buffer = Buffer.alloc(CHUNK_BYTES);
    let kept = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, kept, CHUNK_BYTES - kept);
      if (bytesRead === 0) return found;
      const filled = kept + bytesRead;
      for (const name of finder.in(buffer.subarray(0, filled))) found.add(name);
      kept = Math.min(PREFIX_LENGTH - 1, filled);
      buffer.copyWithin(0, filled - kept, filled);
    }
  } finally {
    await file.close();
  }
}
