import type { ServerKind, ServerVersions } from './types.js';
import { errorLine, run } from './run.js';

/** How long a binary may take to say its version, in milliseconds. A cold disk needs seconds. */
const ANSWER_LIMIT_MS = 20_000;

export type Probe =
  | { readonly runnable: true; readonly versions: ServerVersions }
  | { readonly runnable: false; readonly reason: string };

/** Runs the binary once, harmlessly, to see that it can be run here and which version it is. */
export async function probe(kind: ServerKind, path: string, env: NodeJS.ProcessEnv): Promise<Probe> {
  const result = await run(path, ['--version'], { env, limitMs: ANSWER_LIMIT_MS });
  switch (result.outcome) {
    case 'not-started':
      return { runnable: false, reason: result.reason };
    case 'ended':
      return { runnable: false, reason: `asked for its version, ${result.reason}` };
    case 'exited': {
      const versions = readVersions(kind, result.code, result.output);
      return versions === undefined
        ? { runnable: false, reason: `asked for its version, it said: ${errorLine(result.output)}` }
        : { runnable: true, versions };
    }
  }
}

function readVersions(kind: ServerKind, code: number, output: string): ServerVersions | undefined {
  const number = String.raw`v?(\d+\.\d+\.\d+)`;
  const program = new RegExp(`version ${number}`, 'i').exec(output)?.[1];
  switch (kind) {
    case 'dev': {
      if (code !== 0 || program === undefined) return undefined;
      const server = new RegExp(`server ${number}`, 'i').exec(output)?.[1];
      const ui = new RegExp(`UI ${number}`, 'i').exec(output)?.[1];
      return { program, ...(server && { server }), ...(ui && { ui }) };
    }
    case 'time-skipping':
      // 1.40.0 has no --version: it takes the word for a port, and says so from `testserver`.
      return code === 0 || /testserver/i.test(output) ? { ...(program && { program }) } : undefined;
  }
}

/** True if `version` is `minimum` or newer; both are three numbers with dots. */
export function isAtLeast(version: string, minimum: string): boolean {
  const [a, b] = [numbers(version), numbers(minimum)];
  for (const [index, least] of b.entries()) {
    const difference = (a[index] ?? 0) - least;
    if (difference !== 0) return difference > 0;
  }
  return true;
}

function numbers(version: string): number[] {
  return version.split('.').map(Number);
}

/** `1.9.1 (server 1.32.0, UI 2.54.1)`, as far as known. */
export function describeVersions(versions: ServerVersions): string {
  const inside = [
    ...(versions.server === undefined ? [] : [`server ${versions.server}`]),
    ...(versions.ui === undefined ? [] : [`UI ${versions.ui}`]),
  ].join(', ');
  return [versions.program ?? '', inside === '' ? '' : `(${inside})`].filter(Boolean).join(' ');
}
