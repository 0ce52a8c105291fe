import type { NativeConnection } from '@temporalio/worker';
import { withTimeout } from '../../wechatpay/timeout.js';
import type { WorkerConfig } from '../config.js';
import type { TemporalConnection } from '../connect.js';
import type { TemporalProfile } from '../../process/settings.js';
import type { CheckedMerchant } from './checked-merchants.js';
import type { Finding } from './finding.js';

type Described = Awaited<ReturnType<NativeConnection['workflowService']['describeNamespace']>>;

/** What one check finds out and others need. Absent: not checked yet, or not available. */
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
  /** How long one question may take, milliseconds. */
  readonly timeoutMs: number;
  readonly found: Found;
  /** Milliseconds since 1970, on the wall clock. */
  readonly now: () => number;
  /** What must be closed after the last check. */
  readonly ends: (() => Promise<unknown>)[];
}

/** Findings as they come. */
export type Findings = Iterable<Finding> | AsyncIterable<Finding>;

/** One check. It need not catch: an error that it throws becomes a finding. */
export type Check = (context: Context) => Findings;

/** A check needs what an earlier one did not find out. */
export class NotFoundOutError extends Error {
  override readonly name = 'NotFoundOutError';

  constructor(readonly what: keyof Found) {
    super(what);
  }
}

/** What an earlier check found out. @throws NotFoundOutError if it did not: then this check is skipped */
export function known<K extends keyof Found>({ found }: Context, what: K): NonNullable<Found[K]> {
  const value = found[what];
  if (value === undefined) throw new NotFoundOutError(what);
  return value;
}

/** What was asked did not answer in time. */
export class TooLateError extends Error {
  override readonly name = 'TooLateError';
}

/** The result of some work. @throws TooLateError after the time that the context gives; what the work throws */
export async function inTime<T>({ timeoutMs }: Pick<Context, 'timeoutMs'>, work: Promise<T>): Promise<T> {
  const outcome = await withTimeout(timeoutMs, work);
  if (outcome === 'timeout') throw new TooLateError(`no answer within ${timeoutMs / 1000} s`);
  return outcome;
}
