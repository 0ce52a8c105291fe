import { CancelledFailure, log, makeContinueAsNewFunc, setHandler } from '@temporalio/workflow';
import { lateCurrentDetailsOf, lateStepSummary, lateSummaryOf, visibleLateState } from '../domain/page/late.js';
import { resume } from '../domain/flow.js';
import { decideLate, LATE_FLOW, openLate } from '../domain/late/decide.js';
import { transactionIdsOf } from '../domain/late/facts.js';
import { checkLateInput } from '../domain/late/input.js';
import { checkLateRetry, checkRecord } from '../domain/late/requests.js';
import type { LateDecision, LateEvent, LateOutcome, LateState } from '../domain/late/state.js';
import { notificationIsOurs } from '../domain/orders/facts.js';
import { checkNotification } from '../domain/orders/notification.js';
import { lateWorkflowId } from '../domain/orders/order.js';
import { toRfc3339 } from '../domain/time.js';
import { retriedFor } from '../domain/waiting.js';
import { oneAttempt, query } from './calls.js';
import {
  lateState,
  record,
  retryLate,
  type LatePaymentInput,
  type LateResult,
  type LateView,
} from './messages/late.js';
import { paymentNotification, REFUSALS } from './messages/orders.js';
import { show } from './page.js';
import { demandOwnId, hearRetry, ignoreUnknownSignals, leftByEarlierRun, demandRequest, orRefuse } from './refuse.js';
import { Runner } from './runner.js';

/**
 * Owns a payment that its order did not end with, reported by a verified notification as a rule: until it is known, or
 * refunded, or a person has recorded what was done about it.
 *
 * What happens is decided in `domain/`; here it is only done.
 *
 * @param soFar what an earlier run of this workflow knew, whose history had grown long; no start has it
 * @throws ApplicationFailure of type `INVALID_ORDER` if the input has faults, all of which are listed, or if this
 *   workflow's id is not that of the late payment
 */
export function latePayment(input: LatePaymentInput, soFar?: LateState): Promise<LateResult> {
  const left = leftByEarlierRun(soFar);
  const runner = new Runner(left === undefined ? begin(input) : resume(LATE_FLOW, left, Date.now()), {
    decide: decideLate,
    call,
    summaryOf,
    mustAwaitResult: () => false,
    show: showLatePayment,
    continueAsNew: (state) => makeContinueAsNewFunc<typeof latePayment>({})(input, state),
  });
  hearMessages(runner);
  return runner.untilFinished(resultOf);
}

function resultOf(outcome: LateOutcome, state: LateState): LateResult {
  // One that is released ends as its workflow was asked to.
  if (outcome.ended !== 'released') return { ...outcome, transactionIds: transactionIdsOf(state) };
  throw new CancelledFailure('the late payment is no longer watched, as a person asked');
}

function begin(input: LatePaymentInput): LateDecision {
  const start = orRefuse(checkLateInput(input), REFUSALS.invalidOrder);
  demandOwnId(lateWorkflowId(start.order.ref));
  return openLate(start, Date.now());
}

function summaryOf({ state }: LateDecision): string {
  return lateStepSummary(state);
}

/** Makes the call of a step, and says what came of it. */
function call({ state, step }: LateDecision): Promise<LateEvent> {
  switch (step.do) {
    case 'query':
      return query(
        state.order.ref,
        lateStepSummary(state),
        retriedFor(state, state.timing, oneAttempt('queryOrder'), Date.now()),
      );
    case 'wait':
    case 'askPerson':
    case 'finish':
      throw new Error(`the step ${step.do} is no call`);
  }
}

function showLatePayment({ state, step }: LateDecision): void {
  const { order, ended, told } = state;
  show({
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
  });
}

/** The runner of a late payment, as far as its messages need it. */
interface LateRunner {
  readonly decision: LateDecision;
  readonly state: LateState;
  readonly apply: (event: LateEvent) => void;
}

/** What a late payment hears. A signal is a fact and always accepted; an update is refused if it cannot be met. */
function hearMessages(runner: LateRunner): void {
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
    { description: 'A further verified notification of WeChat Pay: the order was paid.' },
  );

  hearRetry(retryLate, runner, checkLateRetry, view);

  setHandler(
    record,
    (request) => {
      runner.apply({ type: 'recorded', ...orRefuse(checkRecord(request, runner.state)) });
      return view();
    },
    {
      description:
        'What was done about the payments that you looked at: { "as": "refunded", "note": "…", "by": "…", "transactionIds": ["…"] }. It ends the watch.',
      validator: (request, ...more) => demandRequest(runner, more, () => checkRecord(request, runner.state)),
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
