import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const MAX_OUTPUT = 32 * 1024 * 1024;
const COMMAND_WITHIN_MS = 300_000;

const exec = promisify(execFile);

/** Runs a command to its end. @returns what it printed @throws with all that it printed, if it fails */
export async function run(file: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<string> {
  const limits = { maxBuffer: MAX_OUTPUT, timeout: COMMAND_WITHIN_MS };
  try {
    return (await exec(file, args, { cwd, env, ...limits })).stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { readonly stdout?: string; readonly stderr?: string };
    throw new Error(`${[file, ...args].join(' ')}\n${stdout}\n${stderr}`.trimEnd(), { cause: error });
  }
}
