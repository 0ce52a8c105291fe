import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { FetchSource, ServerVersions } from './types.js';

/** The holder touches its lock this often, in milliseconds. */
const HEARTBEAT_MS = 2_000;
/** A lock that has not been touched for this long, in milliseconds, was left by a process that died. */
const STALE_AFTER_MS = 15_000;
/** How often a waiting process tries again, in milliseconds. */
const RETRY_MS = 200;

interface Owner {
  readonly id: string;
  readonly pid: number;
  readonly host: string;
}

/**
 * Lets one process at a time do the work, on this machine and others that share the directory.
 * It only avoids a second download. {@link publish} moves its files into place by an atomic rename,
 * so two holders at once (a laptop that slept) damage nothing.
 */
export async function withLock<T>(
  path: string,
  onWait: (pid: number | undefined) => void,
  work: () => Promise<T>,
): Promise<T> {
  const owner: Owner = { id: randomUUID(), pid: process.pid, host: hostname() };
  await mkdir(dirname(path), { recursive: true });
  let isReported = false;
  while (!(await take(path, owner))) {
    const holder = await readOwner(path);
    if (await isAbandoned(path, holder)) {
      // Only one of several waiting processes succeeds in renaming it away.
      const aside = `${path}.${owner.id}`;
      await rename(path, aside).then(
        () => rm(aside, { force: true }),
        () => undefined,
      );
      continue;
    }
    if (!isReported) onWait(holder?.pid);
    isReported = true;
    await delay(RETRY_MS);
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    void utimes(path, now, now).catch(() => undefined);
  }, HEARTBEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    if ((await readOwner(path))?.id === owner.id) await rm(path, { force: true });
  }
}

async function take(path: string, owner: Owner): Promise<boolean> {
  try {
    await writeFile(path, JSON.stringify(owner), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function readOwner(path: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Owner;
  } catch {
    return undefined;
  }
}

async function isAbandoned(path: string, holder: Owner | undefined): Promise<boolean> {
  if (holder?.host === hostname() && !isAlive(holder.pid)) return true;
  const touched = await stat(path).then(
    (found) => found.mtimeMs,
    () => Date.now(),
  );
  return Date.now() - touched > STALE_AFTER_MS;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, and belongs to another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const RECORD_FILE = 'installed.json';

/** The record beside a binary that was fetched. */
export interface InstallRecord {
  /** What was fetched, with its version. Another recipe means another binary. */
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

/** Checks what an earlier run installed. The binary is hashed every time (about 0.5 s). */
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
 * Installs a fetched binary completely or not at all. It is prepared in `staging`, which must be on
 * the same disk, and moved by one rename. If another process was first, its copy stays.
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
  const existing = await readInstalled(directory, [record.recipe]);
  if (existing.state === 'good') return;
  // A rename cannot replace a directory that has files: move the unusable one out of the way.
  await rename(directory, join(staging, 'replaced'));
  await move(entry, directory);
}

/** False if the target exists already. */
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

/** Deletes a directory and its content. An error is ignored. */
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
