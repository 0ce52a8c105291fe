import pLimit from 'p-limit';
import { isValidAt, type NoCertificates, type TimedKey } from '../certificates.js';
import type { Result } from '../failure.js';
import { notify } from './faults.js';

/** When platform certificates are downloaded, milliseconds. */
export interface RefreshTimes {
  /** From one download to the next; a tenth more or less, so that workers do not download at the same time. */
  readonly everyMs: number;
  /** After a download that failed, doubling. */
  readonly retryFirstMs: number;
  readonly retryMaxMs: number;
  /** Any number of unknown serials cause one download in this time. */
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

/** In one process: a start, a change of the file or a forged notification starts downloads for all merchants at once. */
const DOWNLOADS_AT_ONCE = 8;
const limit = pLimit(DOWNLOADS_AT_ONCE);

/** The result of a download; `reason` holds nothing secret. */
export type DownloadOutcome =
  | { readonly result: 'taken'; readonly count: number }
  | { readonly result: 'failed'; readonly reason: string; readonly requestId: string | null };

export interface CertificatesOptions {
  /** Where they come from. Only certificates of the same source are kept after a change of the file. */
  readonly source: string;
  /** A mark of the key that decrypts them, to compare it with another. */
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
  /** Whether a call waits for the download in flight. */
  private isAwaited = false;
  private askedAt = Number.NEGATIVE_INFINITY;
  /** When the next download is due; at first, at once. */
  private dueAt = Number.NEGATIVE_INFINITY;
  private failures = 0;
  private timer: NodeJS.Timeout | undefined;
  private listener: ((outcome: DownloadOutcome) => void) | undefined;
  private changed: () => void = () => undefined;

  constructor(private readonly options: CertificatesOptions) {}

  /** Those that were listed last, also if they are not valid now. */
  get current(): readonly TimedKey[] {
    return this.listed;
  }

  /** @param changed is called after each change of the list */
  onChange(changed: () => void): void {
    this.changed = changed;
  }

  /**
   * Looks for a certificate that is not known: one download at a time, and one a minute. It waits for a download that is
   * already in flight. Never fails.
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

  /** Downloads in the background when it is due, the first time at once. @param listener is called after each download */
  start(listener: (outcome: DownloadOutcome) => void): void {
    this.listener = listener;
    this.schedule();
  }

  /** Ends the downloads in the background; {@link refresh} still works, for calls in flight. */
  stop(): void {
    clearTimeout(this.timer);
    this.listener = undefined;
  }

  /**
   * Takes the certificates of another, if that has the same source. A download is due at once if the other's last one
   * failed or is in flight, since its result is not known here; and if the key has changed, since the new one may be wrong.
   */
  takeOver(other: PlatformCertificates): void {
    const { source, opens } = other.options;
    if (source !== this.options.source) return;
    this.list(other.listed);
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
    if (this.listener === undefined && !this.isAwaited) return;
    const outcome = await this.attempt();
    const { now, times } = this.options;
    this.failures = outcome.result === 'taken' ? 0 : this.failures + 1;
    const pause = this.failures === 0 ? times.everyMs : backOff(this.failures, times);
    this.dueAt = now() + pause * (1 - JITTER + 2 * JITTER * Math.random());
    const { listener } = this;
    if (listener === undefined) return;
    this.schedule();
    notify(() => listener(outcome));
  }

  private async attempt(): Promise<DownloadOutcome> {
    const { download, now } = this.options;
    const downloaded = await download().catch(() => UNEXPECTED);
    if (!downloaded.ok) return { result: 'failed', ...downloaded.failure };
    const at = now();
    this.list(downloaded.value.filter(({ notAfter }) => at <= notAfter));
    return { result: 'taken', count: this.listed.filter((certificate) => isValidAt(certificate, at)).length };
  }

  private list(certificates: readonly TimedKey[]): void {
    this.listed = certificates;
    this.changed();
  }

  private schedule(): void {
    clearTimeout(this.timer);
    const { now, times } = this.options;
    // The clock may have been set back since.
    const wait = Math.min(Math.max(this.dueAt - now(), 0), times.everyMs * (1 + JITTER));
    this.timer = setTimeout(() => void this.downloaded(), wait).unref();
  }
}

/** A fault of our own. */
const UNEXPECTED = { ok: false, failure: { reason: 'unexpected error', requestId: null } } as const;

function backOff(failures: number, { retryFirstMs, retryMaxMs }: RefreshTimes): number {
  return Math.min(retryFirstMs * 2 ** (failures - 1), retryMaxMs);
}

/** Logs changes of the merchants file and its keys. It is given nothing secret. */
export interface MerchantsLogger {
  info(message: string, attributes?: Record<string, unknown>): void;
  warn(message: string, attributes?: Record<string, unknown>): void;
}

type ByMerchant = ReadonlyMap<string, PlatformCertificates>;

/** Downloads in the background, and logs the result: once for each change, not for each download. */
export class Downloads {
  /** By merchant number: what was logged last. */
  private readonly said = new Map<string, string>();

  constructor(private readonly logger: MerchantsLogger) {}

  start(certificates: ByMerchant): void {
    for (const [mchid, each] of certificates) each.start((outcome) => this.tell(mchid, outcome));
  }

  stop(certificates: ByMerchant): void {
    for (const each of certificates.values()) each.stop();
  }

  /** Replaces the merchants; certificates that came from the same source are kept. */
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
