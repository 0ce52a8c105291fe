import type { OrderActivities } from '../domain/calls.js';
import type { ServiceOrderActivities } from '../domain/payscore/order.js';
import type { MerchantDirectory } from '../wechatpay/merchant.js';
import { createOrderActivities } from './orders.js';
import { createServiceOrderActivities } from './payscore.js';

/** Every activity of a worker, for the merchants that it knows. */
export function createActivities(merchants: MerchantDirectory): OrderActivities & ServiceOrderActivities {
  return { ...createOrderActivities(merchants), ...createServiceOrderActivities(merchants) };
}
