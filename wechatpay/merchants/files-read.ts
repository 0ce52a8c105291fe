import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

/** Reads files, and can tell later whether they are as they were read. Contents count: mounted secrets change by links. */
export class FilesRead {
  /** By path: a digest of the content, or why there was none. */
  private readonly found = new Map<string, string>();

  /** @throws the error of `node:fs` */
  bytes(path: string): Buffer {
    try {
      const bytes = readFileSync(path);
      this.found.set(path, digestOf(bytes));
      return bytes;
    } catch (error) {
      this.found.set(path, codeOf(error));
      throw error;
    }
  }

  /** Whether any file is another now than when it was read, has come since or is gone. */
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
  return error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
}
