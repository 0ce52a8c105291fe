import { CancelledFailure, makeContinueAsNewFunc } from '@temporalio/workflow';
import { lateCurrentDetailsOf, lateSummaryOf, visibleLateState } from '../domain/describe/late.js';
import { checkLateInput } from '../domain/late/check-late.js';
import { decideLate, lateStepOf, openLate } from '../domain/late/decide.js';
import { transactionIdsOf } from '../domain/late/facts.js';
import type { LateDecision, LateState } from '../domain/late/state.js';
import { hearLateMessages } from './late-handlers.js';
import type { LatePaymentInput, LateResult } from './late-messages.js';
import { performLateStep } from './late-steps.js';
import { REFUSALS } from './messages.js';
import { Owner } from './owner.js';
import { good } from './refusals.js';
import { show } from './show.js';

/**
 * Owns a payment that its order did not end with, told by a verified notification as a rule: until it is known, or refunded, or a person
 * has recorded what was done about it.
 *
 * What happens is decided in `domain/`; here it is only done.
 *
 * @param soFar what an earlier run of this workflow knew, whose history had grown long
 * @throws ApplicationFailure of type `INVALID_ORDER` where the input has faults; all are listed
 */
export async function latePayment(input: LatePaymentInput, soFar?: LateState): Promise<LateResult> {
  const owner = new Owner(soFar === undefined ? begin(input) : resume(soFar), {
    decide: decideLate,
    perform: performLateStep,
    isHeardOut: () => false,
    show: showLatePayment,
    releaseRequested: { type: 'releaseRequested' },
    continueAsNew: (state) => makeContinueAsNewFunc<typeof latePayment>({})(input, state),
  });
  hearLateMessages(owner);
  const outcome = await owner.untilFinished();
  // It ends as its workflow was asked to: cancelled.
  if (outcome.ended === 'released')
    throw new CancelledFailure('the late payment is no longer watched, as a person asked');
  return { ...outcome, transactionIds: transactionIdsOf(owner.state) };
}

function begin(input: LatePaymentInput): LateDecision {
  const { order, ended, notification } = good(checkLateInput(input), REFUSALS.invalidOrder);
  return openLate(order, ended, notification, Date.now());
}

function resume(state: LateState): LateDecision {
  return { state, step: lateStepOf(state) };
}

function showLatePayment({ state, step }: LateDecision): void {
  const { order, ended, told } = state;
  show({
    identity: lateSummaryOf({ ...order, order: order.ref, ended, notification: told[0] }),
    details: lateCurrentDetailsOf(state, step),
    visible: visibleLateState(state),
    reason: state.phase === 'needsAttention' ? state.reason : null,
    last: state.last,
    dueAt: null,
  });
}
