import { bad, isRecord, matches, ok, type Checked } from '../validation.js';
import { parseInstant } from '../time.js';
import { CURRENCY, MCHID, OUT_TRADE_NO, PAYMENT_ID } from './input.js';
import type { Amount, MerchantRef, OrderNumber } from './order.js';
import type { PaymentNotification } from './state.js';

const RULE =
  'must be { order: { mchid, outTradeNo }, transactionId, amount: { total, currency }, paidAt }, each of its own form';

/**
 * Checks the form of a notification, and the form and length of every text in it. Anybody with access to the namespace can
 * send a signal. It must not be able to stop the workflow, nor to put its own text on a page that people read.
 *
 * @returns the known fields. Others are dropped: a newer receiver may send more, and a payment is not refused for that
 */
export function checkNotification(notification: unknown): Checked<PaymentNotification> {
  if (!isRecord(notification)) return bad('notification', notification, RULE);
  const order = orderIn(notification['order']);
  const payment = paymentIn(notification);
  if (order === undefined || payment === undefined) return bad('notification', notification, RULE);
  return ok({ order, ...payment, ...(notification['hasWebhook'] === false && { hasWebhook: false }) });
}

type Payment = Omit<PaymentNotification, 'order' | 'hasWebhook'>;

/** The payment in an object, with `null` for each field that is missing. `undefined`: a field has the wrong form. */
export function paymentIn(fields: Readonly<Record<string, unknown>>): Payment | undefined {
  const { transactionId = null, amount = null, paidAt = null } = fields;
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
  // A notification does not name the API of the order, and v2 allows the widest form.
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
