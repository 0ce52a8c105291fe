import type { Payment } from '../domain/calls.js';
import { matches } from '../domain/validation.js';
import { PAYMENT_ID } from '../domain/orders/input.js';
import type { Amount, OrderRef } from '../domain/orders/order.js';
import { parseInstant, toRfc3339 } from '../domain/time.js';
import { tradeStateOf, type Transaction } from './transaction.js';

type Fields = ReadonlyMap<string, string>;

/** v2 may leave `fee_type` out if it is this. */
const DEFAULT_CURRENCY = 'CNY';

/** Beijing time, all the year. */
const OFFSET = '+08:00';

/**
 * Reads the fields of a v2 query answer that decide something, and drops the others, such as openid and attached data.
 * An unpaid order has no amount, no transaction and no time.
 *
 * @param fields of an answer with a verified sign
 * @returns the transaction, or what is wrong with it
 */
export function parseTransactionV2(fields: Fields, order: OrderRef): Transaction | { readonly fault: string } {
  const mismatch = mismatchIn(fields, order);
  if (mismatch !== undefined) return { fault: `the answer is about another ${mismatch}` };
  const tradeState = tradeStateOf(fields.get('trade_state'));
  if (tradeState === undefined) return { fault: 'the answer has a trade_state that is not documented' };
  if (tradeState !== 'SUCCESS' && tradeState !== 'REFUND') return { tradeState };
  return { tradeState, payment: paymentOf(fields) };
}

/** What in the answer is not ours, if anything. */
function mismatchIn(fields: Fields, order: OrderRef): string | undefined {
  const isNamed =
    order.outTradeNo === undefined
      ? fields.get('transaction_id') === order.transactionId
      : fields.get('out_trade_no') === order.outTradeNo;
  if (!isNamed) return 'order number';
  if (fields.get('mch_id') !== order.mchid) return 'merchant';
  const isOurSub = order.subMchid === undefined || fields.get('sub_mch_id') === order.subMchid;
  return isOurSub ? undefined : 'sub-merchant';
}

/** What an answer, or a notification, says of a payment; `null` for what it does not say properly. */
export function paymentOf(fields: Fields): Payment {
  const transactionId = fields.get('transaction_id');
  return {
    transactionId: matches(transactionId, PAYMENT_ID) ? transactionId : null,
    amount: amountOf(fields),
    paidAt: instantOf(fields.get('time_end') ?? ''),
  };
}

function amountOf(fields: Fields): Amount | null {
  const fee = fields.get('total_fee') ?? '';
  const currency = fields.get('fee_type') || DEFAULT_CURRENCY;
  const total = /^(?:0|[1-9]\d*)$/.test(fee) ? Number(fee) : NaN;
  return Number.isSafeInteger(total) && /^[A-Z]{3}$/.test(currency) ? { total, currency } : null;
}

/** RFC 3339 in UTC, of Beijing time written `yyyyMMddHHmmss`. */
function instantOf(timeEnd: string): string | null {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(timeEnd);
  if (parts === null) return null;
  const [, year, month, day, hour, minute, second] = parts;
  const instant = parseInstant(`${year}-${month}-${day}T${hour}:${minute}:${second}${OFFSET}`);
  return instant === undefined ? null : toRfc3339(instant);
}
