import {
  ActivityCancellationType,
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  isCancellation,
  log,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  sleep,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { CALL_POLICIES, type OrderActivities } from '../domain/activities.js';
import { checkOrder } from '../domain/check-order.js';
import { checkCloseRequest } from '../domain/check-requests.js';
import { checkNotice } from '../domain/check-notice.js';
import { describeFaults, type Fault } from '../domain/check.js';
import { decide, open } from '../domain/decide.js';
import { currentDetailsOf, stepSummary, visibleState } from '../domain/describe.js';
import { dueAt } from '../domain/order-facts.js';
import type { Decision, OrderEvent, Outcome, Step } from '../domain/order-state.js';
import type { Order, OrderInput } from '../domain/order.js';
import { toRfc3339, type Instant } from '../domain/time.js';
import { CLOSE_FRESHNESS } from '../domain/timing.js';
import { toCallFailure } from './call-failure.js';
import { closeNow, orderState, paymentNotice, stateAttribute, type OrderView } from './messages.js';

const { queryOrder } = proxyActivities<Pick<OrderActivities, 'queryOrder'>>({
  ...CALL_POLICIES.queryOrder,
  cancellationType: ActivityCancellationType.TRY_CANCEL,
});

const { closeOrder } = proxyActivities<Pick<OrderActivities, 'closeOrder'>>({
  ...CALL_POLICIES.closeOrder,
  // A close that is under way is heard out; only what is left of its retries is cancelled.
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
});

/**
 * Owns an order from its creation to its one outcome: paid, or closed at WeChat Pay so that it can never be paid again.
 *
 * What happens is decided in `domain/`; here it is only done.
 *
 * @throws ApplicationFailure of type `INVALID_ORDER` where the input has faults; all are listed
 */
export async function timeoutThenClose(input: OrderInput): Promise<Outcome> {
  let current = open(checked(input), Date.now());
  let running: { readonly step: Step; readonly scope: CancellationScope } | undefined;

  const apply = (event: OrderEvent): void => {
    current = decide(current.state, event, Date.now());
    show(current);
    if (running !== undefined && !sameStep(running.step, current.step)) running.scope.cancel();
  };

  setHandler(orderState, () => viewOf(current));
  setHandler(
    paymentNotice,
    (notice) => {
      const checked = checkNotice(notice);
      if (checked.ok) apply({ type: 'paymentNotice', notice: checked.value });
      else log.warn('a notice that has not the form of one was not heard');
    },
    { description: 'A verified notice of WeChat Pay: the order was paid.' },
  );
  setHandler(
    closeNow,
    (request) => {
      apply({ type: 'closeRequested', ...request });
      return { closesAt: toRfc3339(Math.max(dueAt(current.state), Date.now())) };
    },
    {
      description: 'Close the order at the first allowed instant, without waiting for its deadline.',
      validator: (request) => {
        const { state } = current;
        if (state.phase === 'ended') throw refused('ALREADY_ENDED', `the order has ended: ${state.outcome.ended}`, []);
        const result = checkCloseRequest(request, state.order);
        if (!result.ok) throw refused('INVALID_REQUEST', describeFaults(result.faults), result.faults);
      },
    },
  );

  // A person may stop the watching at any time. What is in flight is heard out, and what is decided stays decided: so
  // nothing below is cancelled but by this order's own events.
  void CancellationScope.current().cancelRequested.catch(() => apply({ type: 'releaseRequested' }));

  show(current);
  return CancellationScope.nonCancellable(async () => {
    while (current.step.do !== 'finish') {
      const scope = new CancellationScope();
      running = { step: current.step, scope };
      const event = await scope.run(() => perform(current)).catch(ignoreCancellation);
      running = undefined;
      if (event !== undefined) apply(event);
    }
    await condition(allHandlersFinished);
    return endWith(current.step.outcome);
  });
}

/** An order that is released ends as its workflow was asked to: cancelled. */
function endWith(outcome: Outcome): Outcome {
  if (outcome.ended === 'released') throw new CancelledFailure('the order is no longer watched, as a person asked');
  return outcome;
}

function checked(input: OrderInput): Order {
  const result = checkOrder(input, workflowInfo().startTime.getTime());
  if (result.ok) return result.value;
  throw refused('INVALID_ORDER', `the order cannot be watched: ${describeFaults(result.faults)}`, result.faults);
}

function refused(type: string, message: string, faults: readonly Fault[]): ApplicationFailure {
  return ApplicationFailure.create({ type, message, nonRetryable: true, details: [faults] });
}

/** Does one step, and says what came of it. */
async function perform({ state, step }: Decision): Promise<OrderEvent | undefined> {
  const { order } = state;
  switch (step.do) {
    case 'wait':
    case 'askPerson':
      await sleep(Math.max(step.until - Date.now(), 1), { summary: stepSummary(state, step.until) });
      return { type: 'timerFired' };
    case 'query':
      return queryOrder.executeWithOptions({ summary: stepSummary(state) }, [{ order: order.ref }]).then(
        (answer): OrderEvent => ({ type: 'queryAnswered', answer }),
        (error: unknown): OrderEvent => ({ type: 'queryFailed', failure: failureOf(error) }),
      );
    case 'close':
      return closeOrder
        .executeWithOptions({ summary: stepSummary(state), scheduleToCloseTimeout: closeWithin(step.queriedAt) }, [
          { order: order.ref, floor: order.floor, queriedAt: step.queriedAt },
        ])
        .then(
          (answer): OrderEvent => ({ type: 'closeAnswered', answer }),
          (error: unknown): OrderEvent => ({ type: 'closeFailed', failure: failureOf(error) }),
        );
    case 'finish':
      return undefined;
  }
}

/**
 * A close is begun, and begun again, only while the query that allowed it is fresh. One that is under way then has its
 * time to be answered: what it says must not be lost.
 */
function closeWithin(queriedAt: Instant): number {
  const { startToCloseTimeout } = CALL_POLICIES.closeOrder;
  return Math.max(queriedAt + CLOSE_FRESHNESS - Date.now(), 0) + startToCloseTimeout;
}

function failureOf(error: unknown): ReturnType<typeof toCallFailure> {
  if (isCancellation(error)) throw error;
  return toCallFailure(error);
}

/** A step that another event overtook has no result of its own. */
function ignoreCancellation(error: unknown): undefined {
  if (!isCancellation(error)) throw error;
  return undefined;
}

function sameStep(one: Step, other: Step): boolean {
  return one.do === other.do && ('until' in one ? 'until' in other && one.until === other.until : true);
}

/** Keeps what people see in step with the order. Only a change of the visible state costs an event. */
function show({ state, step }: Decision): void {
  setCurrentDetails(currentDetailsOf(state, step));
  const visible = visibleState(state);
  const shown = workflowInfo().typedSearchAttributes.get(stateAttribute);
  if (visible === undefined || visible === shown) return;
  upsertSearchAttributes([{ key: stateAttribute, value: visible }]);
  log.info('the order changed state', {
    state: visible,
    said: state.last?.said ?? null,
    requestId: state.last?.requestId ?? null,
  });
}

function viewOf({ state, step }: Decision): OrderView {
  return {
    order: state.order.ref,
    phase: state.phase,
    visible: visibleState(state) ?? null,
    closesAt: toRfc3339(dueAt(state)),
    until: 'until' in step ? toRfc3339(step.until) : null,
    paidClaimed: state.paidClaimed,
    last: state.last,
  };
}
