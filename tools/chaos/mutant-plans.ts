import { FLOOR_MS } from './evidence.js';
import { VARIANTS } from './order-kinds.js';
import type { Plan, PlannedOrder, PlannedServiceOrder } from './plan.js';

const START_AT_MS = 1_000;
const SETTLE_MS = 120_000;
/** Longer than a query stays valid, and shorter than an attempt. */
const FROZEN_MS = 13_000;
/** Such orders have ended after some 5 s. */
const CHECKOUT_AWAY_MS = 15_000;

type Parts = Partial<Pick<Plan, 'orders' | 'serviceOrders' | 'workers'>>;

/** A small storm in which one mutant shows. */
export function smallPlan({ orders = [], serviceOrders = [], workers = 1 }: Parts): Plan {
  return { seed: 0, orders, serviceOrders, incidents: [], workers, receivers: 0, settleMs: SETTLE_MS };
}

/** The same plan, in which the worker freezes between the answer to its query and its write. */
export function withFreeze(plan: Plan): Plan {
  return { ...plan, freezeAt: { place: 'before-verifying', forMs: FROZEN_MS } };
}

/** The same plan, in which the checkout fails until every order has ended. */
export function withCheckoutAway(plan: Plan): Plan {
  const incidents = [{ at: 0, what: 'checkout-away', how: 'failing', forMs: CHECKOUT_AWAY_MS }] as const;
  return { ...plan, incidents };
}

/** An order that is due, and may be closed, a moment after its start. Its number also decides how it is placed. */
export function dueOrder(number: number, more: Partial<PlannedOrder> = {}): PlannedOrder {
  const variant = VARIANTS[(number - 1) % VARIANTS.length] ?? { api: 'v3-global', mchid: '' };
  const amount = { total: 888, currency: variant.api === 'v3-global' ? 'HKD' : 'CNY' };
  return {
    ...variant,
    // A worker freezes itself only for numbers that begin with VERIFY-.
    number: `VERIFY-${number}`,
    kind: 'for a mutant',
    startAt: START_AT_MS,
    ageMs: FLOOR_MS - 2_000,
    dueAfterMs: 2_500,
    amount,
    expected: amount,
    isPlaced: true,
    starts: 1,
    actions: [],
    afterEnd: [],
    faults: [],
    ends: ['closed'],
    ...more,
  };
}

export function serviceOrder(number: number, more: Partial<PlannedServiceOrder> = {}): PlannedServiceOrder {
  return {
    number: `VERIFY-S-${number}`,
    kind: 'for a mutant',
    mchid: VARIANTS[0]?.mchid ?? '',
    startAt: START_AT_MS,
    requests: [{ after: 0, requestId: 'first', reason: '用户取消', mayCancel: ['created'] }],
    actions: [],
    faults: [],
    ends: ['cancelled'],
    ...more,
  };
}
