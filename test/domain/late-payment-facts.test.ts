import { describe, expect, it } from 'vitest';
import { openLate } from '../../domain/late/decide.js';
import {
  after,
  andThen,
  at,
  CENT,
  CLOSED,
  hint,
  KNOWN,
  NOTIFICATION,
  OTHER,
  PAID,
  person,
  retry,
  said,
  timer,
  UNNAMED,
} from '../support/late-payments.js';
import { ORDER, START } from '../support/orders.js';

describe('a retry of a late payment', () => {
  it('allows three more signature refusals', () => {
    const refused = after(
      CLOSED,
      NOTIFICATION,
      [START, hint],
      [at(1), timer],
      [at(1), hint],
      [at(2), timer],
      [at(2), hint],
    );
    expect(refused.step).toMatchObject({ reason: 'signature-refused' });
    expect(andThen(refused, [at(3), retry], [at(3), hint]).step).toEqual({ do: 'wait', until: at(4) });
    const hourly = andThen(refused, [at(62), timer], [at(62), hint]);
    expect(hourly.step).toEqual(person('signature-refused', at(122)));
  });
});

describe('what is known of a late payment', () => {
  it('counts signature refusals anew where an answer came between', () => {
    const two = after(CLOSED, NOTIFICATION, [START, hint], [at(1), timer], [at(1), hint], [at(2), timer]);
    const answer = andThen(two, [at(2), said('NOTPAY')], [at(3), timer], [at(3), hint]);
    expect(answer.step).toEqual({ do: 'wait', until: at(4) });
  });

  it('compares the payment of an order whose amount nobody knows with what it ended with', () => {
    const order = { ...ORDER, amount: null };
    expect(openLate(order, PAID, NOTIFICATION, START).step).toEqual(KNOWN);
    const other = openLate(order, PAID, { ...NOTIFICATION, ...CENT }, START);
    expect(other.step).toEqual({ do: 'query' });
    expect(andThen(other, [START, said('SUCCESS', CENT)]).step).toMatchObject({ reason: 'amount-differs' });
    expect(andThen(other, [START, said('SUCCESS')]).step).toMatchObject({ reason: 'notification-and-query-disagree' });
    const unsaid = openLate(order, PAID, { ...NOTIFICATION, amount: null }, START);
    expect(unsaid.step).toEqual(KNOWN);
  });

  it('goes on calling a second payment one, whatever the next query shows', () => {
    const twice = after(PAID, UNNAMED, [START, said('SUCCESS', OTHER)], [at(60), timer], [at(60), said('SUCCESS')]);
    expect(twice.step).toEqual(person('paid-twice', at(120)));
  });
});
