import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { type Call, isWrite } from '../domain/call-policies.js';
import { ERROR_KINDS, type ErrorKind, errorRow } from '../domain/errors/table.js';
import { type Failed, ownFailure, type Result, type WechatPayFailure } from '../wechatpay/failure.js';
import type { Merchant, MerchantDirectory } from '../wechatpay/merchant.js';
import type { Announced, CallFailure, FailureDetails, MerchantFacts } from '../domain/calls.js';
import type { Milliseconds } from '../domain/time.js';
import { PAUSES } from '../domain/waiting.js';
import { announcedBefore, type AnnounceResult } from './attempt.js';

/** What a call failed with: what the wire returned, or a fault of our own and the lines of its stack. */
type Failure = WechatPayFailure & { readonly frames?: string };

/** The merchant of an order. @throws ApplicationFailure if this worker does not know it; another one may */
export function merchantOf(merchants: MerchantDirectory, call: Call, mchid: string): Merchant {
  const merchant = merchants.find(mchid);
  if (merchant !== undefined) return merchant;
  const what = `merchant ${mchid} is not in this worker's merchants file`;
  return orThrow(call, ownFailure(call, 'LOCAL_UNKNOWN_MERCHANT', what));
}

/** @throws ApplicationFailure unless the workflow of that type and id called this attempt: no other may write */
export function demandCaller(call: Call, workflowType: string, workflowId: string): void {
  const info = activityInfo();
  if (info.workflowType === workflowType && info.workflowExecution?.workflowId === workflowId) return;
  orThrow(call, ownFailure(call, 'LOCAL_NOT_ITS_WORKFLOW', `only ${workflowType} ${workflowId} may call this`));
}

/** What the flow of an order must know of its merchant. */
export function merchantFacts({ timeZone, outcomes = [] }: Merchant): MerchantFacts {
  return { ...(timeZone !== undefined && { timeZone }), ...(outcomes.length === 0 && { hasWebhook: false }) };
}

/** Wraps an activity so that a fault of our own fails it like a call that went wrong. */
export function failingSafely<Input, Output>(
  call: Call,
  activity: (input: Input) => Promise<Output>,
): (input: Input) => Promise<Output> {
  return (input) => activity(input).catch((error: unknown) => orThrow(call, faultOf(call, error)));
}

/**
 * What a call brought.
 *
 * @param activity a write's failure also says what the attempts before this one have announced
 * @throws ApplicationFailure if the call failed
 */
export function orThrow<T>(activity: Call, result: Result<T, Failure>): T {
  if (result.ok) return result.value;
  throw isWrite(activity) ? writeFailure(result.failure, announcedBefore()) : applicationFailure(result.failure);
}

/**
 * The failure of an attempt of a guarded write.
 *
 * @param announced what is known to have been sent, by this attempt or those before it
 * @param result how Temporal answered that announcement: a superseded write is not tried again
 */
export function writeFailure(
  failure: Failure,
  announced: Announced | null,
  result: AnnounceResult = 'go',
): ApplicationFailure {
  return applicationFailure(failure, { announced }, result === 'superseded');
}

/** What went wrong with a call, as a part of a result. */
export function callFailureOf({ call, code, kind, requestId }: WechatPayFailure): CallFailure {
  return { call, code, kind, requestId };
}

/**
 * A fault of our own as the failure of a call. Only the error's class and the lines of its stack are kept: its message
 * could hold anything.
 *
 * @throws ApplicationFailure as it is: it was made here
 */
export function faultOf(call: Call, error: unknown): Failed<Failure> {
  if (error instanceof ApplicationFailure) throw error;
  const name = error instanceof Error ? error.name : typeof error;
  const { failure } = ownFailure(call, 'LOCAL_UNEXPECTED', `unexpected ${name}; this is a fault of the worker`);
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  return { ok: false, failure: { ...failure, frames: frames.join('\n') } };
}

/** Makes every error that leaves an activity: an `ApplicationFailure` with nothing secret in it. */
function applicationFailure(
  { call, code, rawCode, kind, what, requestId, status, frames }: Failure,
  extra: Pick<FailureDetails, 'announced'> = {},
  isFinal = false,
): ApplicationFailure {
  const raw = rawCode === undefined ? {} : { rawCode };
  const details: FailureDetails = { call, kind, ...raw, requestId, status, ...extra };
  const failure = ApplicationFailure.create({
    type: code,
    message: frames === undefined ? `${call}: ${code}: ${what}` : what,
    nonRetryable: isFinal || !isRetried(call, code, kind),
    ...(ERROR_KINDS[kind].benign ? { category: ApplicationFailureCategory.BENIGN } : {}),
    details: [details],
    ...(kind === 'slowDown' ? { nextRetryDelay: jittered(PAUSES.tooOften.first) } : {}),
  });
  if (frames !== undefined) failure.stack = `${failure.name}: ${failure.message}\n${frames}`;
  return failure;
}

/** Whether Temporal retries the call. */
function isRetried(call: Call, code: string, kind: ErrorKind): boolean {
  // Once a write is handed to a socket, a fault is a result. So a write that fails here without an answer was not sent.
  const isUnsent = isWrite(call) && code === 'LOCAL_NO_ANSWER';
  return kind === 'retry' || kind === 'slowDown' || isUnsent || errorRow(call, code)?.retriedFirst === true;
}

/** Between one and two times the delay, so that the workers of a flash sale do not come back together. */
function jittered(delay: Milliseconds): Milliseconds {
  return Math.round(delay * (1 + Math.random()));
}
