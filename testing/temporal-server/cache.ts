import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { FetchSource, ServerVersions } from './types.js';

const RECORD_FILE = 'installed.json';

/** What is written down beside a binary that was fetched. */
export interface InstallRecord {
  /** What was fetched, to the version: another recipe means another binary. */
  readonly recipe: string;
  readonly source: FetchSource;
  readonly file: string;
  readonly sha256: string;
  readonly versions: ServerVersions;
}

export type CacheState =
  | { readonly state: 'empty' }
  | { readonly state: 'unusable'; readonly reason: string }
  | { readonly state: 'good'; readonly path: string; readonly record: InstallRecord };

/** Looks at what an earlier run has installed. The binary is hashed every time (about 0.5 s). */
export async function readInstalled(directory: string, recipes: readonly string[]): Promise<CacheState> {
  let text: string;
  try {
    text = await readFile(join(directory, RECORD_FILE), 'utf8');
  } catch {
    return { state: 'empty' };
  }
  const record = parseRecord(text);
  if (record === undefined) return { state: 'unusable', reason: 'its record cannot be read' };
  if (!recipes.includes(record.recipe)) {
    return { state: 'unusable', reason: `${record.recipe} is not what this project uses now` };
  }
  const path = join(directory, record.file);
  const actual = await sha256(path).catch(() => undefined);
  if (actual === undefined) return { state: 'unusable', reason: 'its binary cannot be read' };
  return actual === record.sha256
    ? { state: 'good', path, record }
    : {
        state: 'unusable',
        reason: 'its binary is damaged: the hash differs from the recorded one',
      };
}

/**
 * Puts a fetched binary into place, whole or not at all: it is made ready in `staging`, which must
 * be on the same disk, and moved by one rename. If another process was first, its copy stays.
 */
export async function publish(
  directory: string,
  staging: string,
  binary: string,
  record: Omit<InstallRecord, 'sha256'>,
): Promise<void> {
  const entry = join(staging, 'entry');
  await mkdir(entry);
  await rename(binary, join(entry, record.file));
  const whole: InstallRecord = { ...record, sha256: await sha256(join(entry, record.file)) };
  await writeFile(join(entry, RECORD_FILE), `${JSON.stringify(whole, null, 2)}\n`);
  if (await move(entry, directory)) return;
  const standing = await readInstalled(directory, [record.recipe]);
  if (standing.state === 'good') return;
  // A rename cannot replace a directory that has files: move the unusable one out of the way.
  await rename(directory, join(staging, 'replaced'));
  await move(entry, directory);
}

/** False if something is there already. */
async function move(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    const taken = ['ENOTEMPTY', 'EEXIST', 'EPERM'];
    if (taken.includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

/** Deletes a directory with what is in it; one that resists, or is not there, is let be. */
export async function discard(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

function parseRecord(text: string): InstallRecord | undefined {
  try {
    const record = JSON.parse(text) as Partial<InstallRecord> | null;
    const whole = [record?.recipe, record?.source, record?.file, record?.sha256].every(
      (field) => typeof field === 'string',
    );
    return whole && typeof record?.versions === 'object' ? (record as InstallRecord) : undefined;
  } catch {
    return undefined;
  }
}
