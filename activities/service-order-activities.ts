import type { ServiceOrderActivities } from '../domain/activities.js';
import { CANCEL_FRESHNESS, CANCEL_SIGNED_WITHIN } from '../domain/payscore/timing.js';
import type {
  CancelServiceOrderInput,
  CancelServiceOrderResult,
  QueryServiceOrderInput,
  QueryServiceOrderResult,
} from '../domain/payscore/service-order.js';
import type { MerchantDirectory } from '../wechatpay/merchant.js';
import { cancelServiceOrder, queryServiceOrder } from '../wechatpay/service-orders.js';
import { guarded } from './failures.js';
import { merchantOf, timeZoneOf } from './merchants.js';
import { serverTime } from './attempt.js';

/** The activities for PayScore service orders, for the merchants that a worker knows. */
export function createServiceOrderActivities(merchants: MerchantDirectory): ServiceOrderActivities {
  return {
    queryServiceOrder: guarded(async ({ order }: QueryServiceOrderInput): Promise<QueryServiceOrderResult> => {
      const merchant = merchantOf(merchants, 'queryServiceOrder', order.mchid);
      return { ...(await queryServiceOrder(merchant, order)), askedAt: serverTime(), ...timeZoneOf(merchant) };
    }),

    cancelServiceOrder: guarded(
      async ({ order, reason, queriedAt }: CancelServiceOrderInput): Promise<CancelServiceOrderResult> => {
        const merchant = merchantOf(merchants, 'cancelServiceOrder', order.mchid);
        if (serverTime() - queriedAt > CANCEL_FRESHNESS) return { answer: 'queryTooOld', requestId: null };
        return cancelServiceOrder(merchant, order, reason, CANCEL_SIGNED_WITHIN);
      },
    ),
  };
}
