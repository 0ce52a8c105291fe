import type { Client } from '@temporalio/client';
import type { OrderClient } from '../../client/index.js';
import { reasonAttribute } from '../../workflows/messages/shared.js';
import type { StormContext } from './context.js';

const POLL_MS = 2_000;
/** An order is not handled again sooner than this. */
const AGAIN_AFTER_MS = 6_000;

const SIGNED = { note: 'handled in the storm', by: 'operator' } as const;

/**
 * Handles the orders that need a person, as an operator would: retries after a fault, resolves a payment of another amount as
 * paid and a cancel that raced as cancelled, and records late payments as refunded. Returns when the storm is over.
 *
 * @returns how often each reason was handled
 */
export async function operate(client: Client, context: StormContext): Promise<ReadonlyMap<string, number>> {
  const { clock, clientCalls } = context;
  const handled = new Map<string, number>();
  const lastHandled = new Map<string, number>();
  /** The workflows whose cancel had no effect, and was retried already. */
  const retried = new Set<string>();
  while (!clock.isOver) {
    await clock.rest(POLL_MS);
    // The list cannot be read while the server is away.
    const listed = await listOrdersNeedingAPerson(client).catch(() => []);
    const due = listed.filter(({ workflowId }) => Date.now() - (lastHandled.get(workflowId) ?? 0) > AGAIN_AFTER_MS);
    await Promise.all(
      due.map(async (order) => {
        lastHandled.set(order.workflowId, Date.now());
        // If the client refuses it, the order is still in the list the next time.
        const isDone = await clientCalls.once(`operator, ${order.reason}`, () => handle(order, context, retried));
        if (isDone) handled.set(order.reason, (handled.get(order.reason) ?? 0) + 1);
      }),
    );
  }
  return handled;
}

interface OrderNeedingAPerson {
  readonly workflowId: string;
  readonly reason: string;
}

/** Uses the search attribute that operators list orders by, so an order without it would never be handled. */
async function listOrdersNeedingAPerson(client: Client): Promise<OrderNeedingAPerson[]> {
  const orders: OrderNeedingAPerson[] = [];
  const query = `ExecutionStatus = 'Running' AND ${reasonAttribute.name} IS NOT NULL`;
  for await (const { workflowId, typedSearchAttributes } of client.workflow.list({ query })) {
    const reason = typedSearchAttributes.get(reasonAttribute);
    if (reason !== undefined) orders.push({ workflowId, reason });
  }
  return orders;
}

async function handle(
  { workflowId, reason }: OrderNeedingAPerson,
  { orders, serviceOrders }: StormContext,
  retried: Set<string>,
): Promise<void> {
  const [flow, ...path] = workflowId.split('/');
  if (flow === 'payscore') {
    const [mchid = '', outOrderNo = ''] = path;
    const order = serviceOrders.serviceOrder({ mchid, outOrderNo });
    if (reason === 'raced') await order.resolve({ as: 'cancelled', ...SIGNED });
    // Money became due, and no request allows a cancel any more: another retry would change nothing.
    else if (reason === 'cancel-without-effect' && retried.has(workflowId))
      await order.resolve({ as: 'kept', ...SIGNED });
    else await order.retry();
    if (reason === 'cancel-without-effect') retried.add(workflowId);
  } else if (flow === 'late') {
    const late = orders.latePayment(orderRefOf(path.slice(1)));
    const { transactionIds } = await late.state();
    const isFault = reason === 'fatal-answer' || reason === 'signature-refused';
    await (isFault ? late.retry() : late.record({ as: 'refunded', transactionIds, ...SIGNED }));
  } else {
    const order = orders.order(orderRefOf(path));
    await (reason === 'amount-differs' ? order.resolve({ as: 'paid', ...SIGNED }) : order.retry());
  }
}

function orderRefOf(path: readonly string[]): Parameters<OrderClient['order']>[0] {
  const [mchid = '', second = '', third] = path;
  return third === undefined ? { mchid, outTradeNo: second } : { mchid, subMchid: second, outTradeNo: third };
}
