import { fault, isRecord, type Checked } from '../domain/validation.js';
import { refOf as refOfFields } from '../domain/orders/input.js';
import {
  keyOf,
  type MerchantRef,
  type Order,
  type OrderInput,
  type OrderNumber,
  type OrderRef,
} from '../domain/orders/order.js';
import type { Outcome } from '../domain/orders/state.js';
import { DAY, toRfc3339, type Instant } from '../domain/time.js';
import type { LatePaymentInput } from '../workflows/messages/late.js';
import { InvalidOrderError } from './errors.js';
import type { PaymentFact } from './notifications/outcomes.js';

/** The checked value. @throws InvalidOrderError with every fault, if there are any */
export function orThrow<T>(checked: Checked<T>): T {
  if (!checked.ok) throw new InvalidOrderError(checked.faults);
  return checked.value;
}

/** The key of an order. @throws InvalidOrderError: without TypeScript, a caller may give anything */
export function orderKeyOf(ref: MerchantRef & OrderNumber): MerchantRef & OrderNumber {
  if (!isRecord(ref)) throw new InvalidOrderError([fault('order', ref, 'must be { mchid, outTradeNo }')]);
  const key = keyOf(ref);
  // A key does not name the API of the order, and v2 allows the widest form.
  return keyOf(orThrow(refOfFields({ ...key, api: key.outTradeNo === undefined ? 'v3-global' : 'v2' })));
}

/** How long a call may take, in milliseconds. @throws InvalidOrderError */
export function checkedTime(answeredWithinMs: number): number {
  if (typeof answeredWithinMs === 'number' && answeredWithinMs >= 1 && answeredWithinMs <= DAY) return answeredWithinMs;
  const rule = 'must be a number of milliseconds from 1 to a day, as in 10_000';
  throw new InvalidOrderError([fault('answeredWithinMs', answeredWithinMs, rule, 'count')]);
}

/**
 * The same fact for an order that its checkout knows by WeChat Pay's number only, as APIv3 for overseas merchants allows;
 * `undefined` if the fact cannot be about such an order.
 */
export function byTransactionId(fact: PaymentFact): PaymentFact | undefined {
  const { api, apiIsGuessed, notification } = fact;
  const { order, transactionId } = notification;
  if (transactionId === null || !(api === 'v3-global' || apiIsGuessed)) return undefined;
  const { outTradeNo: _, ...merchant } = order;
  return { ...fact, api: 'v3-global', notification: { ...notification, order: { ...merchant, transactionId } } };
}

/** The input of an order that is known from its notification only: its expected amount is unknown, and it is paid. */
export function inputOf(fact: PaymentFact, now: Instant): OrderInput {
  return { ...refOf(fact), amountUnknown: true, payBefore: toRfc3339(now) };
}

/** The input that starts a known order again because a payment came: its own amount, due now. */
export function inputAgain({ ref, amount, locale }: Order, now: Instant): OrderInput {
  const expected = amount === null ? ({ amountUnknown: true } as const) : { amount };
  return { ...ref, ...expected, locale, payBefore: toRfc3339(now) };
}

/**
 * The input of a late payment.
 *
 * @param order as it was started; `undefined` if that cannot be read: then the notification alone says which order it is
 */
export function lateInputOf(fact: PaymentFact, ended: Outcome, order: Order | undefined): LatePaymentInput {
  const { notification } = fact;
  if (order === undefined) return { order: refOf(fact), amount: null, ended, notification };
  const { ref, amount, locale } = order;
  return { order: ref, amount, locale, ended, notification };
}

function refOf({ api, appid, subAppid, notification }: PaymentFact): OrderRef {
  const apps = { ...(appid !== undefined && { appid }), ...(subAppid !== undefined && { subAppid }) };
  return { api, ...keyOf(notification.order), ...apps };
}
