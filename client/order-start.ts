import type { WorkflowStartOptions } from '@temporalio/client';
import { detailsOf, summaryOf, type VisibleState } from '../domain/page/order.js';
import { orderWorkflowId, type Order, type OrderInput } from '../domain/orders/order.js';
import { deadlineAttribute, merchantAttribute, stateAttribute } from '../workflows/messages/orders.js';

export type OrderStart = WorkflowStartOptions & {
  readonly args: [OrderInput];
  readonly workflowIdConflictPolicy: 'USE_EXISTING';
};

const INITIAL_STATE: VisibleState = 'awaiting-payment';

/** How the workflow of an order is started: under the order's own id, so that it has one owner, and one outcome. */
export function orderStart(
  order: Order,
  input: OrderInput,
  taskQueue: string,
  memo?: Readonly<Record<string, unknown>>,
): OrderStart {
  return {
    workflowId: orderWorkflowId(order.ref),
    taskQueue,
    args: [input],
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
    ...(memo !== undefined && { memo }),
    typedSearchAttributes: [
      { key: merchantAttribute, value: order.ref.mchid },
      { key: stateAttribute, value: INITIAL_STATE },
      { key: deadlineAttribute, value: new Date(Math.max(order.payBefore, order.floor)) },
    ],
    // Where fairness is on, one merchant's flood does not keep another's orders waiting.
    priority: { fairnessKey: order.ref.mchid },
    staticSummary: summaryOf(order),
    staticDetails: detailsOf(order),
  };
}
