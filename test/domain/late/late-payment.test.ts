import { describe, expect, it } from 'vitest';
import type { Payment } from '../../../domain/calls.js';
import { decideLate, openLate } from '../../../domain/late/decide.js';
import { LATE_PAYMENT, type LateRow } from '../../../domain/late/table.js';
import type { Outcome } from '../../../domain/orders/state.js';
import { DAY, HOUR, SECOND } from '../../../domain/time.js';
import {
  after,
  andThen,
  at,
  CENT,
  CLOSED,
  type Happening,
  KNOWN,
  LATE_ORDER,
  NOTIFICATION,
  OTHER,
  PAID,
  PAID_UNNAMED,
  person,
  recorded,
  REFUNDED,
  RESOLVED,
  said,
  startOf,
  timer,
  unclear,
  UNNAMED,
} from '../../support/late-payments.js';
import { PAYMENT, START } from '../../support/orders.js';

describe('a notification that repeats', () => {
  it('the payment that the order ended with is known, and nothing is asked', () => {
    expect(openLate(startOf(PAID, PAYMENT), START).step).toEqual(KNOWN);
  });

  it.each<[string, Outcome, Payment]>([
    ['an order that ended with a payment whose number was not said', PAID_UNNAMED, PAYMENT],
    ['neither names the payment', PAID_UNNAMED, UNNAMED],
    ['the notification does not name it', PAID, UNNAMED],
    ['an order that a person called paid', RESOLVED, PAYMENT],
    ['an order that a person called paid, of a payment without number', RESOLVED, UNNAMED],
  ])('is known only after a query: %s', (_, ended, payment) => {
    const asked = after(ended, payment);
    expect(asked.step).toEqual({ do: 'query' });
    for (const shown of ['SUCCESS', 'REFUND'] as const) {
      expect(andThen(asked, [START, said(shown)]).step).toEqual(KNOWN);
    }
  });

  it('is not known by a query that names no payment either', () => {
    for (const ended of [PAID, PAID_UNNAMED, RESOLVED]) {
      const { step } = after(ended, UNNAMED, [START, said('SUCCESS', UNNAMED)]);
      expect(step).toEqual({ do: 'wait', until: START + SECOND });
    }
    expect(after(PAID, UNNAMED, [START, said('REFUND', UNNAMED)]).step.do).toBe('wait');
  });
});

describe('another payment than the order ended with', () => {
  it.each(['SUCCESS', 'REFUND'] as const)('needs a person once the query shows it: %s', (shown) => {
    for (const notification of [OTHER, UNNAMED, CENT]) {
      for (const other of [OTHER, { ...CENT, transactionId: 'another' }]) {
        const { step } = after(PAID, notification, [START, said(shown, other)]);
        expect(step).toEqual(person('paid-twice', START + HOUR));
      }
    }
  });

  it('needs a person if only the notification reports it, and the query does not', () => {
    for (const shown of ['SUCCESS', 'REFUND'] as const) {
      expect(after(PAID, OTHER, [START, said(shown)]).step).toMatchObject({
        reason: 'notification-and-query-disagree',
      });
    }
    const unnamed = after(PAID_UNNAMED, OTHER, [START, said('SUCCESS')]);
    expect(unnamed.step).toMatchObject({ reason: 'notification-and-query-disagree' });
  });

  it('is no second payment if the amount alone differs', () => {
    for (const ended of [PAID, PAID_UNNAMED, RESOLVED]) {
      for (const shown of ['SUCCESS', 'REFUND'] as const) {
        const asked = after(ended, CENT);
        expect(asked.step).toEqual({ do: 'query' });
        expect(andThen(asked, [START, said(shown, CENT)]).step).toEqual(person('amount-differs', START + HOUR));
      }
    }
  });

  it('goes on being one, whatever the next query shows', () => {
    const twice = after(PAID, UNNAMED, [START, said('SUCCESS', OTHER)], [at(60), timer], [at(60), said('SUCCESS')]);
    expect(twice.step).toEqual(person('paid-twice', at(120)));
  });

  it('is found by the amount that the order ended with, if the expected amount is not known', () => {
    const order = { ...LATE_ORDER, amount: null };
    const open = (changes: Partial<Payment>) => openLate(startOf(PAID, { ...PAYMENT, ...changes }, { order }), START);
    expect(open({}).step).toEqual(KNOWN);
    expect(open({ amount: null }).step).toEqual(KNOWN);
    const other = open(CENT);
    expect(other.step).toEqual({ do: 'query' });
    expect(andThen(other, [START, said('SUCCESS', CENT)]).step).toMatchObject({ reason: 'amount-differs' });
    expect(andThen(other, [START, said('SUCCESS')]).step).toMatchObject({ reason: 'notification-and-query-disagree' });
  });

  it('is not known if the notification and the query differ in the amount', () => {
    expect(after(PAID, CENT, [START, said('SUCCESS')]).step).toMatchObject({
      reason: 'notification-and-query-disagree',
    });
  });

  it('needs a person about the amount, if nothing names the payment', () => {
    const { step } = after(PAID_UNNAMED, UNNAMED, [START, said('SUCCESS', { ...CENT, transactionId: null })]);
    expect(step).toMatchObject({ reason: 'amount-differs' });
  });
});

describe('a payment of an order that did not end as paid', () => {
  it.each<Outcome>([
    CLOSED,
    { ended: 'never-existed' },
    { ended: 'released' },
    { ended: 'resolved', as: 'closed', note: 'by hand', by: 'Mei', said: 'NOTPAY' },
  ])('needs a person: %j', (ended) => {
    for (const payment of [PAYMENT, UNNAMED, OTHER, CENT]) {
      const { step } = after(ended, NOTIFICATION, [START, said('SUCCESS', payment)]);
      expect(step).toEqual(person('paid-after-close', START + HOUR));
    }
  });

  it('that WeChat Pay shows refunded has ended', () => {
    expect(after(CLOSED, NOTIFICATION, [START, said('REFUND')]).step).toEqual(REFUNDED);
  });

  it.each(['CLOSED', 'REVOKED'] as const)('that the query calls %s needs a person', (tradeState) => {
    for (const ended of [CLOSED, PAID]) {
      const { step } = after(ended, OTHER, [START, said(tradeState)]);
      expect(step).toEqual(person('notification-and-query-disagree', START + HOUR));
    }
  });
});

describe('a person who records what was done', () => {
  it.each<[string, readonly Happening[]]>([
    ['checking', []],
    ['unsettled', [[START, unclear]]],
    ['waiting for a person', [[START, said('SUCCESS')]]],
  ])('ends it, while %s', (_, story) => {
    expect(after(CLOSED, NOTIFICATION, ...story, [START, recorded]).step).toEqual({
      do: 'finish',
      outcome: { ended: 'recorded', as: 'refunded', note: 'refund R1', by: 'Mei' },
    });
  });

  it('ends it for good', () => {
    const ended = after(CLOSED, NOTIFICATION, [START, recorded]);
    expect(decideLate(ended.state, said('SUCCESS'), START).step).toEqual(ended.step);
    expect(decideLate(ended.state, timer, START + DAY).step).toEqual(ended.step);
  });
});

describe('the table of late payments', () => {
  const rows: readonly LateRow[] = LATE_PAYMENT;

  it('asks again only after a rest, never from a query', () => {
    for (const row of rows.filter(({ to }) => to === 'checking')) expect(row.from).not.toContain('checking');
  });

  it('opens an end again for a further payment only', () => {
    const reopening = rows.filter(({ from }) => from.includes('ended'));
    expect(reopening.map(({ on }) => on)).toEqual([['notificationAnother']]);
  });
});
