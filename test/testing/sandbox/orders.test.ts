import { describe, expect, it } from 'vitest';
import { OrderStore, type SandboxTradeState } from '../../../testing/sandbox/orders.js';

const ORDER = { mchid: '1900000109', outTradeNo: 'ONE', amount: { total: 1, currency: 'HKD' } };
const CREATED = Date.parse('2026-03-02T12:00:00Z');
const FIVE_MINUTES = 5 * 60_000;

function book(refuseEarlyClose = true): OrderStore {
  const orders = new OrderStore({ refuseEarlyClose });
  orders.place(ORDER, CREATED);
  return orders;
}

describe('an order of the sandbox', () => {
  it('can be closed from five minutes after its creation on', () => {
    expect(book().close(ORDER, CREATED + FIVE_MINUTES - 1)).toBe('TOO_EARLY');
    expect(book().close(ORDER, CREATED + FIVE_MINUTES)).toBe('closed');
    expect(book(false).close(ORDER, CREATED)).toBe('closed');
  });

  it.each<[SandboxTradeState, string]>([
    ['SUCCESS', 'ORDERPAID'],
    ['REFUND', 'ORDERPAID'],
    ['CLOSED', 'ORDER_CLOSED'],
    ['REVOKED', 'ORDER_CLOSED'],
    ['USERPAYING', 'USERPAYING'],
    ['PAYERROR', 'closed'],
  ])('that is %s answers a close with %s', (state, verdict) => {
    const orders = book();
    orders.become(ORDER, state);
    expect(orders.close(ORDER, CREATED + FIVE_MINUTES)).toBe(verdict);
  });

  it('that is closed takes no payment', () => {
    const orders = book();
    orders.close(ORDER, CREATED + FIVE_MINUTES);
    expect(orders.pay(ORDER, CREATED + FIVE_MINUTES)).toBeUndefined();
  });

  it('takes one payment, until it expires', () => {
    const orders = new OrderStore();
    orders.place({ ...ORDER, timeExpire: CREATED + 10 }, CREATED);
    expect(orders.pay(ORDER, CREATED + 10)).toBeUndefined();
    expect(orders.pay(ORDER, CREATED + 9)).toMatchObject({ amount: ORDER.amount });
    expect(orders.pay(ORDER, CREATED + 9)).toBeUndefined();
  });

  it('keeps its number for ever', () => {
    const orders = book();
    expect(() => orders.place(ORDER, CREATED)).toThrow('was placed before');
  });
});
