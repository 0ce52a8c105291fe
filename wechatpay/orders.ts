import type { CloseReply, OrderAnswer } from '../domain/calls.js';
import type { OrderRef } from '../domain/orders/order.js';
import type { WriteGate } from './http.js';
import type { Merchant } from './merchant.js';
import { closeOrderV2, queryOrderV2 } from './orders-v2.js';
import { closeOrderV3, queryOrderV3 } from './orders-v3.js';

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
