import type { CloseReply, OrderAnswer } from '../domain/calls.js';
import type { MerchantRef, OrderRef } from '../domain/orders/order.js';
import { callV3 } from './call-v3.js';
import { closeWithoutNumber, ownFailure } from './failure.js';
import type { WriteGate } from './http.js';
import type { Merchant } from './merchant.js';
import { closeRefusal, queryRefusal } from './refusals.js';
import { parseTransaction } from './transaction.js';

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
