import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';

/** The key of a build: `linux-x64`, `darwin-arm64`, … */
export const currentPlatform = `${process.platform}-${process.arch}`;

/** The user's cache directory by the platform's convention, with this project's folder in it. */
export function defaultCacheDirectory(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): string {
  return join(userCacheDirectory(env, platform), 'wechatpay-order-lifecycle');
}

function userCacheDirectory(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  const home = env['HOME'] || homedir();
  switch (platform) {
    case 'darwin':
      return join(home, 'Library', 'Caches');
    case 'win32':
      return env['LOCALAPPDATA'] || join(homedir(), 'AppData', 'Local');
    default: {
      const configured = env['XDG_CACHE_HOME'];
      // The XDG specification says to ignore relative paths.
      return configured?.startsWith('/') ? configured : join(home, '.cache');
    }
  }
}

/** The program's file name on this platform. */
export function programFile(program: string): string {
  return process.platform === 'win32' ? `${program}.exe` : program;
}

/** The absolute path of the first runnable file of that name on PATH. */
export async function findOnPath(program: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const directory of searchPath(env).split(delimiter)) {
    if (directory === '') continue;
    const candidate = resolve(directory, programFile(program));
    if (await isRunnableFile(candidate)) return candidate;
  }
  return undefined;
}

function searchPath(env: NodeJS.ProcessEnv): string {
  // Windows spells it `Path`, and a copy of process.env is case-sensitive.
  const key = Object.keys(env).find((name) => name.toUpperCase() === 'PATH');
  return key === undefined ? '' : (env[key] ?? '');
}

export async function isRunnableFile(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/** The path with `~` for the home directory. */
export function shortPath(path: string): string {
  const home = homedir();
  return home !== '/' && path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}
