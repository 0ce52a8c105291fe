import { CANCEL_LIMITS } from '../domain/guarded-write.js';
import {
  CANCEL_PAYSCORE_WORKFLOW,
  serviceOrderWorkflowId,
  type CancelServiceOrderInput,
  type CancelServiceOrderResult,
  type QueryServiceOrderInput,
  type QueryServiceOrderResult,
  type ServiceOrderActivities,
} from '../domain/payscore/order.js';
import { cancelRules, progressOf } from '../domain/payscore/write.js';
import type { MerchantDirectory } from '../wechatpay/merchant.js';
import { cancelServiceOrder, queryServiceOrder } from '../wechatpay/service-orders.js';
import { demandCaller, failingSafely, merchantOf, orThrow, merchantFacts } from './failures.js';
import { guardedWrite } from './guarded-write.js';

/** The activities for PayScore service orders, for the merchants that a worker knows. */
export function createServiceOrderActivities(merchants: MerchantDirectory): ServiceOrderActivities {
  return {
    queryServiceOrder: failingSafely(
      'queryServiceOrder',
      async ({ order }: QueryServiceOrderInput): Promise<QueryServiceOrderResult> => {
        const merchant = merchantOf(merchants, 'queryServiceOrder', order.mchid);
        const answer = orThrow('queryServiceOrder', await queryServiceOrder(merchant, order));
        return { ...answer, ...merchantFacts(merchant) };
      },
    ),

    cancelServiceOrder: failingSafely(
      'cancelServiceOrder',
      async (input: CancelServiceOrderInput): Promise<CancelServiceOrderResult> => {
        const { order, reason, requests, known } = input;
        demandCaller('cancelServiceOrder', CANCEL_PAYSCORE_WORKFLOW, serviceOrderWorkflowId(order));
        const merchant = merchantOf(merchants, 'cancelServiceOrder', order.mchid);
        const result = await guardedWrite({
          call: 'cancelServiceOrder',
          limits: CANCEL_LIMITS,
          rules: cancelRules(requests, known),
          query: (timeoutMs) => queryServiceOrder(merchant, order, timeoutMs),
          send: (gate) => cancelServiceOrder(merchant, order, reason, gate),
          claimsPaid: ({ answer }) => answer === 'done',
          allowedFor: progressOf,
        });
        return { ...result, ...merchantFacts(merchant) };
      },
    ),
  };
}
