import { proxyActivities, sleep } from '@temporalio/workflow';
import { CALL_POLICIES, type OrderActivities } from '../../domain/activities.js';
import { checkOrder } from '../../domain/orders/check-order.js';
import type { OrderInput } from '../../domain/orders/order.js';

const { closeOrder } = proxyActivities<OrderActivities>(CALL_POLICIES.closeOrder);

/** A workflow that somebody changed: it closes without asking first. Its history must not pass the replay gate. */
export async function timeoutThenClose(input: OrderInput): Promise<string> {
  const checked = checkOrder(input, Date.now());
  if (!checked.ok) return 'faults';
  const { ref, payBefore, floor } = checked.value;
  await sleep(Math.max(payBefore, floor) - Date.now());
  const { answer } = await closeOrder({ order: ref, floor, queriedAt: Date.now() });
  return answer;
}
