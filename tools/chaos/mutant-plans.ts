import { VARIANTS } from './order-kinds.js';
import type { Plan, PlannedOrder, PlannedServiceOrder } from './plan.js';

/** The 5 minutes and their margin. */
const FLOOR_AGE_MS = 330_000;

const START_AT_MS = 1_000;
const SETTLE_MS = 120_000;
/** Older than a query may be, and shorter than an attempt. */
const FROZEN_MS = 13_000;

type Parts = Partial<Pick<Plan, 'orders' | 'serviceOrders' | 'workers'>>;

/** A small storm, aimed at one thing. */
export function plan({ orders = [], serviceOrders = [], workers = 1 }: Parts): Plan {
  return { seed: 0, orders, serviceOrders, incidents: [], workers, receivers: 0, settleMs: SETTLE_MS };
}

/** The worker freezes between the answer to its query and its write. */
export function freezes(calm: Plan): Plan {
  return { ...calm, freezeAt: { place: 'before-verifying', forMs: FROZEN_MS } };
}

/** An order that may be closed, and is due, a moment after its start. Each place has another way to be placed. */
export function soon(place: number, more: Partial<PlannedOrder> = {}): PlannedOrder {
  const variant = VARIANTS[(place - 1) % VARIANTS.length] ?? { api: 'v3-global', mchid: '' };
  const amount = { total: 888, currency: variant.api === 'v3-global' ? 'HKD' : 'CNY' };
  return {
    ...variant,
    // Workers that freeze themselves do so for numbers that begin like this.
    number: `VERIFY-${place}`,
    kind: 'aimed',
    startAt: START_AT_MS,
    ageMs: FLOOR_AGE_MS - 2_000,
    dueAfterMs: 2_500,
    amount,
    expected: amount,
    isPlaced: true,
    starts: 1,
    acts: [],
    afterEnd: [],
    faults: [],
    ends: ['closed'],
    ...more,
  };
}

export function service(place: number, more: Partial<PlannedServiceOrder> = {}): PlannedServiceOrder {
  return {
    number: `VERIFY-S-${place}`,
    kind: 'aimed',
    mchid: VARIANTS[0]?.mchid ?? '',
    startAt: START_AT_MS,
    requests: [{ after: 0, requestId: 'first', reason: '用户取消', mayCancel: ['created'] }],
    acts: [],
    faults: [],
    ends: ['cancelled'],
    ...more,
  };
}
