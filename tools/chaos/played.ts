import { claimKey } from '../../testing/sandbox/claims.js';
import type { Evidence } from './evidence.js';
import type { Plan, WriteTrap } from './plan.js';
import { orderKeyOf } from './play-order.js';
import { isWrite } from './wire-order.js';

/** What an aimed plan meant to happen to the product as it is, and what did not: then a mutant was not put to the test either. */
export function unplayed(plan: Plan, evidence: Evidence): string[] {
  const traps = [
    ...plan.orders.map((each) => ({ key: claimKey(orderKeyOf(each)), onWrite: each.onWrite })),
    ...plan.serviceOrders.map(({ mchid, number, onWrite }) => ({
      key: claimKey({ mchid, outOrderNo: number }),
      onWrite,
    })),
  ];
  return [
    ...unfrozen(plan, evidence),
    ...traps.flatMap(({ key, onWrite }) =>
      onWrite === undefined || isSprung(key, onWrite, evidence) ? [] : [`${key}: nothing happened in its write`],
    ),
  ];
}

/** Workers freeze themselves once for each order. */
function unfrozen({ freezeAt, orders, serviceOrders }: Plan, { losses }: Evidence): string[] {
  const frozen = losses.filter(({ what }) => what === 'worker-frozen').length;
  const wanted = orders.length + serviceOrders.length;
  return freezeAt !== undefined && frozen < wanted ? [`a worker was frozen ${frozen} times, and not ${wanted}`] : [];
}

function isSprung(key: string, trap: WriteTrap, { calls, losses, orders }: Evidence): boolean {
  switch (trap) {
    case 'pay':
      return orders.some((each) => each.key === key && each.payments.length > 0);
    case 'kill':
      return calls.some(
        (call) =>
          call.order === key &&
          isWrite(call) &&
          losses.some(({ what, pid, from }) => what === 'worker-killed' && pid === call.pid && from >= call.arrivedAt),
      );
  }
}
