import {
  checkBundle,
  checkMerchants,
  checkPayscore,
  checkPermissions,
  checkProfile,
  checkSettings,
} from './checks/configuration.js';
import {
  checkMerchantCertificates,
  checkNotifications,
  checkOutcomes,
  checkPrivateKeys,
  checkWechatpayKeys,
} from './checks/keys.js';
import { checkFairness, checkRateLimit, checkWorkers } from './checks/task-queue.js';
import { checkNamespace, checkRetention, checkSearchAttributes, checkServer } from './checks/temporal.js';
import { checkClock, checkPlatformCertificates, checkSignedQueries, checkSignedQueriesV2 } from './checks/wechatpay.js';
import { NotFoundOutError, TooLateError, type Check, type Context, type Found } from './context.js';
import { BROKEN, ended, skipped, TOO_LATE, type CheckRow, type Finding } from './finding.js';
import { CHECK_NAMES, CHECKS, type CheckName } from './table.js';

const CHECK_FUNCTIONS: Readonly<Record<CheckName, Check>> = {
  settings: checkSettings,
  'merchants-file': checkMerchants,
  'key-permissions': checkPermissions,
  'private-key': checkPrivateKeys,
  'merchant-certificate': checkMerchantCertificates,
  'wechatpay-keys': checkWechatpayKeys,
  notifications: checkNotifications,
  outcomes: checkOutcomes,
  'workflow-bundle': checkBundle,
  'platform-certificates': checkPlatformCertificates,
  'signed-query': checkSignedQueries,
  'signed-query-v2': checkSignedQueriesV2,
  payscore: checkPayscore,
  clock: checkClock,
  'temporal-configuration': checkProfile,
  'temporal-server': checkServer,
  namespace: checkNamespace,
  'search-attributes': checkSearchAttributes,
  retention: checkRetention,
  workers: checkWorkers,
  'rate-limit': checkRateLimit,
  fairness: checkFairness,
};

/** Why a check is skipped that needs this result of another. */
const WHY_SKIPPED: Readonly<Record<keyof Found, string>> = {
  config: 'the settings cannot be used',
  merchants: 'the merchants file cannot be used',
  skews: 'no signed answer came',
  profile: "Temporal's configuration cannot be read",
  temporal: 'the Temporal server cannot be reached',
  namespace: 'the namespace cannot be seen',
};

export interface RunOptions {
  /** Skips the checks that ask a server. */
  readonly offline: boolean;
  /** Called when a check begins. */
  readonly onCheck?: (check: CheckName) => void;
  /** Replaces some of the checks, for tests. */
  readonly looks?: Readonly<Partial<Record<CheckName, Check>>>;
}

/** Runs every check, in the order of the table. An error in a check becomes a finding, and the next check follows. */
export async function* runChecks(context: Context, { offline, onCheck, looks }: RunOptions): AsyncGenerator<Finding> {
  for (const check of CHECK_NAMES) {
    onCheck?.(check);
    const { asks }: CheckRow = CHECKS[check];
    if (offline && asks !== undefined) {
      yield skipped(check, null, `--offline: ${asks} is not asked`);
      continue;
    }
    try {
      yield* (looks?.[check] ?? CHECK_FUNCTIONS[check])(context);
    } catch (error) {
      yield unended(check, error);
    }
  }
}

/** The finding does not repeat the text of an error, which may quote a secret. */
function unended(check: CheckName, error: unknown): Finding {
  if (error instanceof NotFoundOutError) return skipped(check, null, WHY_SKIPPED[error.what]);
  if (error instanceof TooLateError) return ended(check, TOO_LATE, error.message);
  const name = error instanceof Error && /^\w{1,40}$/.test(error.name) ? error.name : 'an error';
  return ended(check, BROKEN, `the check itself fails with ${name}`);
}
