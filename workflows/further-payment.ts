import {
  allHandlersFinished,
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  log,
  patched,
  sleep,
  startChild,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { isToldAsKnown } from '../domain/late/facts.js';
import { toldBeyond } from '../domain/late/told-beyond.js';
import { isSamePayment, notificationIsOurs } from '../domain/orders/facts.js';
import { lateWorkflowId } from '../domain/orders/order.js';
import type { EndedOrder, OrderState, PaymentNotification } from '../domain/orders/state.js';
import { SECOND } from '../domain/time.js';
import { LATE_PAYMENT_WORKFLOW, lateStartOf, type LatePaymentInput } from './late-messages.js';
import { paymentNotification } from './messages.js';

/**
 * Hands on a notification that came together with what ended its order: the server gave it to this workflow, which has no use
 * for it any more. One that comes later is given to the late payment by those who deliver it.
 */
export async function handOn(state: EndedOrder, notification: PaymentNotification): Promise<void> {
  if (!notificationIsOurs(state, notification)) return;
  const { order, outcome } = state;
  if (isToldAsKnown(order, outcome, notification)) return;
  const isTold = toldBeyond(state).some((each) => isSamePayment(each, notification));
  if (isTold && handsOnTold()) return;
  // An order that met this before did not hand it on, and must replay so.
  if (!patched('hand-on-further-payments')) return;
  log.info('a further payment came with the end of the order');
  await giveToLatePayment(state, notification);
}

/** Hands on the payments that WeChat Pay told an order of before it ended, and it did not end with. Returns when all of it is taken. */
export async function handOnTold(state: OrderState): Promise<void> {
  if (state.phase !== 'ended') return;
  const beyond = toldBeyond(state);
  if (beyond.length === 0 || !handsOnTold()) return;
  log.info('the order did not end with every payment that it was told of', { handedOn: beyond.length });
  for (const notification of beyond) await giveToLatePayment(state, notification);
  // A notification may have come meanwhile.
  await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
}

/** An order that ended with such a payment before this did not hand it on, and must replay so. */
function handsOnTold(): boolean {
  return patched('hand-on-told-payments');
}

/** An order that is released hands a payment on all the same. */
async function giveToLatePayment({ order, outcome }: EndedOrder, notification: PaymentNotification): Promise<void> {
  const { ref, amount, locale } = order;
  const input: LatePaymentInput = { order: ref, amount, locale, ended: outcome, notification };
  await CancellationScope.nonCancellable(async () => {
    while (!((await isBegun(input)) || (await isHeard(input)))) await sleep(SECOND);
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
async function isHeard({ order, notification }: LatePaymentInput): Promise<boolean> {
  try {
    await getExternalWorkflowHandle(lateWorkflowId(order)).signal(paymentNotification, notification);
    return true;
  } catch (error) {
    log.warn('the late payment did not take a notification', { error });
    return false;
  }
}
