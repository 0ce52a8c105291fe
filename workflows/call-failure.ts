import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import type { FailureDetails } from '../domain/activities.js';
import type { CallFailure } from '../domain/order-state.js';

const NOTHING_KNOWN: CallFailure = {
  code: 'LOCAL_NO_ANSWER',
  kind: 'unknown',
  requestId: null,
  mayHaveTakenEffect: true,
};

/** What a failed activity says of the call. An attempt that was lost with its worker says nothing. */
export function toCallFailure(error: unknown): CallFailure {
  if (!(error instanceof ActivityFailure)) throw error;
  const { cause } = error;
  if (!(cause instanceof ApplicationFailure)) return NOTHING_KNOWN;
  const details = cause.details?.[0] as FailureDetails | undefined;
  return {
    code: cause.type ?? NOTHING_KNOWN.code,
    kind: details?.kind ?? NOTHING_KNOWN.kind,
    requestId: details?.requestId ?? null,
    mayHaveTakenEffect: details?.mayHaveTakenEffect ?? true,
  };
}
