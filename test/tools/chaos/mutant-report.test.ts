import { describe, expect, it } from 'vitest';
import { dueOrder, serviceOrder, smallPlan, withCheckoutAway, withFreeze } from '../../../tools/chaos/mutant-plans.js';
import { auditOf } from '../../../tools/chaos/audit.js';
import type { Loss } from '../../../tools/chaos/evidence.js';
import { notPlayed } from '../../../tools/chaos/play-order.js';
import { isCaught, mutantReport, type Trial } from '../../../tools/chaos/report.js';
import { close, GOOD, order, payment, START } from './planted.js';

const KEY = '1900000109/VERIFY-1';
const frozen: Loss = { what: 'worker-frozen', from: START, until: START + 13_000, pid: 1 };
const killed: Loss = { what: 'worker-killed', from: START + 1_010, until: START + 3_000, pid: 1 };

describe('what the plan of a mutant meant to happen', () => {
  it('is a freeze for each order', () => {
    const planned = withFreeze(smallPlan({ orders: [dueOrder(1)], serviceOrders: [serviceOrder(1)] }));
    expect(notPlayed(planned, { ...GOOD, losses: [frozen] })).toHaveLength(1);
    expect(notPlayed(planned, { ...GOOD, losses: [frozen, frozen] })).toEqual([]);
  });

  it('is a kill of the worker that sent the write', () => {
    const planned = smallPlan({ orders: [dueOrder(1, { onWrite: 'kill' })] });
    const calls = [close(1_000, { order: KEY })];
    expect(notPlayed(planned, { ...GOOD, calls })).toHaveLength(1);
    expect(notPlayed(planned, { ...GOOD, calls, losses: [{ ...killed, pid: 2 }] })).toHaveLength(1);
    expect(notPlayed(planned, { ...GOOD, calls, losses: [killed] })).toEqual([]);
  });

  it('is a post that a checkout does not take while it is away', () => {
    const planned = withCheckoutAway(smallPlan({ orders: [dueOrder(1)] }));
    expect(notPlayed(planned, GOOD)).toHaveLength(1);
    expect(notPlayed(planned, { ...GOOD, posts: GOOD.posts.map((each) => ({ ...each, isTaken: false })) })).toEqual([]);
  });

  it('is a payment that arrives although the close was accepted', () => {
    const planned = smallPlan({ orders: [dueOrder(1, { onWrite: 'pay' })] });
    const plannedOrder = { ...order, key: KEY };
    expect(notPlayed(planned, { ...GOOD, orders: [plannedOrder] })).toHaveLength(1);
    expect(notPlayed(planned, { ...GOOD, orders: [{ ...plannedOrder, payments: [payment(0)] }] })).toEqual([]);
  });
});

describe('a mutant', () => {
  const good = auditOf(GOOD);
  const bad = { ...good, early: ['closed 20 s too soon'] };
  const trial: Trial = { name: 'floor-removed', breaks: 'early', control: good, mutant: bad, deviations: [] };

  it.each<[string, boolean, Partial<Trial>]>([
    ['is caught in its line', true, {}],
    ['is not caught in another line', false, { mutant: { ...good, wrong: ['ended closed'] } }],
    ['proves nothing if the product as it is fails', false, { control: bad }],
    ['proves nothing if a storm did not go as planned', false, { deviations: ['nothing happened'] }],
  ])('%s', (_, expected, more) => {
    expect(isCaught({ ...trial, ...more })).toBe(expected);
  });

  it('is shown with what did not happen', () => {
    expect(mutantReport([{ ...trial, deviations: ['as it is: a worker was frozen 0 times, and not 1'] }])).toContain(
      'floor-removed, as it is: a worker was frozen 0 times',
    );
  });
});
