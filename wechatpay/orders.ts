import type { CloseReply, OrderAnswer } from '../domain/calls.js';
import type { MerchantRef, OrderRef } from '../domain/orders/order.js';
import type { WriteGate } from './http.js';
import type { Merchant } from './merchant.js';
import { callV3 } from './call-v3.js';
import { notSent, ownFailure, type Result } from './failure.js';
import { closeRefusal, queryRefusal } from './refusals.js';
import { parseTransaction, type Transaction } from './transaction.js';
import type { Call } from '../domain/errors/table.js';
import { callV2 } from './call-v2.js';
import { parseTransactionV2 } from './transaction-v2.js';

/**
 * Asks WeChat Pay for an order, by the API that it was placed with.
 *
 * @param timeoutMs for everything, milliseconds; default: 8 s, and 9 s with a look for a key that is not known
 * @returns what is known of the order, or why the answer decides nothing
 */
export function queryOrder(merchant: Merchant, order: OrderRef, timeoutMs?: number): Promise<Result<OrderAnswer>> {
  const { api } = order;
  return api === 'v2' ? queryOrderV2(merchant, order, timeoutMs) : queryOrderV3(merchant, { ...order, api }, timeoutMs);
}

/**
 * Closes an order, once, by the API that it was placed with.
 *
 * @returns what WeChat Pay decided, or why it decided nothing; the close may then have taken effect
 * @throws what the gate's `announce` throws; nothing was sent
 */
export function closeOrder(merchant: Merchant, order: OrderRef, gate?: WriteGate): Promise<Result<CloseReply>> {
  const { api } = order;
  return api === 'v2' ? closeOrderV2(merchant, order, gate) : closeOrderV3(merchant, { ...order, api }, gate);
}

/** An order of APIv3, at either host. */
export type V3OrderRef = OrderRef & { readonly api: 'v3-global' | 'v3' };

/** Asks for an order (S3), by the number that it has. See {@link queryOrder}. */
export async function queryOrderV3(
  merchant: Merchant,
  order: V3OrderRef,
  timeoutMs?: number,
): Promise<Result<OrderAnswer>> {
  const { api } = order;
  const target = `${pathOf(order)}?${new URLSearchParams(merchantFields(order)).toString()}`;
  const answer = await callV3(merchant, { call: 'queryOrder', api, method: 'GET', target, timeoutMs });
  if (!answer.ok) return queryRefusal(answer);
  return orderAnswer(parseTransaction(answer.value.json, order), answer.value);
}

/**
 * Closes an order (S0), once, by the number that it has. The mainland closes by the merchant's number only. See
 * {@link closeOrder}.
 */
export async function closeOrderV3(
  merchant: Merchant,
  order: V3OrderRef,
  gate?: WriteGate,
): Promise<Result<CloseReply>> {
  const { api } = order;
  if (api === 'v3' && order.outTradeNo === undefined) return closeWithoutNumber('v3 of the mainland');
  const target = `${pathOf(order)}/close`;
  const body = merchantFields(order);
  const answer = await callV3(merchant, { call: 'closeOrder', api, method: 'POST', target, body, gate });
  if (!answer.ok) return closeRefusal(answer);
  const { status, requestId } = answer.value;
  if (status === 204) return { ok: true, value: { answer: 'accepted', requestId } };
  const known = { status, requestId, mayHaveTakenEffect: true };
  return ownFailure('closeOrder', 'LOCAL_UNREADABLE', `status ${status} where 204 is documented`, known);
}

/** What a query answered, if it can be read. */
function orderAnswer(
  transaction: Transaction | { readonly fault: string },
  { status, requestId }: { readonly status: number; readonly requestId: string | null },
): Result<OrderAnswer> {
  if (!('fault' in transaction)) return { ok: true, value: { ...transaction, requestId } };
  return ownFailure('queryOrder', 'LOCAL_UNREADABLE', transaction.fault, { status, requestId });
}

function closeWithoutNumber(api: string): Result<never> {
  return notSent('closeOrder', 'LACK_PARAMS', `${api} closes an order by its out_trade_no only, and this one has none`);
}

/** Whose order it is, in query and body alike. (S3's table puts `sp_mchid` into the body of a GET; its example does not.) */
function merchantFields({ mchid, subMchid }: MerchantRef): Record<string, string> {
  return subMchid === undefined ? { mchid } : { sp_mchid: mchid, sub_mchid: subMchid };
}

function pathOf(order: V3OrderRef): string {
  const number =
    order.outTradeNo === undefined
      ? `id/${encodeURIComponent(order.transactionId)}`
      : `out-trade-no/${encodeURIComponent(order.outTradeNo)}`;
  return `${transactionsOf(order)}/${number}`;
}

/** The mainland has a path of its own for partners; overseas, institutions share that of merchants. */
function transactionsOf({ api, subMchid }: V3OrderRef): string {
  if (api === 'v3-global') return '/v3/global/transactions';
  return subMchid === undefined ? '/v3/pay/transactions' : '/v3/pay/partner/transactions';
}

/** Asks for an order through v2, by the number that it has. See {@link queryOrder}. */
export async function queryOrderV2(
  merchant: Merchant,
  order: OrderRef,
  timeoutMs?: number,
): Promise<Result<OrderAnswer>> {
  const call = 'queryOrder';
  const ids = idsOf(call, merchant, order);
  if (!ids.ok) return ids;
  const fields =
    order.outTradeNo === undefined
      ? ids.value.set('transaction_id', order.transactionId)
      : ids.value.set('out_trade_no', order.outTradeNo);
  const answer = await callV2(merchant, { call, path: '/pay/orderquery', fields, timeoutMs });
  if (!answer.ok) return queryRefusal(answer);
  return orderAnswer(parseTransactionV2(answer.value.fields, order), answer.value);
}

/**
 * Closes an order through v2 (S2), once. The answer names no order, so it is to be confirmed by a query. See
 * {@link closeOrder}.
 */
export async function closeOrderV2(merchant: Merchant, order: OrderRef, gate?: WriteGate): Promise<Result<CloseReply>> {
  const call = 'closeOrder';
  if (order.outTradeNo === undefined) return closeWithoutNumber('v2');
  const ids = idsOf(call, merchant, order);
  if (!ids.ok) return ids;
  const fields = ids.value.set('out_trade_no', order.outTradeNo);
  const answer = await callV2(merchant, { call, path: '/pay/closeorder', fields, gate });
  if (!answer.ok) return closeRefusal(answer);
  return { ok: true, value: { answer: 'accepted', requestId: answer.value.requestId } };
}

/** Whose order it is, and for which app: as when it was placed (S2). */
function idsOf(call: Call, { appids: [defaultAppid] }: Merchant, order: OrderRef): Result<Map<string, string>> {
  const { mchid, subMchid, appid = defaultAppid, subAppid } = order;
  if (appid === undefined) {
    const what = `merchant ${mchid} has no appid in this worker's merchants file`;
    return ownFailure(call, 'LOCAL_UNKNOWN_MERCHANT', what);
  }
  const fields = new Map([
    ['appid', appid],
    ['mch_id', mchid],
  ]);
  if (subAppid !== undefined) fields.set('sub_appid', subAppid);
  if (subMchid !== undefined) fields.set('sub_mch_id', subMchid);
  return { ok: true, value: fields };
}
