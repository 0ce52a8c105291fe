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
import { lateWorkflowId } from '../domain/orders/order.js';
import type { EndedOrder, OrderState, PaymentNotification } from '../domain/orders/state.js';
import { SECOND } from '../domain/time.js';
import { LATE_PAYMENT_WORKFLOW, lateStartOf, type LatePaymentInput } from './messages/late.js';
import { paymentNotification } from './messages/orders.js';
import { waitUntil } from './runner.js';

/**
 * Hands on a notification that came together with what ended its order: the server gave it to this workflow, which has no
 * use for it any more. One that comes later is given to the late payment by those who deliver it.
 */
export async function handOnPayment(state: EndedOrder, notification: PaymentNotification): Promise<void> {
  if (!notificationIsOurs(state, notification)) return;
  const { order, outcome } = state;
  if (isReportedAsKnown(order, outcome, notification)) return;
  if (unclaimedPayments(state).some((each) => isSamePayment(each, notification))) return;
  log.info('a further payment came with the end of the order');
  await giveToLatePayment(state, notification);
}

/** Hands on the payments that were reported before the order ended, and that it did not end with. Returns when all are taken. */
export async function handOnUnclaimed(state: OrderState): Promise<void> {
  if (state.phase !== 'ended') return;
  if (state.notKept > 0) log.warn('more payments were reported than an order keeps', { notKept: state.notKept });
  const unclaimed = unclaimedPayments(state);
  if (unclaimed.length === 0) return;
  log.info('the order did not end with every payment that was reported', { handedOn: unclaimed.length });
  for (const notification of unclaimed) await giveToLatePayment(state, notification);
  // A notification may have come meanwhile.
  await waitUntil(allHandlersFinished);
}

/** An order that is released hands a payment on, too. */
async function giveToLatePayment({ order, outcome }: EndedOrder, notification: PaymentNotification): Promise<void> {
  const { ref, amount, locale } = order;
  const input: LatePaymentInput = { order: ref, amount, locale, ended: outcome, notification };
  await CancellationScope.nonCancellable(async () => {
    while (!((await isBegun(input)) || (await isSignalled(input)))) await sleep(SECOND);
  });
}

/** Whether the late payment begins with it; `false`: one runs. */
async function isBegun(input: LatePaymentInput): Promise<boolean> {
  try {
    await startChild(LATE_PAYMENT_WORKFLOW, { ...lateStartOf(input), parentClosePolicy: 'ABANDON' });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

/** Whether the late payment that runs has it; `false`: it has ended by now. */
async function isSignalled({ order, notification }: LatePaymentInput): Promise<boolean> {
  try {
    await getExternalWorkflowHandle(lateWorkflowId(order)).signal(paymentNotification, notification);
    return true;
  } catch (error) {
    log.warn('the late payment did not take a notification', { error });
    return false;
  }
}
