import { bad, ok, isRecord, isTextOrNull, type Checked } from '../validation.js';
import type { PaymentNotification } from './state.js';
import type { Amount, MerchantRef, OrderNumber } from './order.js';

const RULE = 'must be { order: { mchid, outTradeNo }, transactionId, amount: { total, currency }, paidAt }';

/**
 * Whether what came as a notification has the form of one. A message that anybody may send must not be able to stop the
 * workflow that receives it.
 */
export function checkNotification(notification: unknown): Checked<PaymentNotification> {
  if (!isRecord(notification)) return bad('notification', notification, RULE);
  const { order, transactionId = null, amount = null, paidAt = null } = notification;
  const isNotification =
    isOrderKey(order) && isTextOrNull(transactionId) && isTextOrNull(paidAt) && isAmountOrNull(amount);
  return isNotification ? ok({ order, transactionId, amount, paidAt }) : bad('notification', notification, RULE);
}

function isOrderKey(value: unknown): value is MerchantRef & OrderNumber {
  if (!isRecord(value) || typeof value['mchid'] !== 'string') return false;
  const { subMchid, outTradeNo, transactionId } = value;
  const numbers = [outTradeNo, transactionId].filter((number) => number !== undefined);
  return (
    (subMchid === undefined || typeof subMchid === 'string') && numbers.length === 1 && typeof numbers[0] === 'string'
  );
}

function isAmountOrNull(value: unknown): value is Amount | null {
  return (
    value === null || (isRecord(value) && typeof value['total'] === 'number' && typeof value['currency'] === 'string')
  );
}
