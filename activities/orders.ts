import type {
  CloseOrderInput,
  CloseOrderResult,
  OrderActivities,
  QueryOrderInput,
  QueryOrderResult,
} from '../domain/calls.js';
import { CLOSE_LIMITS } from '../domain/guarded-write.js';
import { orderWorkflowId, TIMEOUT_THEN_CLOSE_WORKFLOW } from '../domain/orders/order.js';
import { closeRules } from '../domain/orders/write.js';
import type { MerchantDirectory } from '../wechatpay/merchant.js';
import { closeOrder, queryOrder } from '../wechatpay/orders.js';
import { scheduledAt } from './attempt.js';
import { demandCaller, failingSafely, merchantOf, orThrow, merchantFacts } from './failures.js';
import { guardedWrite } from './guarded-write.js';

/** The activities for orders, for the merchants that a worker knows. */
export function createOrderActivities(merchants: MerchantDirectory): OrderActivities {
  return {
    queryOrder: failingSafely('queryOrder', async ({ order }: QueryOrderInput): Promise<QueryOrderResult> => {
      const merchant = merchantOf(merchants, 'queryOrder', order.mchid);
      return { ...orThrow('queryOrder', await queryOrder(merchant, order)), ...merchantFacts(merchant) };
    }),

    closeOrder: failingSafely('closeOrder', async (input: CloseOrderInput): Promise<CloseOrderResult> => {
      const { order, floor, allows } = input;
      demandCaller('closeOrder', TIMEOUT_THEN_CLOSE_WORKFLOW, orderWorkflowId(order));
      if (scheduledAt() < floor) return TOO_EARLY;
      const merchant = merchantOf(merchants, 'closeOrder', order.mchid);
      const result = await guardedWrite({
        call: 'closeOrder',
        limits: CLOSE_LIMITS,
        rules: closeRules(allows),
        query: (timeoutMs) => queryOrder(merchant, order, timeoutMs),
        send: (gate) => closeOrder(merchant, order, gate),
        claimsPaid: ({ answer }) => answer === 'paid',
      });
      return { ...result, ...merchantFacts(merchant) };
    }),
  };
}

const TOO_EARLY: CloseOrderResult = { before: null, sent: 'no', write: null, after: null };
