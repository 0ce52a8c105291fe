import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/common';
import type { FailureDetails } from '../domain/activities.js';
import type { CallFailure } from '../domain/orders/state.js';

const NOTHING_KNOWN: CallFailure = {
  code: 'LOCAL_NO_ANSWER',
  kind: 'unknown',
  requestId: null,
  mayHaveTakenEffect: true,
};

/** No worker took the call in the time that it had. */
const NOT_TAKEN: CallFailure = { ...NOTHING_KNOWN, code: 'LOCAL_NOT_TAKEN', mayHaveTakenEffect: false };

/**
 * What a failed activity says of the call. An attempt that was lost with its worker says nothing, and neither does a
 * call that was cancelled between two attempts.
 *
 * @param isSentOnce whether no attempt can have come before the one that no worker took
 */
export function toCallFailure(error: unknown, isSentOnce = false): CallFailure {
  if (!(error instanceof ActivityFailure)) throw error;
  const { cause } = error;
  if (cause instanceof TimeoutFailure && cause.timeoutType === 'SCHEDULE_TO_START') {
    return isSentOnce ? NOT_TAKEN : { ...NOT_TAKEN, mayHaveTakenEffect: true };
  }
  if (!(cause instanceof ApplicationFailure)) return NOTHING_KNOWN;
  const details = cause.details?.[0] as FailureDetails | undefined;
  return {
    code: cause.type ?? NOTHING_KNOWN.code,
    kind: details?.kind ?? NOTHING_KNOWN.kind,
    requestId: details?.requestId ?? null,
    mayHaveTakenEffect: details?.mayHaveTakenEffect ?? true,
  };
}
