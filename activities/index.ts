import type { OrderActivities, ServiceOrderActivities } from '../domain/activities.js';
import type { MerchantDirectory } from '../wechatpay/merchant.js';
import { createOrderActivities } from './order-activities.js';
import { createServiceOrderActivities } from './service-order-activities.js';

/** Every activity of a worker, for the merchants that it knows. */
export function createActivities(merchants: MerchantDirectory): OrderActivities & ServiceOrderActivities {
  return { ...createOrderActivities(merchants), ...createServiceOrderActivities(merchants) };
}
