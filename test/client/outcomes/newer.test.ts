import { describe, expect, it } from 'vitest';
import { isNewer, type OutcomeEvent } from '../../../client/outcomes/index.js';
import { lateWorkflowId } from '../../../domain/late/state.js';
import { orderWorkflowId } from '../../../domain/orders/order.js';
import { eventOf, PAID } from './fixtures.js';

const { sequence } = PAID;

describe('an event', () => {
  it.each([
    ['none is stored', null, true],
    ['none was found', undefined, true],
    ['an older one is stored', sequence - 1, true],
    ['it is stored itself', sequence, false],
    ['a newer one is stored', sequence + 1, false],
    ['the database gives an older one as a text', String(sequence - 1), true],
    ['the database gives itself as a text', String(sequence), false],
    ['the database gives a newer one with more digits, as a text', `1${sequence}`.slice(0, 16), false],
    ['the database gives an older one as a big integer', BigInt(sequence - 1), true],
    ['the database gives a newer one as a big integer', BigInt(sequence + 1), false],
    ['zero is stored', 0, true],
  ])('is compared if %s', (_, stored, newer) => {
    expect(isNewer(PAID, stored)).toBe(newer);
  });

  it('is newer than none, whatever its number', () => {
    expect([isNewer({ sequence: 0 }, null), isNewer({ sequence: 0 }, undefined)]).toEqual([true, true]);
  });

  it.each(['', 'evt_1', '1.5', NaN, Infinity, 2 ** 53])('is not compared with %s', (stored) => {
    expect(() => isNewer(PAID, stored)).toThrow(TypeError);
  });
});

describe('the workflow id of an event', () => {
  const order = { mchid: '1900000109', outTradeNo: 'SHOP-1' };

  it.each(['late-payment.found', 'late-payment.settled'] as const)('of %s is not that of its order', (type) => {
    const { workflowId } = eventOf(type);
    expect(workflowId).toBe(lateWorkflowId(order));
    expect(workflowId).not.toBe(orderWorkflowId(order));
  });

  it('keeps a late payment from hiding a later event of its order, and the other way round', () => {
    const stored = new Map<string, number>();
    const take = (event: Pick<OutcomeEvent, 'workflowId' | 'sequence'>): boolean => {
      const newer = isNewer(event, stored.get(event.workflowId));
      if (newer) stored.set(event.workflowId, event.sequence);
      return newer;
    };
    const [ofOrder, ofLate] = [orderWorkflowId(order), lateWorkflowId(order)];
    expect(take({ workflowId: ofLate, sequence: 9 })).toBe(true);
    expect(take({ workflowId: ofOrder, sequence: 5 })).toBe(true);
    expect(take({ workflowId: ofOrder, sequence: 4 })).toBe(false);
    expect(take({ workflowId: ofLate, sequence: 10 })).toBe(true);
  });
});
