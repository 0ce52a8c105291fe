import {
  CancelledFailure,
  log,
  makeContinueAsNewFunc,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { OrderActivities } from '../domain/calls.js';
import { descriptionOf } from '../domain/page/descriptions.js';
import { checkNowSummary, currentDetailsOf, detailsOf, stepSummary, visibleState } from '../domain/page/order.js';
import { resolveReply } from '../domain/page/resolved.js';
import { resume } from '../domain/flow.js';
import { decideOrder, openOrder, ORDER_FLOW } from '../domain/orders/decide.js';
import { dueAt, shownDeadline } from '../domain/orders/facts.js';
import { checkOrder } from '../domain/orders/input.js';
import { checkNotification } from '../domain/orders/notification.js';
import { CHECK_ANSWERED_WITHIN, type OrderInput, orderWorkflowId } from '../domain/orders/order.js';
import {
  checkCloseRequest,
  checkExtension,
  checkPlacementFailed,
  checkResolution,
  checkRetry,
} from '../domain/orders/requests.js';
import type { OrderDecision, OrderEvent, OrderState, Outcome, Step } from '../domain/orders/state.js';
import { roundUp, toRfc3339 } from '../domain/time.js';
import { LONG_PAST_IN_WORKFLOW } from '../domain/timing.js';
import { callOptions, executeOptions, query, write } from './calls.js';
import { forwardPayment, forwardUnclaimed } from './further-payment.js';
import {
  checkNow,
  closeNow,
  extend,
  orderState,
  paymentNotification,
  placedAgain,
  placementFailed,
  REFUSALS,
  resolve,
  retry,
  type ClosesAt,
  type OrderView,
} from './messages/orders.js';
import { newPage, type Page } from './page.js';
import {
  handleRetry,
  ignoreUnknownSignals,
  orRefuse,
  requireOpen,
  requireOwner,
  stateOfEarlierRun,
  validateNoInput,
  validateRequest,
} from './refuse.js';
import { tell } from './tell.js';
import { Runner, waitAtMost, waitUntil, type CallOf, type RunningFlow } from './runner.js';

const { closeOrder } = proxyActivities<Pick<OrderActivities, 'closeOrder'>>(callOptions('closeOrder'));

/**
 * Owns an order from its creation to its one outcome: paid, or closed at WeChat Pay so that it can never be paid again.
 *
 * `domain/` decides what happens; this file only does it.
 *
 * @param soFar the state that an earlier run handed over (continue-as-new); a start never has it
 * @throws ApplicationFailure of type `INVALID_ORDER` if the input has faults, all of which are listed, or if this
 *   workflow was started so that it cannot own the order: see {@link requireOwner}
 */
export function timeoutThenClose(input: OrderInput, soFar?: OrderState): Promise<Outcome> {
  const earlier = stateOfEarlierRun(soFar);
  const runner = new Runner(earlier === undefined ? begin(input) : resume(ORDER_FLOW, earlier, Date.now()), {
    decide: decideOrder,
    call,
    summaryOf: ({ state, step }) => stepSummary(state, 'until' in step ? step.until : undefined),
    mustAwaitResult: (step) => step.do === 'close',
    show: newPage(pageOf),
    tell: (news, { order: { ref, locale } }) => tell(news, ref.mchid, locale),
    continueAsNew: (state) => makeContinueAsNewFunc<typeof timeoutThenClose>({})(input, state),
  });
  handleMessages(runner);
  return runner.untilFinished(resultOf);
}

async function resultOf(outcome: Outcome, state: OrderState): Promise<Outcome> {
  await forwardUnclaimed(state);
  // A person asked Temporal to cancel the workflow, so it ends as cancelled.
  if (outcome.ended === 'released') throw new CancelledFailure('the order is no longer watched, as a person asked');
  return outcome;
}

function begin(input: OrderInput): OrderDecision {
  const order = orRefuse(
    checkOrder(input, workflowInfo().startTime.getTime(), LONG_PAST_IN_WORKFLOW),
    REFUSALS.invalidOrder,
  );
  requireOwner(orderWorkflowId(order.ref));
  return openOrder(order, Date.now());
}

/** Makes the call of a step, and returns the event that it ends with. */
function call(step: CallOf<Step>, state: OrderState): Promise<OrderEvent> {
  const { ref, timing } = state.order;
  return step.do === 'query' ? query(ref, stepSummary(state), state, timing) : close(step, state);
}

async function close(step: Extract<Step, { do: 'close' }>, state: OrderState): Promise<OrderEvent> {
  const { ref, floor, timing } = state.order;
  const askedAt = Date.now();
  const options = executeOptions('closeOrder', stepSummary(state), state, timing);
  const input = { order: ref, floor, allows: step.allows };
  const written = await write('closeOrder', step.isSuperseded, () => closeOrder.executeWithOptions(options, [input]));
  if ('failure' in written) return { type: 'closeFailed', failure: written.failure };
  return { type: 'closeAnswered', result: written.result, askedAt };
}

function pageOf({ state, step }: OrderDecision): Page {
  return {
    mchid: state.order.ref.mchid,
    identity: () => detailsOf(state.order),
    details: currentDetailsOf(state, step),
    visible: visibleState(state),
    reason: state.phase === 'needsAttention' ? state.reason : null,
    last: state.last,
    dueAt: shownDeadline(state),
  };
}

/** A signal reports a fact and is always accepted. An update is a request, and is refused if it cannot be met. */
function handleMessages(runner: RunningFlow<OrderState, Step, OrderEvent>): void {
  const view = (): OrderView => viewOf(runner.decision);
  const closesAt = (): ClosesAt => ({ closesAt: toRfc3339(roundUp(Math.max(dueAt(runner.state), Date.now()))) });
  const takesNoInput = (...input: readonly unknown[]): void => validateNoInput(runner.state, input);

  setHandler(orderState, view);

  setHandler(
    paymentNotification,
    (notification) => {
      const checked = checkNotification(notification);
      if (!checked.ok) return log.warn('a payment notification of the wrong form was ignored');
      if (runner.state.phase === 'ended') return forwardPayment(runner, runner.state, checked.value);
      return runner.apply({ type: 'paymentNotification', notification: checked.value });
    },
    { description: descriptionOf('paymentNotification') },
  );

  setHandler(
    closeNow,
    (request) => {
      runner.apply({ type: 'closeRequested', ...orRefuse(checkCloseRequest(request, runner.state)) });
      return closesAt();
    },
    {
      description: descriptionOf('closeNow'),
      validator: (request, ...more) =>
        validateRequest(runner.state, more, () => checkCloseRequest(request, runner.state)),
    },
  );

  setHandler(
    checkNow,
    async () => {
      runner.apply({ type: 'checkRequested' });
      const isAnswered = (): boolean => !['query', 'close'].includes(runner.decision.step.do);
      await waitAtMost(CHECK_ANSWERED_WITHIN, checkNowSummary(runner.state), isAnswered);
      return view();
    },
    { description: descriptionOf('checkNow'), validator: takesNoInput },
  );

  setHandler(
    extend,
    async (request) => {
      const askedAt = Date.now();
      const { payBefore } = orRefuse(checkExtension(request, runner.state, askedAt));
      runner.apply({ type: 'extended', payBefore });
      // During a close, the deadline moves only if nothing was sent.
      await waitUntil(() => runner.state.phase !== 'closing');
      if (runner.state.order.payBefore < payBefore) {
        requireOpen(runner.state);
        orRefuse(checkExtension(request, runner.state, askedAt));
      }
      return closesAt();
    },
    {
      description: descriptionOf('extend'),
      validator: (request, ...more) =>
        validateRequest(runner.state, more, () => checkExtension(request, runner.state, Date.now())),
    },
  );

  setHandler(
    placedAgain,
    () => {
      runner.apply({ type: 'placedAgain' });
      return closesAt();
    },
    { description: descriptionOf('placedAgain'), validator: takesNoInput },
  );

  setHandler(
    placementFailed,
    (request) => {
      runner.apply({ type: 'placementFailed', ...orRefuse(checkPlacementFailed(request, runner.state)) });
      return view();
    },
    {
      description: descriptionOf('placementFailed'),
      validator: (request, ...more) =>
        validateRequest(runner.state, more, () => checkPlacementFailed(request, runner.state)),
    },
  );

  handleRetry(retry, runner, checkRetry, view);

  setHandler(
    resolve,
    async (request) => {
      runner.apply({ type: 'resolveRequested', resolution: orRefuse(checkResolution(request, runner.state)) });
      await waitUntil(() => runner.state.resolution === null || runner.state.phase === 'ended');
      return resolveReply(runner.state, request.as);
    },
    {
      description: descriptionOf('resolve'),
      validator: (request, ...more) =>
        validateRequest(runner.state, more, () => checkResolution(request, runner.state)),
    },
  );

  ignoreUnknownSignals();
}

function viewOf({ state, step }: OrderDecision): OrderView {
  return {
    order: state.order.ref,
    phase: state.phase,
    visible: visibleState(state) ?? null,
    closesAt: toRfc3339(roundUp(dueAt(state))),
    until: 'until' in step ? toRfc3339(step.until) : null,
    paidClaimed: state.paidClaimed,
    tradeState: state.verified?.tradeState ?? null,
    askedAt: state.verified === null ? null : toRfc3339(state.verified.askedAt),
    last: state.last,
    outcome: state.phase === 'ended' ? state.outcome : null,
  };
}
