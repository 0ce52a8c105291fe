import type { WorkflowStartOptions } from '@temporalio/client';
import { amountIsRight } from '../domain/orders/facts.js';
import { type Amount, type Order, type OrderApps, type OrderInput, orderWorkflowId } from '../domain/orders/order.js';
import { type Instant, toBeijingDigits, toRfc3339 } from '../domain/time.js';
import { type Fields, isRecord } from '../domain/validation.js';
import { detailsOf, summaryOf, type VisibleState } from '../domain/page/order.js';
import { deadlineAttribute, merchantAttribute, stateAttribute } from '../workflows/messages/orders.js';

/** The memo of a workflow, as the server returns it. The input is not in it: that is in the first event. */
export type Memo = Readonly<Record<string, unknown>> | undefined;

/** The key of the entry that a payment notification writes if it starts an order. */
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

/** Whether the api of an order is only guessed from its notification. */
export function apiIsGuessed(memo: Memo): boolean {
  return notificationOf(memo)['apiIsGuessed'] === true;
}

/** Whether an order differs from the payment whose notification has started it. */
export function differsFromPaid(memo: Memo, standing: Order, order: Order): boolean {
  const apiDiffers = order.ref.api !== standing.ref.api && !apiIsGuessed(memo);
  return apiDiffers || appsDiffer(order.ref, standing.ref) || !costs(order, standing.amount ?? paidAmount(memo));
}

function paidAmount(memo: Memo): Amount | null {
  const { paid } = notificationOf(memo);
  return isRecord(paid) ? (paid as unknown as Amount) : null;
}

/** The entry that {@link notificationMemo} wrote. */
function notificationOf(memo: Memo): Fields {
  const left = memo?.[NOTIFICATION];
  return isRecord(left) ? left : {};
}

/** Whether an order costs an amount. If its amount is unknown, any will do. */
function costs(order: Order, amount: Amount | null): boolean {
  return amountIsRight(order, { transactionId: null, paidAt: null, amount });
}

/** If one of the two names no app, its app is the merchant's first, which only the worker knows: then they do not differ. */
function appsDiffer(one: OrderApps, other: OrderApps): boolean {
  return isAnother(one.appid, other.appid) || isAnother(one.subAppid, other.subAppid);
}

function isAnother(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && one !== other;
}

/** A deadline as the API of an order takes it as `time_expire`. */
export function timeExpireOf({ ref }: Order, payBefore: Instant): string {
  return ref.api === 'v2' ? toBeijingDigits(payBefore) : toRfc3339(payBefore);
}

export type OrderStart = WorkflowStartOptions & {
  readonly args: [OrderInput];
  readonly workflowIdConflictPolicy: 'USE_EXISTING';
};

const INITIAL_STATE: VisibleState = 'awaiting-payment';

/** The options that start the workflow of an order. Its id is made of the order's number, so an order has one workflow. */
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
    // If fairness is on in the namespace, many orders of one merchant do not delay those of another.
    priority: { fairnessKey: order.ref.mchid },
    staticSummary: summaryOf(order),
    staticDetails: detailsOf(order),
  };
}
