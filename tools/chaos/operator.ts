import type { Client } from '@temporalio/client';
import type { OrderClient, ServiceOrderClient } from '../../client/index.js';
import { reasonAttribute } from '../../workflows/messages/shared.js';
import type { Insisting } from './client-calls.js';
import type { StormClock } from './context.js';

const LOOKS_EVERY_MS = 2_000;
/** The same order is not seen to again before this has passed. */
const AGAIN_AFTER_MS = 6_000;

const SIGNED = { note: 'seen to in the storm', by: 'operator' } as const;

export interface OperatorParts {
  readonly client: Client;
  readonly orders: OrderClient;
  readonly serviceOrders: ServiceOrderClient;
  readonly insisting: Insisting;
  readonly clock: StormClock;
}

/**
 * Sees to what needs a person, as an operator would: what went wrong in between is tried again, a payment of another amount is
 * called paid, a cancel that raced is taken note of, and a late payment is refunded. Goes on until the storm is over.
 *
 * @returns how often each reason was seen to
 */
export async function operate(parts: OperatorParts): Promise<ReadonlyMap<string, number>> {
  const { client, clock, insisting } = parts;
  const seenTo = new Map<string, number>();
  const last = new Map<string, number>();
  /** The cancels without effect that were tried again already. */
  const triedAgain = new Set<string>();
  while (!clock.isOver) {
    await clock.rest(LOOKS_EVERY_MS);
    // While the server is away, there is nothing to see.
    const needy = await listNeedy(client).catch(() => []);
    const due = needy.filter(({ workflowId }) => Date.now() - (last.get(workflowId) ?? 0) > AGAIN_AFTER_MS);
    await Promise.all(
      due.map(async (each) => {
        last.set(each.workflowId, Date.now());
        // What the client refuses is looked at again the next time.
        const isDone = await insisting.attempt(`operator, ${each.reason}`, () => seeTo(each, parts, triedAgain));
        if (isDone) seenTo.set(each.reason, (seenTo.get(each.reason) ?? 0) + 1);
      }),
    );
  }
  return seenTo;
}

interface Needy {
  readonly workflowId: string;
  readonly reason: string;
}

/** By the list that people look at: an order that is not on it is found by nobody. */
async function listNeedy(client: Client): Promise<Needy[]> {
  const needy: Needy[] = [];
  const query = `ExecutionStatus = 'Running' AND ${reasonAttribute.name} IS NOT NULL`;
  for await (const { workflowId, typedSearchAttributes } of client.workflow.list({ query })) {
    const reason = typedSearchAttributes.get(reasonAttribute);
    if (reason !== undefined) needy.push({ workflowId, reason });
  }
  return needy;
}

async function seeTo(
  { workflowId, reason }: Needy,
  { orders, serviceOrders }: OperatorParts,
  triedAgain: Set<string>,
): Promise<void> {
  const [of, ...path] = workflowId.split('/');
  if (of === 'payscore') {
    const [mchid = '', outOrderNo = ''] = path;
    const handle = serviceOrders.serviceOrder({ mchid, outOrderNo });
    if (reason === 'raced') await handle.resolve({ as: 'cancelled', ...SIGNED });
    // Money became due, so no request allows another cancel, and to try again ends nothing: the service order is kept.
    else if (reason === 'cancel-without-effect' && triedAgain.has(workflowId))
      await handle.resolve({ as: 'kept', ...SIGNED });
    else await handle.retry();
    if (reason === 'cancel-without-effect') triedAgain.add(workflowId);
  } else if (of === 'late') {
    const late = orders.latePayment(orderRefOf(path.slice(1)));
    const { transactionIds } = await late.state();
    const isFault = reason === 'fatal-answer' || reason === 'signature-refused';
    await (isFault ? late.retry() : late.record({ as: 'refunded', transactionIds, ...SIGNED }));
  } else {
    const handle = orders.order(orderRefOf(path));
    await (reason === 'amount-differs' ? handle.resolve({ as: 'paid', ...SIGNED }) : handle.retry());
  }
}

function orderRefOf(path: readonly string[]): Parameters<OrderClient['order']>[0] {
  const [mchid = '', second = '', third] = path;
  return third === undefined ? { mchid, outTradeNo: second } : { mchid, subMchid: second, outTradeNo: third };
}
