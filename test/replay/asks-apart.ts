import { proxyActivities, sleep } from '@temporalio/workflow';
import { policyOf } from '../../domain/call-policies.js';
import type { OrderActivities } from '../../domain/calls.js';
import { checkOrder } from '../../domain/orders/input.js';
import type { OrderInput } from '../../domain/orders/order.js';

const { queryOrder } = proxyActivities<OrderActivities>(policyOf('queryOrder'));
const { closeOrder } = proxyActivities<OrderActivities>(policyOf('closeOrder'));

/** A workflow that somebody changed: it asks once more before the close. Its history must not pass the replay gate. */
export async function timeoutThenClose(input: OrderInput): Promise<string> {
  const checked = checkOrder(input, Date.now());
  if (!checked.ok) return 'faults';
  const { ref, payBefore, floor } = checked.value;
  await sleep(Math.max(payBefore, floor) - Date.now());
  await queryOrder({ order: ref });
  const { sent } = await closeOrder({ order: ref, floor, allows: ['unpaid'] });
  return sent;
}
