import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { type Call, ERROR_KINDS, type ErrorKind, errorRow, isWrite } from '../domain/errors/table.js';
import { ownFailure, WechatPayFailure } from '../wechatpay/failure.js';
import type { Merchant, MerchantDirectory } from '../wechatpay/merchant.js';
import type { Announced, CallFailure, FailureDetails } from '../domain/calls.js';
import type { Milliseconds } from '../domain/time.js';
import { PAUSES } from '../domain/waiting.js';
import { announcedBefore, type AnnounceResult } from './attempt.js';

/** @throws WechatPayFailure if this worker does not know the merchant; another one may */
export function merchantOf(merchants: MerchantDirectory, call: Call, mchid: string): Merchant {
  const merchant = merchants.find(mchid);
  if (merchant !== undefined) return merchant;
  throw ownFailure(call, 'LOCAL_UNKNOWN_MERCHANT', `merchant ${mchid} is not in this worker's merchants file`, {
    status: null,
    requestId: null,
    mayHaveTakenEffect: false,
  });
}

/** The merchant's time zone, for what people read of its orders. */
export function timeZoneOf({ timeZone }: Merchant): { timeZone?: string } {
  return timeZone === undefined ? {} : { timeZone };
}

/** Wraps an activity so that all its errors are made here. Those of a write say what it is known to have sent. */
export function failingSafely<Input, Result>(
  call: Call,
  activity: (input: Input) => Promise<Result>,
): (input: Input) => Promise<Result> {
  return async (input) => {
    try {
      return await activity(input);
    } catch (error) {
      throw isWrite(call) ? writeFailure(call, error, announcedBefore()) : applicationFailure(error, call);
    }
  };
}

/**
 * The failure of an attempt of a guarded write.
 *
 * @param announced what is known to have been sent, by this attempt or those before it
 * @param result how Temporal answered that announcement: a superseded write is not tried again
 */
export function writeFailure(
  call: Call,
  error: unknown,
  announced: Announced | null,
  result: AnnounceResult = 'go',
): ApplicationFailure {
  return applicationFailure(error, call, { announced }, result === 'superseded');
}

/** What went wrong with a call, as a part of a result. */
export function callFailureOf(error: unknown, call: Call): CallFailure {
  if (!(error instanceof WechatPayFailure)) return { call, code: 'LOCAL_UNEXPECTED', kind: 'unknown', requestId: null };
  const { code, kind, requestId } = error.facts;
  return { call: error.facts.call, code, kind, requestId };
}

/** Makes every error that leaves an activity: an `ApplicationFailure` with nothing secret in it. */
function applicationFailure(
  error: unknown,
  call: Call,
  extra: Pick<FailureDetails, 'announced'> = {},
  isFinal = false,
): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  if (!(error instanceof WechatPayFailure)) return unexpected(error, call, extra);
  const { code, rawCode, kind, what, requestId, status } = error.facts;
  const raw = rawCode === undefined ? {} : { rawCode };
  const details: FailureDetails = { call: error.facts.call, kind, ...raw, requestId, status, ...extra };
  return ApplicationFailure.create({
    type: code,
    message: `${error.facts.call}: ${code}: ${what}`,
    nonRetryable: isFinal || !isRetried(error.facts.call, code, kind),
    ...(ERROR_KINDS[kind].benign ? { category: ApplicationFailureCategory.BENIGN } : {}),
    details: [details],
    ...(kind === 'slowDown' ? { nextRetryDelay: jittered(PAUSES.tooOften.first) } : {}),
  });
}

/** Whether Temporal retries the call. */
function isRetried(call: Call, code: string, kind: ErrorKind): boolean {
  // A write fails without an answer only before it is handed to a socket: nothing was sent.
  const isUnsent = isWrite(call) && code === 'LOCAL_NO_ANSWER';
  return kind === 'retry' || kind === 'slowDown' || isUnsent || errorRow(call, code)?.retriedFirst === true;
}

/** Between one and two times the delay, so that the workers of a flash sale do not come back together. */
function jittered(delay: Milliseconds): Milliseconds {
  return Math.round(delay * (1 + Math.random()));
}

/**
 * A fault of our own. Only the error's class and the lines of its stack are kept: its message could hold anything.
 */
function unexpected(error: unknown, call: Call, extra: Pick<FailureDetails, 'announced'>): ApplicationFailure {
  const name = error instanceof Error ? error.name : typeof error;
  const details: FailureDetails = { call, kind: 'unknown', requestId: null, status: null, ...extra };
  const failure = ApplicationFailure.create({
    type: 'LOCAL_UNEXPECTED',
    message: `unexpected ${name}; this is a fault of the worker`,
    nonRetryable: true,
    details: [details],
  });
  failure.stack = `${failure.name}: ${failure.message}\n${framesOf(error)}`;
  return failure;
}

function framesOf(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');
}
