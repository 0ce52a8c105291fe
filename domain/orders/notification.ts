import { bad, isRecord, matches, ok, type Checked } from '../validation.js';
import { parseInstant } from '../time.js';
import { CURRENCY, MCHID, OUT_TRADE_NO, PAYMENT_ID } from './input.js';
import type { Amount, MerchantRef, OrderNumber } from './order.js';
import type { PaymentNotification } from './state.js';

const RULE =
  'must be { order: { mchid, outTradeNo }, transactionId, amount: { total, currency }, paidAt }, each of its own form';

/**
 * Whether what came as a notification has the form of one, down to the form and length of every text in it. A message
 * that anybody with access to the namespace may send must not be able to stop the workflow that receives it, nor to
 * stand in what people read.
 *
 * @returns what is known of it. Any other field is left behind: a receiver that is newer than the worker may say more,
 *   and a payment is not refused for that
 */
export function checkNotification(notification: unknown): Checked<PaymentNotification> {
  if (!isRecord(notification)) return bad('notification', notification, RULE);
  const order = orderIn(notification['order']);
  const payment = paymentIn(notification);
  if (order === undefined || payment === undefined) return bad('notification', notification, RULE);
  return ok({ order, ...payment });
}

type Payment = Omit<PaymentNotification, 'order'>;

/** What is said of a payment; `null` for what is not said. `undefined`: something in it has not its form. */
export function paymentIn(said: Readonly<Record<string, unknown>>): Payment | undefined {
  const { transactionId = null, amount = null, paidAt = null } = said;
  const isNamed = transactionId === null || matches(transactionId, PAYMENT_ID);
  const isTimed = paidAt === null || (typeof paidAt === 'string' && parseInstant(paidAt) !== undefined);
  const paid = amount === null ? null : amountIn(amount);
  return isNamed && isTimed && paid !== undefined ? { transactionId, amount: paid, paidAt } : undefined;
}

function orderIn(value: unknown): (MerchantRef & OrderNumber) | undefined {
  if (!isRecord(value)) return undefined;
  const { mchid, subMchid, outTradeNo, transactionId } = value;
  const isSub = subMchid === undefined || matches(subMchid, MCHID);
  if (!matches(mchid, MCHID) || !isSub) return undefined;
  const merchant = { mchid, ...(subMchid !== undefined && { subMchid }) };
  // A notification does not say which API the order belongs to: v2 allows the widest form.
  if (transactionId === undefined)
    return matches(outTradeNo, OUT_TRADE_NO.v2.form) ? { ...merchant, outTradeNo } : undefined;
  return outTradeNo === undefined && matches(transactionId, PAYMENT_ID) ? { ...merchant, transactionId } : undefined;
}

function amountIn(value: unknown): Amount | undefined {
  if (!isRecord(value)) return undefined;
  const { total, currency } = value;
  const isTotal = typeof total === 'number' && Number.isSafeInteger(total) && total >= 0;
  return isTotal && matches(currency, CURRENCY) ? { total, currency } : undefined;
}
