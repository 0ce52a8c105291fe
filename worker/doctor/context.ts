import type { NativeConnection } from '@temporalio/worker';
import { withTimeout } from '../../wechatpay/timeout.js';
import type { WorkerConfig } from '../config.js';
import type { TemporalConnection } from '../connect.js';
import type { TemporalProfile } from '../../process/settings.js';
import type { CheckedMerchant } from './checked-merchants.js';
import type { Finding } from './finding.js';

type Described = Awaited<ReturnType<NativeConnection['workflowService']['describeNamespace']>>;

/** Results of checks that other checks need. Absent: not checked yet, or not available. */
export interface Found {
  config?: WorkerConfig;
  /** The merchants to check. Absent if the merchants file could not be read. */
  merchants?: readonly CheckedMerchant[];
  /** How far our clock was ahead at each signed answer, seconds. */
  skews?: number[];
  profile?: TemporalProfile;
  temporal?: TemporalConnection;
  namespace?: Described;
}

/** What a check works with. */
export interface Context {
  readonly env: NodeJS.ProcessEnv;
  /** Path of the merchants file; `undefined` if none is named. */
  readonly merchantsFile: string | undefined;
  /** The only merchant to check. Default: all. */
  readonly mchid: string | undefined;
  /** How long one request may take, in milliseconds. */
  readonly timeoutMs: number;
  readonly found: Found;
  /** The wall clock, in milliseconds since 1970. */
  readonly now: () => number;
  /** Close connections after the last check. */
  readonly ends: (() => Promise<unknown>)[];
}

export type Findings = Iterable<Finding> | AsyncIterable<Finding>;

/** One check. It may throw: the error becomes a finding. */
export type Check = (context: Context) => Findings;

/** A check needs the result of an earlier one, which has none. */
export class NotFoundOutError extends Error {
  override readonly name = 'NotFoundOutError';

  constructor(readonly what: keyof Found) {
    super(what);
  }
}

/** The result of an earlier check. @throws NotFoundOutError if there is none: then this check is skipped */
export function known<K extends keyof Found>({ found }: Context, what: K): NonNullable<Found[K]> {
  const value = found[what];
  if (value === undefined) throw new NotFoundOutError(what);
  return value;
}

/** A request was not answered in time. */
export class TooLateError extends Error {
  override readonly name = 'TooLateError';
}

/** Waits for some work, until the timeout of the context. @throws TooLateError after that, or the error of the work */
export async function inTime<T>({ timeoutMs }: Pick<Context, 'timeoutMs'>, work: Promise<T>): Promise<T> {
  const outcome = await withTimeout(timeoutMs, work);
  if (outcome === 'timeout') throw new TooLateError(`no answer within ${timeoutMs / 1000} s`);
  return outcome;
}
