import { bad, good, isRecord, isTextOrNull, type Checked } from '../check.js';
import type { PaymentNotice } from './state.js';
import type { Amount, MerchantRef, OrderNumber } from './order.js';

const RULE = 'must be { order: { mchid, outTradeNo }, transactionId, amount: { total, currency }, paidAt }';

/**
 * Whether what came as a notice has the form of one. A message that anybody may send must not be able to stop the
 * workflow that receives it.
 */
export function checkNotice(notice: unknown): Checked<PaymentNotice> {
  if (!isRecord(notice)) return bad('notice', notice, RULE);
  const { order, transactionId = null, amount = null, paidAt = null } = notice;
  const isNotice = isOrderKey(order) && isTextOrNull(transactionId) && isTextOrNull(paidAt) && isAmountOrNull(amount);
  return isNotice ? good({ order, transactionId, amount, paidAt }) : bad('notice', notice, RULE);
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
