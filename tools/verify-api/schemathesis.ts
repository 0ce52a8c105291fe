import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { access, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ExitError } from '../../process/exit.js';
import { withLock } from '../../testing/temporal-server/cache.js';
import { defaultCacheDirectory, findOnPath } from '../../testing/temporal-server/platform.js';
import { errorLine, run } from '../../testing/temporal-server/run.js';
import { type Cleanups, endGroup } from '../processes.js';
import { configurationOf } from './settings.js';

const REQUIREMENTS = fileURLToPath(new URL('requirements.txt', import.meta.url));

/** What schemathesis asks for. */
export const PYTHON = '3.11';
const IS_PYTHON_NEW = `import sys; sys.exit(sys.version_info < (${PYTHON.replace('.', ', ')}))`;

const HOST = '127.0.0.1';

const STEP_LIMIT_MS = 5 * 60_000;

/** Schemathesis cannot be installed. */
export class NotInstalledError extends ExitError {
  override readonly name = 'NotInstalledError';
  override readonly exitCode = 3;
}

/**
 * The Python of a virtual environment that has schemathesis, made once for each content of `requirements.txt`. It is kept with the
 * Temporal servers, so that only the first run needs a network.
 *
 * @throws NotInstalledError
 */
export async function installSchemathesis(cleanups: Cleanups, onProgress: (line: string) => void): Promise<string> {
  const requirements = await readFile(REQUIREMENTS, 'utf8');
  const hash = createHash('sha256').update(requirements).digest('hex').slice(0, 12);
  const folder = join(defaultCacheDirectory(process.env), `schemathesis-${hash}`);
  const python = join(folder, 'bin', 'python');
  // Written last: without it, an install was interrupted.
  const done = join(folder, 'installed');
  const onWait = (): void => onProgress('another process installs schemathesis: waiting');
  await withLock(`${folder}.lock`, onWait, async () => {
    const isDone = await access(done).then(
      () => true,
      () => false,
    );
    if (isDone) return;
    onProgress(`installing schemathesis into ${folder}`);
    await rm(folder, { recursive: true, force: true });
    const system = await findOnPath('python3', process.env);
    if (system === undefined) throw new NotInstalledError(`There is no python3 on PATH: install Python ${PYTHON}.`);
    const step = async (what: string, program: string, args: readonly string[]): Promise<void> => {
      const giveUp = () => Promise.resolve(cleanups.isOver ? 'it was interrupted' : undefined);
      const running = run(program, args, { env: process.env, limitMs: STEP_LIMIT_MS, giveUp });
      cleanups.push(() => running);
      const result = await running;
      if (result.outcome === 'exited' && result.code === 0) return;
      throw new NotInstalledError(`${what}: ${result.outcome === 'exited' ? errorLine(result.output) : result.reason}`);
    };
    await step(`${system} must be Python ${PYTHON} or later`, system, ['-c', IS_PYTHON_NEW]);
    await step('A virtual environment cannot be made', system, ['-m', 'venv', folder]);
    const pip = ['-m', 'pip', 'install', '--no-input', '--disable-pip-version-check', '--only-binary', ':all:'];
    await step('pip cannot install schemathesis', python, [...pip, '--no-deps', '-r', REQUIREMENTS]);
    await writeFile(done, requirements);
  });
  return python;
}

export interface SchemathesisRun {
  readonly url: string;
  /** The users of the API for schemathesis, as Web Fuzzing Commons write them. */
  readonly authFile: string;
  /** The token of the second of them. */
  readonly other: string;
  /** What it keeps between runs goes there. */
  readonly folder: string;
  readonly seed: number;
  readonly maxExamples: number;
}

/** Runs it, with its output in ours. @returns its exit code, or the signal that ended it */
export async function runSchemathesis(
  python: string,
  { url, authFile, other, folder, seed, maxExamples }: SchemathesisRun,
  cleanups: Cleanups,
): Promise<number | string> {
  const configuration = join(folder, 'schemathesis.toml');
  await writeFile(configuration, await configurationOf(authFile));
  const options = ['--seed', String(seed), '--max-examples', String(maxExamples), '--no-color'];
  const program = ['-c', 'from schemathesis.cli import schemathesis; schemathesis()'];
  const child = spawn(python, [...program, '--config-file', configuration, 'run', `${url}/openapi.json`, ...options], {
    cwd: folder,
    // Requests to this machine must not go to a proxy.
    env: { ...process.env, NO_PROXY: HOST, no_proxy: HOST, PYTHONUNBUFFERED: '1', VERIFY_API_OTHER: other },
    stdio: ['ignore', 'inherit', 'inherit'],
    // In a group of its own, so that Ctrl-C reaches it only through the cleanups.
    detached: true,
  });
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  cleanups.push(() => endGroup(child));
  const [code, signal] = await ended;
  return code ?? String(signal);
}
