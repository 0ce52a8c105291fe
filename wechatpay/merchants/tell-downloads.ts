import type { DownloadOutcome, PlatformCertificates } from './platform-certificates.js';

/** Where it is said what became of the merchants file and its keys. Nothing secret is handed to it. */
export interface MerchantsLogger {
  info(message: string, attributes?: Record<string, unknown>): void;
  warn(message: string, attributes?: Record<string, unknown>): void;
}

type ByMerchant = ReadonlyMap<string, PlatformCertificates>;

/** Downloads in the background, and says what comes of it: once for each change, not for each download. */
export class Downloads {
  /** By merchant number: what was said last. */
  private readonly said = new Map<string, string>();

  constructor(private readonly logger: MerchantsLogger) {}

  start(certificates: ByMerchant): void {
    for (const [mchid, each] of certificates) each.start((outcome) => this.tell(mchid, outcome));
  }

  stop(certificates: ByMerchant): void {
    for (const each of certificates.values()) each.stop();
  }

  /** Goes on with others, who keep what was downloaded from the same source. */
  replace(before: ByMerchant, after: ByMerchant): void {
    this.stop(before);
    for (const [mchid, each] of after) {
      const old = before.get(mchid);
      if (old !== undefined) each.takeOver(old);
    }
    this.start(after);
  }

  private tell(mchid: string, outcome: DownloadOutcome): void {
    const saying = sayingOf(outcome);
    if (this.said.get(mchid) === saying) return;
    this.said.set(mchid, saying);
    if (outcome.result === 'failed') {
      const { reason, requestId } = outcome;
      const attributes = { mchid, faults: [reason], ...(requestId !== null && { requestId }) };
      this.logger.warn(FAILED, attributes);
    } else if (outcome.count === 0) this.logger.warn(saying, { mchid });
    else this.logger.info(saying, { mchid });
  }
}

const FAILED = 'platform certificates cannot be downloaded: those that were there stay';
const TAKEN = 'platform certificates are downloaded';
const NONE = 'WeChat Pay has no platform certificate for this merchant that is valid now: does it use a public key?';

function sayingOf(outcome: DownloadOutcome): string {
  if (outcome.result === 'failed') return outcome.reason;
  return outcome.count === 0 ? NONE : TAKEN;
}
