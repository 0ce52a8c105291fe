import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { kinds, type PassedOver, type ServerKind, type ServerSource } from './types.js';

/** Why there is no server: the failure of the last source that was tried. */
export type ServerNotFoundCode =
  | 'override-missing'
  | 'override-not-runnable'
  | 'nothing-fetched'
  | 'sdk-download-failed'
  | 'no-build-for-platform'
  | 'no-python'
  | 'no-pip'
  | 'install-failed'
  | 'hash-mismatch'
  | 'not-runnable'
  | 'cache-not-writable';

const likelyCauses: Readonly<Record<ServerNotFoundCode, string>> = {
  'override-missing': 'a typing error, or the file has been moved or deleted',
  'override-not-runnable':
    'it is not a program, lacks permission to be run (chmod +x), or is for another kind of machine',
  'nothing-fetched': 'none is installed, and this call may not download one',
  'sdk-download-failed': 'this machine has no network, or a proxy or firewall blocks the download',
  'no-build-for-platform': 'the package index has builds for Linux and macOS only, x64 and arm64',
  'no-python': 'Python 3 is not installed; its pip is the last way to fetch the server',
  'no-pip': 'Python is installed without venv and pip (on Debian and Ubuntu: apt install python3-venv)',
  'install-failed': 'this machine has no network, or pip needs your proxy or mirror (pip config)',
  'hash-mismatch': 'a proxy or mirror changed the file, or serves another one under its name; it was not installed',
  'not-runnable': 'its directory is mounted noexec, or this system lacks something that the binary needs',
  'cache-not-writable': 'the directory belongs to someone else, is read-only, or the disk is full',
};

/** No server binary could be found or fetched. The message says why, and what to do. */
export class ServerNotFoundError extends Error {
  override readonly name = 'ServerNotFoundError';
  readonly exitCode = 1;

  constructor(
    readonly code: ServerNotFoundCode,
    readonly kind: ServerKind,
    /** What happened, in one line. */
    readonly reason: string,
    /** The sources that were passed over before. */
    readonly passedOver: readonly PassedOver[] = [],
    options?: ErrorOptions,
  ) {
    super(explain(code, kind, reason, passedOver), options);
  }
}

/** A source failed. It becomes a {@link ServerNotFoundError} if no later source succeeds. */
export class SourceFailure extends Error {
  constructor(
    readonly code: ServerNotFoundCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The names of the sources, for people. */
export const sourceNames: Readonly<Record<ServerSource | 'cache', string>> = {
  override: 'the path you gave',
  path: 'PATH',
  cache: 'kept from an earlier run',
  'sdk-download': "the SDK's own download",
  wheel: 'the wheel, by pip',
};

function explain(
  code: ServerNotFoundCode,
  kind: ServerKind,
  reason: string,
  passedOver: readonly PassedOver[],
): string {
  const facts = kinds[kind];
  return [
    `No ${facts.title}: ${reason}`,
    ...passedOver.map((one) => `  - ${sourceNames[one.source]}: ${one.reason}`),
    `Likely cause: ${likelyCauses[code]}.`,
    'What to do, any one of:',
    `  1. ${facts.installByHand};`,
    '  2. connect this machine to a network (or set up pip for your mirror) and run this again;',
    `  3. set ${facts.overrideVariable} to the path of a ${facts.program} binary that you have.`,
  ].join('\n');
}

/** How often a long step reports its progress, in milliseconds. */
const REPORT_INTERVAL_MS = 2_000;

/** Does the work, and reports its progress at intervals. `line` gets the seconds so far. */
export async function reportWhile<T>(
  onProgress: (line: string) => void,
  line: (elapsedSeconds: number) => string | Promise<string>,
  work: () => Promise<T>,
): Promise<T> {
  const start = performance.now();
  let working = true;
  const timer = setInterval(() => {
    const elapsed = Math.round((performance.now() - start) / 1000);
    // The work may have ended while the line was made.
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

/** The size of a file, or of everything in a directory, in bytes. What is deleted meanwhile counts 0. */
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

/** A size for people, in whole megabytes. */
export function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1_000_000)} MB`;
}
