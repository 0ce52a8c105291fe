import pLimit from 'p-limit';
import { isValidAt, type NoCertificates, type TimedKey } from '../certificates.js';
import type { Result } from '../failure.js';
import { say } from './faults.js';

/** When platform certificates are asked for, milliseconds. */
export interface RefreshTimes {
  /** From one download to the next; a tenth more or less, so that workers do not come together. */
  readonly everyMs: number;
  /** After a download that failed, doubling. */
  readonly retryFirstMs: number;
  readonly retryMaxMs: number;
  /** Unknown serials, however many, bring one download in this time. */
  readonly askedEveryMs: number;
}

/** WeChat Pay's documents advise less than 12 hours. */
export const REFRESH_TIMES: RefreshTimes = {
  everyMs: 10 * 3_600_000,
  retryFirstMs: 10_000,
  retryMaxMs: 600_000,
  askedEveryMs: 60_000,
};

const JITTER = 0.1;

/** Of one process, whoever asks: a start, a change of the file or a forged notification asks for all merchants at once. */
const DOWNLOADS_AT_ONCE = 8;
const limit = pLimit(DOWNLOADS_AT_ONCE);

/** What came of a download; `reason` is in our words and holds nothing secret. */
export type DownloadOutcome =
  | { readonly result: 'taken'; readonly count: number }
  | { readonly result: 'failed'; readonly reason: string; readonly requestId: string | null };

export interface CertificatesOptions {
  /** Where they come from. Only what has the same source may be carried over. */
  readonly source: string;
  /** Stands for the key that opens them, and is not the key. */
  readonly opens: string;
  readonly download: () => Promise<Result<readonly TimedKey[], NoCertificates>>;
  /** Milliseconds since 1970, on the wall clock. */
  readonly now: () => number;
  readonly times: RefreshTimes;
}

/**
 * The platform certificates of one merchant, as WeChat Pay lists them. A list replaces the one before: a certificate is
 * used until it expires or is listed no more. A download that fails changes nothing.
 */
export class PlatformCertificates {
  private listed: readonly TimedKey[] = [];
  private inFlight: Promise<void> | undefined;
  /** Whether somebody waits for the download, and not only for its time. */
  private isAwaited = false;
  private askedAt = Number.NEGATIVE_INFINITY;
  /** When the next download is due; at first, at once. */
  private dueAt = Number.NEGATIVE_INFINITY;
  private failures = 0;
  private timer: NodeJS.Timeout | undefined;
  private heard: ((outcome: DownloadOutcome) => void) | undefined;

  constructor(private readonly options: CertificatesOptions) {}

  /** Those that were listed last; who uses them looks at their time. */
  get current(): readonly TimedKey[] {
    return this.listed;
  }

  /**
   * Looks for a certificate that is not known, one download at a time and one a minute. A download that is under way
   * anyway is waited for. Never fails.
   */
  async refresh(): Promise<void> {
    if (this.inFlight === undefined) {
      const { now, times } = this.options;
      const since = now() - this.askedAt;
      // A clock that was set back must not keep us from asking.
      if (since >= 0 && since < times.askedEveryMs) return;
      this.askedAt = now();
    }
    this.isAwaited = true;
    await this.downloaded();
  }

  /** Downloads when it is due, from now on; the first time at once, in the background. @param heard of each download */
  start(heard: (outcome: DownloadOutcome) => void): void {
    this.heard = heard;
    this.schedule();
  }

  /** Downloads by itself no more; {@link refresh} still does, for calls in flight. */
  stop(): void {
    clearTimeout(this.timer);
    this.heard = undefined;
  }

  /**
   * Goes on with what another has, if that had the same source. A download is due at once where its last one failed or
   * is under way, since what comes of that is not heard here; and where another key opens them, since that may be wrong.
   */
  takeOver(other: PlatformCertificates): void {
    const { source, opens } = other.options;
    if (source !== this.options.source) return;
    this.listed = other.listed;
    if (other.inFlight !== undefined || opens !== this.options.opens) return;
    this.askedAt = other.askedAt;
    if (other.failures === 0) this.dueAt = other.dueAt;
  }

  private downloaded(): Promise<void> {
    this.inFlight ??= limit(() => this.download()).finally(() => {
      this.inFlight = undefined;
      this.isAwaited = false;
    });
    return this.inFlight;
  }

  private async download(): Promise<void> {
    // It was stopped while it waited for its turn.
    if (this.heard === undefined && !this.isAwaited) return;
    const outcome = await this.attempt();
    const { now, times } = this.options;
    this.failures = outcome.result === 'taken' ? 0 : this.failures + 1;
    const pause = this.failures === 0 ? times.everyMs : backOff(this.failures, times);
    this.dueAt = now() + pause * (1 - JITTER + 2 * JITTER * Math.random());
    const { heard } = this;
    if (heard === undefined) return;
    this.schedule();
    say(() => heard(outcome));
  }

  private async attempt(): Promise<DownloadOutcome> {
    const { download, now } = this.options;
    const downloaded = await download().catch(() => UNEXPECTED);
    if (!downloaded.ok) return { result: 'failed', ...downloaded.failure };
    const at = now();
    this.listed = downloaded.value.filter(({ notAfter }) => at <= notAfter);
    return { result: 'taken', count: this.listed.filter((certificate) => isValidAt(certificate, at)).length };
  }

  private schedule(): void {
    clearTimeout(this.timer);
    const { now, times } = this.options;
    // Also where the clock was set back since.
    const wait = Math.min(Math.max(this.dueAt - now(), 0), times.everyMs * (1 + JITTER));
    this.timer = setTimeout(() => void this.downloaded(), wait).unref();
  }
}

/** A fault of our own. */
const UNEXPECTED = { ok: false, failure: { reason: 'unexpected error', requestId: null } } as const;

function backOff(failures: number, { retryFirstMs, retryMaxMs }: RefreshTimes): number {
  return Math.min(retryFirstMs * 2 ** (failures - 1), retryMaxMs);
}

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
