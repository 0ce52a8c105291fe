import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import { CALL_POLICIES, type OrderActivities, type QueryOrderResult } from '../domain/activities.js';
import type { OrderRef } from '../domain/orders/order.js';
import type { CallFailure } from '../domain/orders/state.js';
import { toCallFailure } from './call-failure.js';

const { queryOrder } = proxyActivities<Pick<OrderActivities, 'queryOrder'>>({
  ...CALL_POLICIES.queryOrder,
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
});

type Queried =
  | { readonly type: 'queryAnswered'; readonly answer: QueryOrderResult }
  | { readonly type: 'queryFailed'; readonly failure: CallFailure };

/** Asks WeChat Pay for an order, and says what came of it. */
export function query(order: OrderRef, summary: string): Promise<Queried> {
  return queryOrder.executeWithOptions({ summary }, [{ order }]).then(
    (answer): Queried => ({ type: 'queryAnswered', answer }),
    (error: unknown): Queried => ({ type: 'queryFailed', failure: toCallFailure(error) }),
  );
}
