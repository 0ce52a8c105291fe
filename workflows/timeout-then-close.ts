import { CancelledFailure, makeContinueAsNewFunc, workflowInfo } from '@temporalio/workflow';
import { checkOrder } from '../domain/orders/check-order.js';
import { decide, goOn, open } from '../domain/orders/decide.js';
import { currentDetailsOf, detailsOf, visibleState } from '../domain/describe/order.js';
import { dueAt } from '../domain/orders/facts.js';
import type { Decision, OrderState, Outcome } from '../domain/orders/state.js';
import type { OrderInput } from '../domain/orders/order.js';
import { handOnTold } from './further-payment.js';
import { hearMessages } from './order-handlers.js';
import { performOrderStep } from './order-steps.js';
import { Owner } from './owner.js';
import { REFUSALS } from './messages.js';
import { good } from './refusals.js';
import { show } from './show.js';

/**
 * Owns an order from its creation to its one outcome: paid, or closed at WeChat Pay so that it can never be paid again.
 *
 * What happens is decided in `domain/`; here it is only done.
 *
 * @param soFar what an earlier run of this workflow knew, whose history had grown long
 * @throws ApplicationFailure of type `INVALID_ORDER` where the input has faults; all are listed
 */
export async function timeoutThenClose(input: OrderInput, soFar?: OrderState): Promise<Outcome> {
  const owner = new Owner(soFar === undefined ? begin(input) : goOn(soFar, Date.now()), {
    decide,
    perform: performOrderStep,
    isHeardOut: (step) => step.do === 'close',
    show: showOrder,
    releaseRequested: { type: 'releaseRequested' },
    continueAsNew: (state) => makeContinueAsNewFunc<typeof timeoutThenClose>({})(input, state),
  });
  hearMessages(owner);
  const outcome = await owner.untilFinished();
  await handOnTold(owner.state);
  return endWith(outcome);
}

function begin(input: OrderInput): Decision {
  const order = good(checkOrder(input, workflowInfo().startTime.getTime()), REFUSALS.invalidOrder);
  return open(order, Date.now());
}

function showOrder({ state, step }: Decision): void {
  show({
    identity: detailsOf(state.order),
    details: currentDetailsOf(state, step),
    visible: visibleState(state),
    reason: state.phase === 'needsAttention' ? state.reason : null,
    last: state.last,
    dueAt: dueAt(state),
  });
}

/** An order that is released ends as its workflow was asked to: cancelled. */
function endWith(outcome: Outcome): Outcome {
  if (outcome.ended === 'released') throw new CancelledFailure('the order is no longer watched, as a person asked');
  return outcome;
}
