import type { WorkflowStartOptions } from '@temporalio/client';
import { amountIsRight } from '../domain/orders/facts.js';
import { type Amount, type Order, type OrderApps, type OrderInput, orderWorkflowId } from '../domain/orders/order.js';
import { type Fields, isRecord } from '../domain/validation.js';
import { detailsOf, summaryOf, type VisibleState } from '../domain/page/order.js';
import { deadlineAttribute, merchantAttribute, stateAttribute } from '../workflows/messages/orders.js';

/** The memo of a workflow, as the server gives it. What an order was started with is in its first event, and not repeated here. */
export type Memo = Readonly<Record<string, unknown>> | undefined;

/** The key of what a payment notification leaves that starts an order. */
const NOTIFICATION = 'wxpayNotification';

/**
 * The memo of an order that a payment notification started.
 *
 * @param paid what was paid
 * @param isGuess whether the order's api is only guessed from that notification
 */
export function notificationMemo(paid: Amount | null, isGuess: boolean): Readonly<Record<string, unknown>> {
  return { [NOTIFICATION]: { paid, ...(isGuess && { apiIsGuessed: true }) } };
}

/** Whether the checkout has started the order, and not a payment notification. */
export function isOfCheckout(memo: Memo): boolean {
  return memo?.[NOTIFICATION] === undefined;
}

/** Whether nobody has said the api of the order that a memo is of. */
export function apiIsGuessed(memo: Memo): boolean {
  return notificationOf(memo)['apiIsGuessed'] === true;
}

/** Whether an input is of another payment than the one whose notification has started the order. */
export function differsFromPaid(memo: Memo, standing: Order, order: Order): boolean {
  const apiDiffers = order.ref.api !== standing.ref.api && !apiIsGuessed(memo);
  return apiDiffers || appsDiffer(order.ref, standing.ref) || !costs(order, standing.amount ?? paidAmount(memo));
}

function paidAmount(memo: Memo): Amount | null {
  const { paid } = notificationOf(memo);
  return isRecord(paid) ? (paid as unknown as Amount) : null;
}

/** What {@link notificationMemo} has left. */
function notificationOf(memo: Memo): Fields {
  const left = memo?.[NOTIFICATION];
  return isRecord(left) ? left : {};
}

/** Whether an order costs an amount. One that does not say what it costs, costs any. */
function costs(order: Order, amount: Amount | null): boolean {
  return amountIsRight(order, { transactionId: null, paidAt: null, amount });
}

/** An app that one of the two does not name is the merchant's first, which only the worker knows. */
function appsDiffer(one: OrderApps, other: OrderApps): boolean {
  return isAnother(one.appid, other.appid) || isAnother(one.subAppid, other.subAppid);
}

function isAnother(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && one !== other;
}

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
