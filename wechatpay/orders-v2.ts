import type { CloseReply, OrderAnswer } from '../domain/calls.js';
import type { Call } from '../domain/errors/table.js';
import type { OrderRef } from '../domain/orders/order.js';
import { callV2 } from './call-v2.js';
import { closeWithoutNumber, NOTHING_SENT, ownFailure } from './failure.js';
import type { WriteGate } from './http.js';
import type { Merchant } from './merchant.js';
import { closeRefusal, queryRefusal } from './refusals.js';
import { parseTransactionV2 } from './transaction-v2.js';

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
