import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** How often a long step says how far it is, in milliseconds. */
const REPORT_INTERVAL_MS = 2_000;

/** Does the work, and says at intervals how far it is: `line` is given the seconds so far. */
export async function reportWhile<T>(
  onProgress: (line: string) => void,
  line: (elapsedSeconds: number) => string | Promise<string>,
  work: () => Promise<T>,
): Promise<T> {
  const start = performance.now();
  let working = true;
  const timer = setInterval(() => {
    const elapsed = Math.round((performance.now() - start) / 1000);
    // A count of files that is overtaken by the end of the work is not said any more.
    void Promise.resolve(line(elapsed)).then((text) => {
      if (working) onProgress(text);
    });
  }, REPORT_INTERVAL_MS);
  try {
    return await work();
  } finally {
    working = false;
    clearInterval(timer);
  }
}

/** The size of a file, or of everything in a directory, in bytes; what vanishes meanwhile is 0. */
export async function bytesIn(path: string): Promise<number> {
  try {
    const found = await stat(path);
    if (!found.isDirectory()) return found.size;
    const names = await readdir(path);
    const sizes = await Promise.all(names.map((name) => bytesIn(join(path, name))));
    return sizes.reduce((sum, size) => sum + size, 0);
  } catch {
    return 0;
  }
}

/** A size as a person reads it: whole megabytes. */
export function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1_000_000)} MB`;
}
