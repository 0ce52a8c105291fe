import {
  allHandlersFinished,
  CancellationScope,
  getExternalWorkflowHandle,
  log,
  sleep,
  startChild,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { isReportedAsKnown, unclaimedPayments } from '../domain/late/facts.js';
import { isSamePayment, notificationIsOurs } from '../domain/orders/facts.js';
import { lateWorkflowId } from '../domain/late/state.js';
import type { EndedOrder, OrderState, PaymentNotification } from '../domain/orders/state.js';
import { SECOND } from '../domain/time.js';
import { LATE_PAYMENT_WORKFLOW, lateStartOf, type LatePaymentInput } from './messages/late.js';
import { paymentNotification } from './messages/orders.js';
import { waitUntil, type RunningFlow } from './runner.js';

/**
 * Forwards a notification that reached this workflow together with the event that ended its order. A notification that
 * comes later never reaches it: `NotificationDelivery` sends that one to the late payment itself.
 */
export async function forwardPayment(
  runner: Pick<RunningFlow<unknown, unknown, never>, 'untilTold'>,
  state: EndedOrder,
  notification: PaymentNotification,
): Promise<void> {
  if (!notificationIsOurs(state, notification)) return;
  const { order, outcome } = state;
  if (isReportedAsKnown(order, outcome, notification)) return;
  if (unclaimedPayments(state).some((each) => isSamePayment(each, notification))) return;
  log.info('a further payment came with the end of the order');
  // The checkout is told the end first.
  await runner.untilTold();
  await startOrSignal(state, notification);
}

/** Forwards every reported payment that is not part of the order's outcome. Returns once all of them have a late payment. */
export async function forwardUnclaimed(state: OrderState): Promise<void> {
  if (state.phase !== 'ended') return;
  if (state.notKept > 0) log.warn('more payments were reported than an order keeps', { notKept: state.notKept });
  const unclaimed = unclaimedPayments(state);
  if (unclaimed.length === 0) return;
  log.info('the order did not end with every payment that was reported', { handedOn: unclaimed.length });
  for (const notification of unclaimed) await startOrSignal(state, notification);
  // Handlers of notifications that came meanwhile must finish first.
  await waitUntil(allHandlersFinished);
}

/** Starts the late payment, or signals the one that runs; also when the workflow is cancelled. */
async function startOrSignal({ order, outcome }: EndedOrder, notification: PaymentNotification): Promise<void> {
  const { ref, amount, locale } = order;
  const input: LatePaymentInput = { order: ref, amount, locale, ended: outcome, notification };
  await CancellationScope.nonCancellable(async () => {
    while (!((await isStarted(input)) || (await isSignalled(input)))) await sleep(SECOND);
  });
}

/** Whether a late payment was started with it; `false`: one is running. */
async function isStarted(input: LatePaymentInput): Promise<boolean> {
  try {
    await startChild(LATE_PAYMENT_WORKFLOW, { ...lateStartOf(input), parentClosePolicy: 'ABANDON' });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

/** Whether the running late payment got it; `false`: it has ended meanwhile. */
async function isSignalled({ order, notification }: LatePaymentInput): Promise<boolean> {
  try {
    await getExternalWorkflowHandle(lateWorkflowId(order)).signal(paymentNotification, notification);
    return true;
  } catch (error) {
    log.warn('the late payment did not take a notification', { error });
    return false;
  }
}
