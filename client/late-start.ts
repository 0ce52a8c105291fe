import type { WorkflowStartOptions } from '@temporalio/client';
import { INITIAL_LATE_STATE, lateDetailsOf, lateSummaryOf } from '../domain/describe/late.js';
import { lateWorkflowId } from '../domain/orders/order.js';
import type { LatePaymentInput } from '../workflows/late-messages.js';
import { merchantAttribute, stateAttribute } from '../workflows/messages.js';

type StartOptions = WorkflowStartOptions & {
  readonly args: [LatePaymentInput];
  readonly workflowIdConflictPolicy: 'USE_EXISTING';
};

/** How the workflow of a late payment is started: one for each order, whichever payments come. */
export function lateStart(input: LatePaymentInput, taskQueue: string): StartOptions {
  const { mchid } = input.order;
  return {
    workflowId: lateWorkflowId(input.order),
    taskQueue,
    args: [input],
    workflowIdConflictPolicy: 'USE_EXISTING',
    typedSearchAttributes: [
      { key: merchantAttribute, value: mchid },
      { key: stateAttribute, value: INITIAL_LATE_STATE },
    ],
    // Where fairness is on, one merchant's flood does not keep another's late payments waiting.
    priority: { fairnessKey: mchid },
    staticSummary: lateSummaryOf(input),
    staticDetails: lateDetailsOf(input),
  };
}
