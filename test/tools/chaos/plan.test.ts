import { describe, expect, it } from 'vitest';
import { FLOOR_MS } from '../../../tools/chaos/evidence.js';
import { tally } from '../../../tools/statistics.js';
import { SERVICE_ORDER_KINDS } from '../../../tools/chaos/service-order-kinds.js';
import { LONG, makePlan, type PlannedOrder, SHORT } from '../../../tools/chaos/plan.js';

/** An order whose five minutes are not over when it is due: if the floor were gone, it would be closed too soon. */
const isYoung = ({ ageMs, dueAfterMs, actions }: PlannedOrder): boolean =>
  ageMs !== null &&
  ageMs + Math.min(dueAfterMs, ...actions.filter(({ does }) => does === 'close-now').map(({ after }) => after)) <
    300_000 &&
  actions.every(({ does, after }) => does !== 'pay' || after > dueAfterMs);

const SEEDS = [0, 1, 7, 4_294_967_295];

describe('the plan of a storm', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(makePlan(7, LONG)).toEqual(makePlan(7, LONG));
    expect(makePlan(7, LONG)).not.toEqual(makePlan(8, LONG));
  });

  it.each(SEEDS)('has at least ten orders of each kind and of each way to place one, with the seed %s', (seed) => {
    const { orders, serviceOrders } = makePlan(seed, LONG);
    expect(orders.length + serviceOrders.length).toBe(300);
    const ofServices = tally(serviceOrders.map(({ kind }) => kind));
    expect([...ofServices.keys()].sort()).toEqual(Object.keys(SERVICE_ORDER_KINDS).sort());
    expect(Math.min(...ofServices.values())).toBeGreaterThanOrEqual(10);
    const vouched = orders.filter(({ ageMs }) => ageMs !== null);
    expect(Math.min(...tally(vouched.map(({ kind }) => kind)).values())).toBeGreaterThanOrEqual(10);
    const ways = tally(orders.map(({ api, subMchid, signType }) => `${api} ${subMchid ?? ''} ${signType ?? ''}`));
    expect(ways.size).toBe(5);
    expect(Math.min(...ways.values())).toBeGreaterThanOrEqual(10);
    expect(orders.filter(({ ageMs }) => ageMs === null)).toHaveLength(20);
  });

  it.each(SEEDS)('kills as often as it should, with the seed %s', (seed) => {
    const counts = tally(makePlan(seed, LONG).incidents.map(({ what }) => what));
    expect(Object.fromEntries(counts)).toEqual({
      'worker-killed': 15,
      'receiver-killed': 8,
      'worker-frozen': 1,
      'temporal-killed': 2,
      'wechatpay-away': 1,
      'checkout-away': 16,
      keys: 4,
    });
  });

  it.each([LONG, SHORT])('never shortens the floor', (scale) => {
    for (const { ageMs } of makePlan(1, scale).orders) expect(ageMs ?? 0).toBeLessThan(FLOOR_MS);
  });

  it.each(SEEDS)('has orders that a missing floor would close too soon, with the seed %s', (seed) => {
    expect(makePlan(seed, SHORT).orders.filter(isYoung).length).toBeGreaterThanOrEqual(6);
    expect(makePlan(seed, LONG).orders.filter(isYoung).length).toBeGreaterThanOrEqual(30);
  });

  it('has at least one of each kind of order in its short form', () => {
    const { orders, serviceOrders } = makePlan(1, SHORT);
    expect(new Set(serviceOrders.map(({ kind }) => kind))).toEqual(new Set(Object.keys(SERVICE_ORDER_KINDS)));
    const kinds = new Set(orders.map(({ kind }) => kind));
    const all = new Set(
      makePlan(1, LONG)
        .orders.filter(({ ageMs }) => ageMs !== null)
        .map(({ kind }) => kind),
    );
    expect(kinds).toEqual(all);
  });
});
