import { TRADE_STATES, type Payment, type OrderAnswer, type TradeState } from '../domain/calls.js';
import { isRecord, matches } from '../domain/validation.js';
import { PAYMENT_ID } from '../domain/orders/input.js';
import type { Amount, OrderRef } from '../domain/orders/order.js';
import { parseInstant, toRfc3339 } from '../domain/time.js';
import type { JsonObject } from './json.js';

/** What a query answered, without the id of the answer. */
export type Transaction = DistributiveOmit<OrderAnswer, 'requestId'>;

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/**
 * Reads the fields of a transaction that decide something, and drops the others, such as payer and attached data.
 * Only the order number, the merchant and the state are required: an unpaid order has nothing else (S3's table to the
 * contrary).
 *
 * @returns the transaction, or what is wrong with it
 */
export function parseTransaction(
  json: JsonObject | undefined,
  order: OrderRef,
): Transaction | { readonly fault: string } {
  if (json === undefined) return { fault: 'the answer is not a JSON object' };
  const mismatch = mismatchIn(json, order);
  if (mismatch !== undefined) return { fault: `the answer is about another ${mismatch}` };
  const tradeState = tradeStateOf(json['trade_state']);
  if (tradeState === undefined) return { fault: 'the answer has a trade_state that is not documented' };
  if (tradeState !== 'SUCCESS' && tradeState !== 'REFUND') return { tradeState };
  return { tradeState, payment: paymentOf(json) };
}

/** What in the answer is not ours, if anything. The apps are compared if both sides name them (S3). */
function mismatchIn(json: JsonObject, order: OrderRef): string | undefined {
  const isNamed =
    order.outTradeNo === undefined
      ? transactionIdOf(json) === order.transactionId
      : json['out_trade_no'] === order.outTradeNo;
  if (!isNamed) return 'order number';
  const { mchid, subMchid, appid, subAppid } = order;
  const differs = (theirs: string, ours: string | undefined): boolean =>
    ours !== undefined && (json[theirs] ?? ours) !== ours;
  if (subMchid === undefined) {
    if (json['mchid'] !== mchid) return 'merchant';
    return differs('appid', appid) ? 'app' : undefined;
  }
  if (json['sp_mchid'] !== mchid || json['sub_mchid'] !== subMchid) return 'merchant';
  return differs('sp_appid', appid) || differs('sub_appid', subAppid) ? 'app' : undefined;
}

/** WeChat Pay's own Java SDK has a state that S3 does not: `ACCEPT`, accepted and waiting for the money. */
export function tradeStateOf(value: unknown): TradeState | undefined {
  return value === 'ACCEPT' ? 'USERPAYING' : TRADE_STATES.find((state) => state === value);
}

/** What a transaction says of its payment; `null` for what it does not say properly. Notifications say it likewise. */
export function paymentOf(json: JsonObject): Payment {
  return {
    transactionId: transactionIdOf(json),
    amount: amountOf(json['amount']),
    paidAt: instantOf(json['success_time']),
  };
}

/** S3's table names it `id`; the mainland and notifications name it `transaction_id`. */
function transactionIdOf(json: JsonObject): string | null {
  return numberIn(json['transaction_id']) ?? numberIn(json['id']);
}

function amountOf(value: unknown): Amount | null {
  if (!isRecord(value)) return null;
  const { total, currency } = value;
  if (typeof total !== 'number' || !Number.isSafeInteger(total) || total < 0) return null;
  return typeof currency === 'string' && /^[A-Z]{3}$/.test(currency) ? { total, currency } : null;
}

function instantOf(value: unknown): string | null {
  const instant = typeof value === 'string' ? parseInstant(value) : undefined;
  return instant === undefined ? null : toRfc3339(instant);
}

function numberIn(value: unknown): string | null {
  return matches(value, PAYMENT_ID) ? value : null;
}
