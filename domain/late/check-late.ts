import { bad, collect, fault, good, isRecord, unknownFields, type Checked, type Fault, type Fields } from '../check.js';
import { checkEnd } from './check-end.js';
import type { LateStart } from './late-order.js';
import { checkNotification } from '../orders/check-notification.js';
import { amountOf, localeOf, refOf } from '../orders/check-order.js';
import { notificationIsOurs } from '../orders/facts.js';
import type { Amount, OrderRef } from '../orders/order.js';
import type { PaymentNotification } from '../orders/state.js';

const RULES = {
  object: 'must be an object',
  order: 'must be the order as it was started: { api, mchid, outTradeNo, … }',
  amount: 'must be { total, currency }, or null where nobody said it',
  foreign: 'must name this order',
} as const;

const FIELDS = ['order', 'amount', 'locale', 'ended', 'notification'] as const;
const ORDER_FIELDS = ['api', 'mchid', 'subMchid', 'outTradeNo', 'transactionId', 'appid', 'subAppid'] as const;

/** Checks what a late payment is started with, and fills in the defaults. All faults are listed, not only the first. */
export function checkLateInput(input: unknown): Checked<LateStart> {
  if (!isRecord(input)) return bad('late payment', input, RULES.object);
  const faults = unknownFields(input, FIELDS);
  const ref = collect(faults, orderIn(input));
  const amount = collect(faults, amountIn(input));
  const locale = collect(faults, localeOf('locale', input['locale']));
  const ended = collect(faults, checkEnd(input['ended']));
  const notification = collect(faults, notificationIn(input, ref));
  if (!(ref && locale && ended && notification) || amount === undefined || faults.length > 0)
    return { ok: false, faults };
  return good({ order: { ref, amount, locale }, ended, notification });
}

function orderIn({ order }: Fields): Checked<OrderRef> {
  if (!isRecord(order)) return bad('order', order, RULES.order);
  const faults = unknownFields(order, ORDER_FIELDS);
  const ref = collect(faults, refOf(order));
  return ref === undefined || faults.length > 0 ? { ok: false, faults: faults.map(inOrder) } : good(ref);
}

function inOrder({ field, ...rest }: Fault): Fault {
  return { field: field.replaceAll(/\w+/g, 'order.$&'), ...rest };
}

function amountIn({ amount }: Fields): Checked<Amount | null> {
  if (amount === undefined) return bad('amount', amount, RULES.amount);
  return amountOf(amount === null ? { amountUnknown: true } : { amount });
}

function notificationIn({ notification }: Fields, order: OrderRef | undefined): Checked<PaymentNotification> {
  const checked = checkNotification(notification);
  if (!checked.ok || order === undefined || notificationIsOurs({ order: { ref: order } }, checked.value))
    return checked;
  return { ok: false, faults: [fault('notification.order', checked.value.order, RULES.foreign)] };
}
