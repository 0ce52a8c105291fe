import { join } from 'node:path';
import { SourceFailure } from './errors.js';
import { findOnPath } from './platform.js';
import { errorLine, run } from './run.js';

/** How long making a virtual environment may take, in milliseconds. On a slow disk: a minute. */
const VENV_LIMIT_MS = 3 * 60_000;
const PIP_ANSWER_LIMIT_MS = 30_000;

/** A pip that can be called, and where it will put programs. */
export interface Pip {
  readonly python: string;
  /** The arguments of the installation, up to the requirements. */
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

/** Makes a virtual environment in `staging`; where Python has no venv, its own pip must do. */
export async function preparePip(staging: string, env: NodeJS.ProcessEnv): Promise<Pip> {
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
    // With --target nothing of the user's own Python is touched, managed by a distribution or not.
    const target = join(staging, 'target');
    return {
      python,
      install: [...installArguments, '--target', target],
      binDirectory: join(target, 'bin'),
    };
  }
  const reason = made.outcome === 'exited' ? errorLine(made.output) : made.reason;
  throw new SourceFailure('no-pip', `${python} can make no virtual environment (${reason}) and has no pip`);
}
