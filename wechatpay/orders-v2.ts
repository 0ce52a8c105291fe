import type { CloseReply, OrderAnswer } from '../domain/calls.js';
import type { Call } from '../domain/call-policies.js';
import type { OrderRef } from '../domain/orders/order.js';
import { callV2 } from './call-v2.js';
import { ownFailure, type Result } from './failure.js';
import type { WriteGate } from './http.js';
import type { Merchant } from './merchant.js';
import { closeRefusal, closeWithoutNumber, orderAnswer, queryRefusal } from './refusals.js';
import { parseTransactionV2 } from './transaction-v2.js';

/** Asks for an order through v2, by the number that it has. */
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
 * Closes an order through v2 (S2), once. The answer names no order, so it is to be confirmed by a query.
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
