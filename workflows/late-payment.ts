import { CancelledFailure, log, makeContinueAsNewFunc, setHandler } from '@temporalio/workflow';
import { descriptionOf } from '../domain/page/descriptions.js';
import { lateCurrentDetailsOf, lateStepSummary, lateSummaryOf, visibleLateState } from '../domain/page/late.js';
import { resume } from '../domain/flow.js';
import { decideLate, LATE_FLOW, openLate } from '../domain/late/decide.js';
import { transactionIdsOf } from '../domain/late/facts.js';
import { checkLateInput, checkLateRetry, checkRecord } from '../domain/late/input.js';
import type { LateDecision, LateEvent, LateOutcome, LateState, LateStep } from '../domain/late/state.js';
import { notificationIsOurs } from '../domain/orders/facts.js';
import { checkNotification } from '../domain/orders/notification.js';
import { lateWorkflowId } from '../domain/late/state.js';
import { toRfc3339 } from '../domain/time.js';
import { query } from './calls.js';
import {
  lateState,
  record,
  retryLate,
  type LatePaymentInput,
  type LateResult,
  type LateView,
} from './messages/late.js';
import { paymentNotification, REFUSALS } from './messages/orders.js';
import { newPage, type Page } from './page.js';
import {
  handleRetry,
  ignoreUnknownSignals,
  orRefuse,
  requireOwner,
  stateOfEarlierRun,
  validateRequest,
} from './refuse.js';
import { tell } from './tell.js';
import { Runner, type RunningFlow } from './runner.js';

/**
 * Owns a payment that is not part of its order's outcome, until the query shows that it is, or that it is refunded, or a
 * person has recorded what was done about it. As a rule, a verified notification reports such a payment.
 *
 * `domain/` decides what happens; this file only does it.
 *
 * @param soFar the state that an earlier run handed over (continue-as-new); a start never has it
 * @throws ApplicationFailure of type `INVALID_ORDER` if the input has faults, all of which are listed, or if this
 *   workflow was started so that it cannot own the late payment: see {@link requireOwner}
 */
export function latePayment(input: LatePaymentInput, soFar?: LateState): Promise<LateResult> {
  const earlier = stateOfEarlierRun(soFar);
  const runner = new Runner(earlier === undefined ? begin(input) : resume(LATE_FLOW, earlier, Date.now()), {
    decide: decideLate,
    call: (_query, state): Promise<LateEvent> => query(state.order.ref, lateStepSummary(state), state, state.timing),
    summaryOf: ({ state }) => lateStepSummary(state),
    mustAwaitResult: () => false,
    show: newPage(pageOf),
    tell: (news, { order: { ref, locale } }) => tell(news, ref.mchid, locale),
    continueAsNew: (state) => makeContinueAsNewFunc<typeof latePayment>({})(input, state),
  });
  handleMessages(runner);
  return runner.untilFinished(resultOf);
}

function resultOf(outcome: LateOutcome, state: LateState): LateResult {
  // A person asked Temporal to cancel the workflow, so it ends as cancelled.
  if (outcome.ended !== 'released') return { ...outcome, transactionIds: transactionIdsOf(state) };
  throw new CancelledFailure('the late payment is no longer watched, as a person asked');
}

function begin(input: LatePaymentInput): LateDecision {
  const start = orRefuse(checkLateInput(input), REFUSALS.invalidOrder);
  requireOwner(lateWorkflowId(start.order.ref));
  return openLate(start, Date.now());
}

function pageOf({ state, step }: LateDecision): Page {
  const { order, ended, told } = state;
  return {
    mchid: order.ref.mchid,
    identity: () =>
      lateSummaryOf({
        order: order.ref,
        amount: order.amount,
        locale: order.locale,
        ended,
        notification: told[0],
      }),
    details: lateCurrentDetailsOf(state, step),
    visible: visibleLateState(state),
    reason: state.phase === 'needsAttention' ? state.reason : null,
    last: state.last,
    dueAt: null,
  };
}

function handleMessages(runner: RunningFlow<LateState, LateStep, LateEvent>): void {
  const view = (): LateView => viewOf(runner.decision);

  setHandler(lateState, view);

  setHandler(
    paymentNotification,
    (notification) => {
      const checked = checkNotification(notification);
      if (!checked.ok) log.warn('a payment notification of the wrong form was ignored');
      else if (!notificationIsOurs(runner.state, checked.value))
        log.warn('a notification of another order was ignored');
      else runner.apply({ type: 'paymentNotification', notification: checked.value });
    },
    { description: descriptionOf('furtherNotification') },
  );

  handleRetry(retryLate, runner, checkLateRetry, view);

  setHandler(
    record,
    (request) => {
      runner.apply({ type: 'recorded', ...orRefuse(checkRecord(request, runner.state)) });
      return view();
    },
    {
      description: descriptionOf('record'),
      validator: (request, ...more) => validateRequest(runner.state, more, () => checkRecord(request, runner.state)),
    },
  );

  ignoreUnknownSignals();
}

function viewOf({ state, step }: LateDecision): LateView {
  return {
    order: state.order.ref,
    phase: state.phase,
    visible: visibleLateState(state) ?? null,
    reason: state.phase === 'needsAttention' ? state.reason : null,
    until: 'until' in step ? toRfc3339(step.until) : null,
    transactionIds: transactionIdsOf(state),
    last: state.last,
    outcome: state.phase === 'ended' ? state.outcome : null,
  };
}
