import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import type { FailureDetails } from '../domain/activities.js';
import { ERROR_KINDS } from '../domain/errors/kinds.js';
import { errorRow } from '../domain/errors/table.js';
import { PAUSES } from '../domain/timing.js';
import type { Milliseconds } from '../domain/time.js';
import { WechatPayFailure, type FailureFacts } from '../wechatpay/failure.js';
import { isFirstAttempt } from './attempt.js';

/**
 * Every error that leaves an activity is made here: an `ApplicationFailure` with nothing secret in it.
 *
 * @param isFirst whether no attempt was made before
 */
export function toApplicationFailure(error: unknown, isFirst = true): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  if (error instanceof WechatPayFailure) return ofWechatPay(error.facts, isFirst);
  return unexpected(error);
}

function ofWechatPay(facts: FailureFacts, isFirst: boolean): ApplicationFailure {
  const { call, code, rawCode, kind, what, requestId, status, mayHaveTakenEffect } = facts;
  const raw = rawCode === undefined ? {} : { rawCode };
  const details: FailureDetails = {
    kind,
    ...raw,
    requestId,
    status,
    // The flag is of this attempt; one before it may have taken effect in any case.
    mayHaveTakenEffect: mayHaveTakenEffect || !isFirst,
  };
  return ApplicationFailure.create({
    type: code,
    message: `${call}: ${code}: ${what}`,
    nonRetryable: !isRetried(facts),
    ...(ERROR_KINDS[kind].benign ? { category: ApplicationFailureCategory.BENIGN } : {}),
    details: [details],
    ...(kind === 'slowDown' ? { nextRetryDelay: jittered(PAUSES.tooOften.first) } : {}),
  });
}

/** An activity whose errors are all made here. */
export function guarded<Input, Result>(activity: (input: Input) => Promise<Result>): (input: Input) => Promise<Result> {
  return async (input) => {
    try {
      return await activity(input);
    } catch (error) {
      throw toApplicationFailure(error, isFirstAttempt());
    }
  };
}

/** What Temporal tries again by itself. On a write, too many requests are a result and never come here. */
function isRetried({ call, code, kind }: FailureFacts): boolean {
  return kind === 'retry' || kind === 'slowDown' || errorRow(call, code)?.retriedFirst === true;
}

/** Between one and two times the delay, so that the workers of a flash sale do not come back together. */
function jittered(delay: Milliseconds): Milliseconds {
  return Math.round(delay * (1 + Math.random()));
}

/**
 * A fault of our own. Only the error's class and the lines of its stack are kept: its message could hold anything.
 */
function unexpected(error: unknown): ApplicationFailure {
  const name = error instanceof Error ? error.name : typeof error;
  const details: FailureDetails = { kind: 'unknown', requestId: null, status: null, mayHaveTakenEffect: true };
  const failure = ApplicationFailure.create({
    type: 'LOCAL_UNEXPECTED',
    message: `unexpected ${name}; this is a fault of the worker`,
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
