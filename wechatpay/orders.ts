import type { CloseReply, OrderAnswer } from '../domain/calls.js';
import type { MerchantRef, OrderRef } from '../domain/orders/order.js';
import type { WriteGate } from './http.js';
import type { Merchant } from './merchant.js';
import { callV3 } from './call-v3.js';
import { ownFailure, type Result } from './failure.js';
import { closeOrderV2, queryOrderV2 } from './orders-v2.js';
import { closeRefusal, closeWithoutNumber, orderAnswer, queryRefusal } from './refusals.js';
import { parseTransaction } from './transaction.js';

/**
 * Asks WeChat Pay for an order, by the API that it was placed with.
 *
 * @param timeoutMs for everything, milliseconds; default: 8 s, and 9 s with a look for a key that is not known
 * @returns what is known of the order, or why the answer is inconclusive
 */
export function queryOrder(merchant: Merchant, order: OrderRef, timeoutMs?: number): Promise<Result<OrderAnswer>> {
  const { api } = order;
  return api === 'v2' ? queryOrderV2(merchant, order, timeoutMs) : queryOrderV3(merchant, { ...order, api }, timeoutMs);
}

/**
 * Closes an order, once, by the API that it was placed with.
 *
 * @returns what WeChat Pay decided, or why its answer is inconclusive; the close may then have taken effect
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
