import { CancelledFailure, makeContinueAsNewFunc, workflowInfo } from '@temporalio/workflow';
import { checkServiceOrder, type ServiceOrderInput } from '../domain/payscore/check.js';
import { decideServiceOrder, openServiceOrder, serviceStepOf } from '../domain/payscore/decide.js';
import { serviceCurrentDetailsOf, serviceDetailsOf, visibleServiceState } from '../domain/describe/service-order.js';
import { shownDueAt } from '../domain/payscore/requests.js';
import type { ServiceDecision, ServiceOrderState, ServiceOutcome } from '../domain/payscore/state.js';
import { Owner } from './owner.js';
import { REFUSALS } from './messages.js';
import { good } from './refusals.js';
import { hearServiceMessages } from './service-handlers.js';
import { performServiceStep } from './service-steps.js';
import { show } from './show.js';

/**
 * Owns a PayScore service order until it is cancelled, or it is certain that it is not to be.
 *
 * What happens is decided in `domain/`; here it is only done.
 *
 * @param soFar what an earlier run of this workflow knew, whose history had grown long
 * @throws ApplicationFailure of type `INVALID_ORDER` where the input has faults; all are listed
 */
export async function cancelPayscore(input: ServiceOrderInput, soFar?: ServiceOrderState): Promise<ServiceOutcome> {
  const owner = new Owner(soFar === undefined ? begin(input) : resume(soFar), {
    decide: decideServiceOrder,
    perform: performServiceStep,
    isHeardOut: (step) => step.do === 'cancel',
    show: showServiceOrder,
    releaseRequested: { type: 'releaseRequested' },
    continueAsNew: (state) => makeContinueAsNewFunc<typeof cancelPayscore>({})(input, state),
  });
  hearServiceMessages(owner);
  return endWith(await owner.untilFinished());
}

function begin(input: ServiceOrderInput): ServiceDecision {
  const start = good(checkServiceOrder(input, workflowInfo().startTime.getTime()), REFUSALS.invalidOrder);
  return openServiceOrder(start, Date.now());
}

function resume(state: ServiceOrderState): ServiceDecision {
  return { state, step: serviceStepOf(state, Date.now()) };
}

function showServiceOrder({ state, step }: ServiceDecision): void {
  const { order, requests, locale } = state;
  show({
    identity: serviceDetailsOf({ order, request: requests[0] ?? null, locale }),
    details: serviceCurrentDetailsOf(state, step),
    visible: visibleServiceState(state),
    reason: state.phase === 'needsAttention' ? state.reason : null,
    last: state.last,
    dueAt: shownDueAt(state, Date.now()),
  });
}

/** A service order that is released ends as its workflow was asked to: cancelled. */
function endWith(outcome: ServiceOutcome): ServiceOutcome {
  if (outcome.ended !== 'released') return outcome;
  throw new CancelledFailure('the service order is no longer watched, as a person asked');
}
