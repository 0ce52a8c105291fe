import { describe, expect, it } from 'vitest';
import { freezes, plan, service, soon } from '../../../tools/chaos/mutant-plans.js';
import { auditOf } from '../../../tools/chaos/audit.js';
import type { Loss } from '../../../tools/chaos/evidence.js';
import { unplayed } from '../../../tools/chaos/play-order.js';
import { isCaught, mutantReport, type Trial } from '../../../tools/chaos/report.js';
import { close, GOOD, order, payment, START } from './planted.js';

const KEY = '1900000109/VERIFY-1';
const frozen: Loss = { what: 'worker-frozen', from: START, until: START + 13_000, pid: 1 };
const killed: Loss = { what: 'worker-killed', from: START + 1_010, until: START + 3_000, pid: 1 };

describe('what an aimed storm meant to happen', () => {
  it('is a freeze for each order', () => {
    const aimed = freezes(plan({ orders: [soon(1)], serviceOrders: [service(1)] }));
    expect(unplayed(aimed, { ...GOOD, losses: [frozen] })).toHaveLength(1);
    expect(unplayed(aimed, { ...GOOD, losses: [frozen, frozen] })).toEqual([]);
  });

  it('is the death of the very worker that sent the write', () => {
    const aimed = plan({ orders: [soon(1, { onWrite: 'kill' })] });
    const calls = [close(1_000, { order: KEY })];
    expect(unplayed(aimed, { ...GOOD, calls })).toHaveLength(1);
    expect(unplayed(aimed, { ...GOOD, calls, losses: [{ ...killed, pid: 2 }] })).toHaveLength(1);
    expect(unplayed(aimed, { ...GOOD, calls, losses: [killed] })).toEqual([]);
  });

  it('is a payment that lands although the close was accepted', () => {
    const aimed = plan({ orders: [soon(1, { onWrite: 'pay' })] });
    const aimedOrder = { ...order, key: KEY };
    expect(unplayed(aimed, { ...GOOD, orders: [aimedOrder] })).toHaveLength(1);
    expect(unplayed(aimed, { ...GOOD, orders: [{ ...aimedOrder, payments: [payment(0)] }] })).toEqual([]);
  });
});

describe('a mutant', () => {
  const good = auditOf(GOOD);
  const bad = { ...good, early: ['closed 20 s too soon'] };
  const trial: Trial = { name: 'floor-removed', breaks: 'early', control: good, mutant: bad, troubles: [] };

  it.each<[string, boolean, Partial<Trial>]>([
    ['is caught in its line', true, {}],
    ['is not caught in another line', false, { mutant: { ...good, wrong: ['ended closed'] } }],
    ['proves nothing where the product as it is fails', false, { control: bad }],
    ['proves nothing where a storm was not played as planned', false, { troubles: ['nothing happened'] }],
  ])('%s', (_, expected, more) => {
    expect(isCaught({ ...trial, ...more })).toBe(expected);
  });

  it('is shown with what was not played', () => {
    expect(mutantReport([{ ...trial, troubles: ['as it is: a worker was frozen 0 times, and not 1'] }])).toContain(
      'floor-removed, as it is: a worker was frozen 0 times',
    );
  });
});
