import { TRADE_STATES, type Payment, type QueryOrderResult, type TradeState } from '../domain/activities.js';
import type { Amount, OrderRef } from '../domain/order.js';
import { parseInstant, toRfc3339 } from '../domain/time.js';

/** What a query answered, without the time at which it was asked. */
export type Transaction = DistributiveOmit<QueryOrderResult, 'askedAt' | 'requestId'>;

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

type Json = Readonly<Record<string, unknown>>;

/** A JSON object, or `undefined` where the bytes are anything else. */
export function parseJsonObject(body: Uint8Array): Json | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Reads the fields of a transaction that decide something, and no others: the payer and the attached data end here.
 * Only the order number, the merchant and the state are required: an unpaid order has nothing else (S3's table to the
 * contrary).
 *
 * @returns the transaction, or what is wrong with it
 */
export function parseTransaction(body: Uint8Array, order: OrderRef): Transaction | { readonly fault: string } {
  const json = parseJsonObject(body);
  if (json === undefined) return { fault: 'the answer is not a JSON object' };
  if (json['out_trade_no'] !== order.outTradeNo) return { fault: 'the answer is about another order number' };
  if (json['mchid'] !== order.mchid) return { fault: 'the answer is about another merchant' };
  const tradeState = TRADE_STATES.find((state) => state === json['trade_state']);
  if (tradeState === undefined) return { fault: 'the answer has a trade_state that is not documented' };
  return withPayment(tradeState, json);
}

function withPayment(tradeState: TradeState, json: Json): Transaction {
  if (tradeState !== 'SUCCESS' && tradeState !== 'REFUND') return { tradeState };
  return { tradeState, payment: paymentOf(json) };
}

function paymentOf(json: Json): Payment {
  return {
    // S3 names it `id` in its table; mainland and notices say `transaction_id`.
    transactionId: text(json['transaction_id']) ?? text(json['id']),
    amount: amountOf(json['amount']),
    paidAt: instantOf(json['success_time']),
  };
}

function amountOf(value: unknown): Amount | null {
  if (!isObject(value)) return null;
  const { total, currency } = value;
  return typeof total === 'number' && Number.isSafeInteger(total) && typeof currency === 'string'
    ? { total, currency }
    : null;
}

function instantOf(value: unknown): string | null {
  const instant = typeof value === 'string' ? parseInstant(value) : undefined;
  return instant === undefined ? null : toRfc3339(instant);
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
