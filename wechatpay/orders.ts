import type { CloseOrderResult } from '../domain/activities.js';
import type { OrderRef } from '../domain/orders/order.js';
import type { Merchant } from './merchant.js';
import { closeOrderV2, queryOrderV2 } from './orders-v2.js';
import { closeOrderV3, queryOrderV3 } from './orders-v3.js';
import type { QueryAnswer } from './refusals.js';

/**
 * Asks WeChat Pay for an order, by the API that it was placed with.
 *
 * @throws WechatPayFailure where the answer decides nothing
 */
export function queryOrder(merchant: Merchant, order: OrderRef): Promise<QueryAnswer> {
  const { api } = order;
  return api === 'v2' ? queryOrderV2(merchant, order) : queryOrderV3(merchant, { ...order, api });
}

/**
 * Closes an order, once, by the API that it was placed with.
 *
 * @param signedWithinMs one that is signed later is not sent; v2 is signed at once
 * @throws WechatPayFailure where WeChat Pay decided nothing; the close may then have taken effect
 */
export function closeOrder(merchant: Merchant, order: OrderRef, signedWithinMs?: number): Promise<CloseOrderResult> {
  const { api } = order;
  return api === 'v2' ? closeOrderV2(merchant, order) : closeOrderV3(merchant, { ...order, api }, signedWithinMs);
}
