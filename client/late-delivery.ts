import type { Client } from '@temporalio/client';
import { checkLateInput } from '../domain/late/input.js';
import { isReportedAsKnown } from '../domain/late/facts.js';
import { lateWorkflowId } from '../domain/orders/order.js';
import type { Outcome, PaymentNotification } from '../domain/orders/state.js';
import { LATE_PAYMENT_WORKFLOW, lateStartOf, type LateResult } from '../workflows/messages/late.js';
import { paymentNotification } from '../workflows/messages/orders.js';
import { lateInputOf, orThrow } from './fact-inputs.js';
import { isTaken, lastRunOf, orderOf, type EndedRun } from './last-run.js';
import type { PaymentFact } from './notifications/facts.js';

/**
 * Tells of a payment after the end of its order, unless that ended with this very payment.
 *
 * Where a run that has ended knew of other payments only, a new one takes up this: those are seen to. If that one ends
 * between the last two calls of another receiver, one more begins, asks WeChat Pay, and ends as it did.
 *
 * @param run the one in which the order ended
 */
export async function deliverLate(
  client: Client,
  fact: PaymentFact,
  run: EndedRun<Outcome>,
): Promise<'late' | 'known'> {
  const { outcome, taskQueue } = run;
  const input = lateInputOf(fact, outcome, await orderOf(client, run));
  const { order, ended, notification } = orThrow(checkLateInput(input));
  // The workflow goes by the same.
  if (isReportedAsKnown(order, ended, notification)) return 'known';
  const begin = (workflowIdReusePolicy: 'ALLOW_DUPLICATE' | 'ALLOW_DUPLICATE_FAILED_ONLY'): Promise<boolean> =>
    isTaken(() =>
      client.workflow.signalWithStart(LATE_PAYMENT_WORKFLOW, {
        ...lateStartOf(input),
        taskQueue,
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowIdReusePolicy,
        signal: paymentNotification,
        signalArgs: [notification],
      }),
    );
  for (;;) {
    if (await begin('ALLOW_DUPLICATE_FAILED_ONLY')) return 'late';
    const last = await lastRunOf<LateResult>(client, lateWorkflowId(order.ref));
    if (last.is === 'ended') {
      if (isAmong(last.outcome, notification)) return 'known';
      if (await begin('ALLOW_DUPLICATE')) return 'late';
    }
  }
}

function isAmong(outcome: EndedRun<LateResult>['outcome'], { transactionId }: PaymentNotification): boolean {
  return transactionId !== null && outcome.ended !== 'released' && outcome.transactionIds.includes(transactionId);
}
