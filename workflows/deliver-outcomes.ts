import {
  ActivityCancellationType,
  ActivityFailure,
  CancelledFailure,
  isCancellation,
  log,
  makeContinueAsNewFunc,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { resume } from '../domain/flow.js';
import { decideDelivery, DELIVERY_FLOW, openDelivery } from '../domain/outcome/decide.js';
import { checkDeliveryInput, checkDeliveryRetry, checkGiveUp, checkUndelivered } from '../domain/outcome/input.js';
import {
  outcomeWorkflowId,
  type DeliveryDecision,
  type DeliveryEvent,
  type DeliveryInput,
  type DeliveryOutcome,
  type DeliverResult,
  type DeliveryState,
  type DeliveryStep,
  type Undelivered,
  type OutcomeActivities,
} from '../domain/outcome/state.js';
import { descriptionOf } from '../domain/page/descriptions.js';
import {
  deliveryCurrentDetailsOf,
  deliveryStepSummary,
  deliverySummaryOf,
  visibleDeliveryState,
} from '../domain/page/outcome.js';
import { toRfc3339 } from '../domain/time.js';
import { REFUSALS } from './messages/orders.js';
import {
  deliveryPriority,
  deliveryState,
  giveUp,
  outcomeEvent,
  outcomesTaskQueue,
  retryDelivery,
  type DeliveryView,
} from './messages/outcome.js';
import { newPage, type Page } from './page.js';
import {
  handleRetry,
  ignoreUnknownSignals,
  orRefuse,
  requireOwner,
  stateOfEarlierRun,
  validateRequest,
} from './refuse.js';
import { Runner, type RunningFlow } from './runner.js';
import { tellingOptions } from './tell.js';

/** A try that a person stops is awaited: the checkout may have taken its events. */
const { deliverOutcomes: post } = proxyActivities<Pick<OutcomeActivities, 'deliverOutcomes'>>({
  ...tellingOptions('deliverOutcomes'),
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
});

/**
 * Delivers what a checkout did not take at once: in order, with pauses that grow, until everything is taken or a person
 * gives up by name.
 *
 * `domain/` decides what happens; this file only does it.
 *
 * @param soFar the state that an earlier run handed over (continue-as-new); a start never has it
 * @throws ApplicationFailure of type `INVALID_ORDER` if the input has faults, all of which are listed, or if this
 *   workflow was started so that it cannot own the delivery: see {@link requireOwner}
 */
export function deliverOutcomes(input: DeliveryInput, soFar?: DeliveryState): Promise<DeliveryOutcome> {
  const earlier = stateOfEarlierRun(soFar);
  const runner = new Runner(earlier === undefined ? begin(input) : resume(DELIVERY_FLOW, earlier, Date.now()), {
    decide: decideDelivery,
    call: (_deliver, state): Promise<DeliveryEvent> => deliver(state),
    summaryOf: ({ state }) => deliveryStepSummary(state),
    mustAwaitResult: () => false,
    show: newPage(pageOf),
    continueAsNew: (state) => makeContinueAsNewFunc<typeof deliverOutcomes>({})(input, state),
  });
  handleMessages(runner);
  return runner.untilFinished(resultOf);
}

function resultOf(outcome: DeliveryOutcome): DeliveryOutcome {
  // A person asked Temporal to cancel the workflow, so it ends as cancelled.
  if (outcome.ended !== 'released') return outcome;
  throw new CancelledFailure('the delivery was stopped, as a person asked');
}

function begin(input: DeliveryInput): DeliveryDecision {
  const checked = orRefuse(checkDeliveryInput(input), REFUSALS.invalidOrder);
  requireOwner(outcomeWorkflowId(checked.workflowId));
  return openDelivery(checked, Date.now());
}

async function deliver(state: DeliveryState): Promise<DeliveryEvent> {
  const { mchid } = state.input;
  const { events } = state;
  const taskQueue = outcomesTaskQueue(workflowInfo().taskQueue);
  const options = { taskQueue, summary: deliveryStepSummary(state), priority: deliveryPriority(mchid) };
  const result = await post
    .executeWithOptions(options, [{ mchid, events }])
    .catch((error: unknown) => lost(events, error));
  return { type: 'delivered', result, given: events };
}

/** Every failure of a try is retried, so one that is seen here was ended by hand, or lost after a person asked to stop. */
function lost(events: readonly Undelivered[], error: unknown): DeliverResult {
  if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
  return { left: events, failure: { said: 'LOCAL_LOST', host: null, isGone: false } };
}

function pageOf({ state, step }: DeliveryDecision): Page {
  return {
    mchid: state.input.mchid,
    identity: () => deliverySummaryOf(state.input),
    details: deliveryCurrentDetailsOf(state, step),
    visible: visibleDeliveryState(state),
    reason: state.phase === 'needsAttention' ? state.reason : null,
    last: null,
    dueAt: null,
  };
}

function handleMessages(runner: RunningFlow<DeliveryState, DeliveryStep, DeliveryEvent>): void {
  const view = (): DeliveryView => viewOf(runner.decision);

  setHandler(deliveryState, view);

  handleRetry(retryDelivery, runner, checkDeliveryRetry, view, descriptionOf('retryDelivery'));

  setHandler(
    giveUp,
    (request) => {
      runner.apply({ type: 'gaveUp', ...orRefuse(checkGiveUp(request, runner.state)) });
      return view();
    },
    {
      description: descriptionOf('giveUp'),
      validator: (request, ...more) => validateRequest(runner.state, more, () => checkGiveUp(request, runner.state)),
    },
  );

  // After the updates: who gives up as a run begins does not know of an event that comes with that.
  setHandler(
    outcomeEvent,
    (added) => {
      const checked = checkUndelivered(added, runner.state);
      if (checked.ok) runner.apply({ type: 'eventAdded', added: checked.value });
      else log.warn('an event of the wrong form was ignored');
    },
    { description: descriptionOf('outcomeEvent') },
  );

  ignoreUnknownSignals();
}

function viewOf({ state, step }: DeliveryDecision): DeliveryView {
  return {
    workflowId: state.input.workflowId,
    phase: state.phase,
    visible: visibleDeliveryState(state) ?? null,
    reason: state.phase === 'needsAttention' ? state.reason : null,
    until: 'until' in step ? toRfc3339(step.until) : null,
    events: state.events,
    last: state.last,
    outcome: state.phase === 'ended' ? state.outcome : null,
  };
}
