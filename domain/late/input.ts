import {
  bad,
  collect,
  fault,
  isRecord,
  isTextOrNull,
  ok,
  unknownFields,
  type Checked,
  type Fault,
  type Fields,
} from '../validation.js';
import type { LateStart } from './order.js';
import { checkNotification } from '../orders/notification.js';
import { amountOf, localeOf, refOf } from '../orders/input.js';
import { notificationIsOurs } from '../orders/facts.js';
import type { Amount, OrderRef } from '../orders/order.js';
import type { Outcome, PaymentNotification } from '../orders/state.js';
import { checkTiming, PATIENCE_BOUNDS } from '../timing.js';
import { DEFAULT_LATE_TIMING } from './timing.js';

const RULES = {
  object: 'must be an object',
  order: 'must be the order as it was started: { api, mchid, outTradeNo, … }',
  amount: 'must be { total, currency }, or null where nobody said it',
  foreign: 'must name this order',
} as const;

const FIELDS = ['order', 'amount', 'locale', 'ended', 'notification', 'timing'] as const;
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
  const timing = collect(faults, checkTiming(input['timing'], DEFAULT_LATE_TIMING, { patience: PATIENCE_BOUNDS }));
  if (!(ref && locale && ended && notification && timing) || amount === undefined || faults.length > 0)
    return { ok: false, faults };
  return ok({ order: { ref, amount, locale }, ended, notification, timing });
}

function orderIn({ order }: Fields): Checked<OrderRef> {
  if (!isRecord(order)) return bad('order', order, RULES.order);
  const faults = unknownFields(order, ORDER_FIELDS);
  const ref = collect(faults, refOf(order));
  return ref === undefined || faults.length > 0 ? { ok: false, faults: faults.map(inOrder) } : ok(ref);
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

const ENDED_RULE =
  'must be the outcome of the order, as its workflow told it: { ended: "paid" | "closed" | "never-existed" | "resolved" | "released", … }';

/** What each end of an order must say, so that a late payment can be compared with it, and people can read of it. */
const FORMS: Record<Outcome['ended'], (end: Fields) => boolean> = {
  paid: ({ refunded, toldBy, transactionId, amount, paidAt }) =>
    typeof refunded === 'boolean' &&
    isOneOf(['notification', 'query'], toldBy) &&
    isTextOrNull(transactionId) &&
    isAmountOrNull(amount) &&
    isTextOrNull(paidAt),
  closed: ({ closeSent }) => isOneOf(['no', 'maybe', 'yes'], closeSent),
  'never-existed': () => true,
  resolved: ({ as, note, by, said }) =>
    isOneOf(['paid', 'closed', 'never-existed'], as) && [note, by, said].every((text) => typeof text === 'string'),
  released: () => true,
};

/** Checks how an order is said to have ended. What a later version may say besides is kept. */
function checkEnd(ended: unknown): Checked<Outcome> {
  return isOutcome(ended) ? ok(ended) : bad('ended', ended, ENDED_RULE);
}

function isOutcome(value: unknown): value is Outcome {
  if (!isRecord(value)) return false;
  const { ended, replacedBy } = value;
  if (typeof ended !== 'string' || !Object.hasOwn(FORMS, ended)) return false;
  return FORMS[ended as Outcome['ended']](value) && (replacedBy === undefined || typeof replacedBy === 'string');
}

function isOneOf(all: readonly string[], value: unknown): boolean {
  return all.some((each) => each === value);
}

function isAmountOrNull(value: unknown): boolean {
  return (
    value === null || (isRecord(value) && Number.isSafeInteger(value['total']) && typeof value['currency'] === 'string')
  );
}
