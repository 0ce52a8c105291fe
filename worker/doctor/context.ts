import type { NativeConnection } from '@temporalio/worker';
import { withTimeout } from '../../wechatpay/timeout.js';
import type { WorkerConfig } from '../config.js';
import type { TemporalConnection } from '../connect.js';
import type { TemporalProfile } from '../../process/settings.js';
import type { CheckedMerchant } from './checked-merchants.js';
import type { Finding } from './finding.js';

type Described = Awaited<ReturnType<NativeConnection['workflowService']['describeNamespace']>>;

/** What one check found out and others build on. Absent: not looked at yet, or not to be had. */
export interface Found {
  config?: WorkerConfig;
  /** Those of the merchants file that were asked for, where the file could be read at all. */
  merchants?: readonly CheckedMerchant[];
  /** How far our clock was ahead at each signed answer, seconds. */
  skews?: number[];
  profile?: TemporalProfile;
  temporal?: TemporalConnection;
  namespace?: Described;
}

/** What a check has to go by. */
export interface Context {
  readonly env: NodeJS.ProcessEnv;
  /** Path of the merchants file; `undefined` where none is named. */
  readonly merchantsFile: string | undefined;
  /** The only merchant to look at. Default: all. */
  readonly mchid: string | undefined;
  /** How long one question may take, milliseconds. */
  readonly timeoutMs: number;
  readonly found: Found;
  /** Milliseconds since 1970, on the wall clock. */
  readonly now: () => number;
  /** What must be ended at the end of all. */
  readonly ends: (() => Promise<unknown>)[];
}

/** Findings as they come. */
export type Findings = Iterable<Finding> | AsyncIterable<Finding>;

/** Looks at one thing. What it throws is a finding too, so it need not catch. */
export type Check = (context: Context) => Findings;

/** Something that another check did not come by. */
export class NotFoundOutError extends Error {
  override readonly name = 'NotFoundOutError';

  constructor(readonly what: keyof Found) {
    super(what);
  }
}

/** What an earlier check found out. @throws NotFoundOutError where it did not: then this check is skipped */
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
