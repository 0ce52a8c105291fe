import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';

/** The holder touches its lock this often, in milliseconds. */
const HEARTBEAT_MS = 2_000;
/** A lock that was not touched for so long, in milliseconds, was left by a process that died. */
const STALE_AFTER_MS = 15_000;
/** How often a waiting process looks again, in milliseconds. */
const RETRY_MS = 200;

interface Owner {
  readonly id: string;
  readonly pid: number;
  readonly host: string;
}

/**
 * Lets one process at a time do the work, on this machine and others that share the directory.
 * It avoids a second download and is not needed for safety: what is published is moved into place
 * by an atomic rename, so that even two holders (a laptop that slept) damage nothing.
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
    // EPERM: it lives, and belongs to someone else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
