import { patched, proxyActivities } from '@temporalio/workflow';
import { policyOf } from '../../domain/call-policies.js';
import type { OrderActivities } from '../../domain/calls.js';
import { checkOrder } from '../../domain/orders/input.js';
import type { OrderInput } from '../../domain/orders/order.js';
import type { Outcome } from '../../domain/orders/state.js';
import { timeoutThenClose as asItWas } from '../../workflows/timeout-then-close.js';

const { queryOrder } = proxyActivities<OrderActivities>(policyOf('queryOrder'));

// Say that orders are to be asked about once before the wait, too.
export async function timeoutThenClose(input: OrderInput): Promise<Outcome> {
  if (patched('ask-before-the-wait')) {
    const order = checkOrder(input, Date.now());
    if (order.ok) await queryOrder({ order: order.value.ref });
  }
  return asItWas(input);
}
