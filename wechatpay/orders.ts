import type { CloseReply, OrderAnswer } from '../domain/calls.js';
import type { MerchantRef, OrderRef } from '../domain/orders/order.js';
import type { WriteGate } from './http.js';
import type { Merchant } from './merchant.js';
import { callV3 } from './call-v3.js';
import { closeWithoutNumber, NOTHING_SENT, ownFailure } from './failure.js';
import { closeRefusal, queryRefusal } from './refusals.js';
import { parseTransaction } from './transaction.js';
import type { Call } from '../domain/errors/table.js';
import { callV2 } from './call-v2.js';
import { parseTransactionV2 } from './transaction-v2.js';

/**
 * Asks WeChat Pay for an order, by the API that it was placed with.
 *
 * @param timeoutMs for everything, milliseconds; default: 8 s, and 9 s with a look for a key that is not known
 * @throws WechatPayFailure where the answer decides nothing
 */
export function queryOrder(merchant: Merchant, order: OrderRef, timeoutMs?: number): Promise<OrderAnswer> {
  const { api } = order;
  return api === 'v2' ? queryOrderV2(merchant, order, timeoutMs) : queryOrderV3(merchant, { ...order, api }, timeoutMs);
}

/**
 * Closes an order, once, by the API that it was placed with.
 *
 * @throws WechatPayFailure where WeChat Pay decided nothing; the close may then have taken effect
 * @throws what the gate's `announce` throws; nothing was sent
 */
export function closeOrder(merchant: Merchant, order: OrderRef, gate?: WriteGate): Promise<CloseReply> {
  const { api } = order;
  return api === 'v2' ? closeOrderV2(merchant, order, gate) : closeOrderV3(merchant, { ...order, api }, gate);
}

/** An order of APIv3, at either host. */
export type V3OrderRef = OrderRef & { readonly api: 'v3-global' | 'v3' };

/**
 * Asks for an order (S3), by the number that it has.
 *
 * @throws WechatPayFailure where the answer decides nothing
 */
export async function queryOrderV3(merchant: Merchant, order: V3OrderRef, timeoutMs?: number): Promise<OrderAnswer> {
  const query = new URLSearchParams(merchantFields(order)).toString();
  const target = `${pathOf(order)}?${query}`;
  try {
    const { status, json, requestId } = await callV3(merchant, {
      call: 'queryOrder',
      api: order.api,
      method: 'GET',
      target,
      timeoutMs,
    });
    const transaction = parseTransaction(json, order);
    if (!('fault' in transaction)) return { ...transaction, requestId };
    const known = { status, requestId, mayHaveTakenEffect: false };
    throw ownFailure('queryOrder', 'LOCAL_UNREADABLE', transaction.fault, known);
  } catch (error) {
    return queryRefusal(error);
  }
}

/**
 * Closes an order (S0), once, by the number that it has. The mainland closes by the merchant's number only.
 *
 * @throws WechatPayFailure where WeChat Pay decided nothing; the close may then have taken effect
 */
export async function closeOrderV3(merchant: Merchant, order: V3OrderRef, gate?: WriteGate): Promise<CloseReply> {
  if (order.api === 'v3' && order.outTradeNo === undefined) throw closeWithoutNumber('v3 of the mainland');
  const target = `${pathOf(order)}/close`;
  const body = merchantFields(order);
  try {
    const { status, requestId } = await callV3(merchant, {
      call: 'closeOrder',
      api: order.api,
      method: 'POST',
      target,
      body,
      gate,
    });
    if (status === 204) return { answer: 'accepted', requestId };
    const known = { status, requestId, mayHaveTakenEffect: true };
    throw ownFailure('closeOrder', 'LOCAL_UNREADABLE', `status ${status} where 204 is documented`, known);
  } catch (error) {
    return closeRefusal(error);
  }
}

/** Who asks, in query and body alike. (S3's table puts `sp_mchid` into the body of a GET; its example does not.) */
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

/**
 * Asks for an order through v2, by the number that it has.
 *
 * @throws WechatPayFailure where the answer decides nothing
 */
export async function queryOrderV2(merchant: Merchant, order: OrderRef, timeoutMs?: number): Promise<OrderAnswer> {
  const fields = idsOf('queryOrder', merchant, order);
  if (order.outTradeNo === undefined) fields.set('transaction_id', order.transactionId);
  else fields.set('out_trade_no', order.outTradeNo);
  try {
    const answer = await callV2(merchant, { call: 'queryOrder', path: '/pay/orderquery', fields, timeoutMs });
    const transaction = parseTransactionV2(answer.fields, order);
    const { status, requestId } = answer;
    if (!('fault' in transaction)) return { ...transaction, requestId };
    const known = { status, requestId, mayHaveTakenEffect: false };
    throw ownFailure('queryOrder', 'LOCAL_UNREADABLE', transaction.fault, known);
  } catch (error) {
    return queryRefusal(error);
  }
}

/**
 * Closes an order through v2 (S2), once. The answer names no order, so it is to be confirmed by a query.
 *
 * @throws WechatPayFailure where WeChat Pay decided nothing; the close may then have taken effect
 */
export async function closeOrderV2(merchant: Merchant, order: OrderRef, gate?: WriteGate): Promise<CloseReply> {
  if (order.outTradeNo === undefined) throw closeWithoutNumber('v2');
  const fields = idsOf('closeOrder', merchant, order).set('out_trade_no', order.outTradeNo);
  try {
    const { requestId } = await callV2(merchant, { call: 'closeOrder', path: '/pay/closeorder', fields, gate });
    return { answer: 'accepted', requestId };
  } catch (error) {
    return closeRefusal(error);
  }
}

/** Whose order it is, and for which app: as at its placement (S2). */
function idsOf(call: Call, { appids: [defaultAppid] }: Merchant, order: OrderRef): Map<string, string> {
  const { mchid, subMchid, appid = defaultAppid, subAppid } = order;
  if (appid === undefined) {
    const what = `merchant ${mchid} has no appid in this worker's merchants file`;
    throw ownFailure(call, 'LOCAL_UNKNOWN_MERCHANT', what, NOTHING_SENT);
  }
  const fields = new Map([
    ['appid', appid],
    ['mch_id', mchid],
  ]);
  if (subAppid !== undefined) fields.set('sub_appid', subAppid);
  if (subMchid !== undefined) fields.set('sub_mch_id', subMchid);
  return fields;
}
