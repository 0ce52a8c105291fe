import { describe, expect, it } from 'vitest';
import { decideLate, openLate } from '../../domain/late/decide.js';
import { LATE_PAYMENT, type LateRow } from '../../domain/late/late-payment.js';
import type { LateDecision, LateEvent, LateReason } from '../../domain/late/state.js';
import type { Payment } from '../../domain/activities.js';
import type { Outcome } from '../../domain/orders/state.js';
import { DAY, HOUR, SECOND } from '../../domain/time.js';
import {
  after,
  andThen,
  at,
  CENT,
  CLOSED,
  fatal,
  hint,
  KNOWN,
  NOTIFICATION,
  ofQuery,
  OTHER,
  PAID,
  PAID_UNNAMED,
  person,
  recorded,
  REFUNDED,
  RESOLVED,
  retry,
  said,
  timer,
  unclear,
  UNNAMED,
  type Happening,
} from '../support/late-payments.js';
import { failed, ORDER, PAYMENT, START } from '../support/orders.js';

describe('a notification that repeats', () => {
  it('the payment that the order ended with is known, and nothing is asked', () => {
    expect(openLate(ORDER, PAID, NOTIFICATION, START).step).toEqual(KNOWN);
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

  it('needs a person where only the notification tells of it, and the query does not', () => {
    for (const shown of ['SUCCESS', 'REFUND'] as const) {
      expect(after(PAID, OTHER, [START, said(shown)]).step).toMatchObject({
        reason: 'notification-and-query-disagree',
      });
    }
    const unnamed = after(PAID_UNNAMED, OTHER, [START, said('SUCCESS')]);
    expect(unnamed.step).toMatchObject({ reason: 'notification-and-query-disagree' });
  });

  it('is no second payment where the amount alone differs', () => {
    for (const ended of [PAID, PAID_UNNAMED, RESOLVED]) {
      for (const shown of ['SUCCESS', 'REFUND'] as const) {
        const asked = after(ended, CENT);
        expect(asked.step).toEqual({ do: 'query' });
        expect(andThen(asked, [START, said(shown, CENT)]).step).toEqual(person('amount-differs', START + HOUR));
      }
    }
  });

  it('is not known where the notification and the query differ in the amount', () => {
    expect(after(PAID, CENT, [START, said('SUCCESS')]).step).toMatchObject({
      reason: 'notification-and-query-disagree',
    });
  });

  it('needs a person about the amount, where nothing names the payment', () => {
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

describe('an answer that decides nothing', () => {
  const nothing: readonly (readonly [string, LateEvent])[] = [
    ['a failed query', unclear],
    ['a query that was slowed down', ofQuery(failed('query', 'slowDown'))],
    ['NOTPAY', said('NOTPAY')],
    ['PAYERROR', said('PAYERROR')],
    ['USERPAYING', said('USERPAYING')],
    ['a not-found', said('NOT_FOUND')],
  ];

  it.each(nothing)('is asked again after 1 s, doubling: %s', (_, event) => {
    const first = after(CLOSED, NOTIFICATION, [START, event]);
    expect(first.step).toEqual({ do: 'wait', until: START + SECOND });
    const second = andThen(first, [START + SECOND, timer], [START + SECOND, event]);
    expect(second.step).toEqual({ do: 'wait', until: START + 3 * SECOND });
  });

  it('is not asked again before its pause is over', () => {
    const paused = after(CLOSED, NOTIFICATION, [START, unclear]);
    expect(andThen(paused, [START + SECOND - 1, timer]).step).toEqual(paused.step);
  });

  it('needs a person when it stays so for a day, and no sooner', () => {
    expect(after(CLOSED, NOTIFICATION, [START + DAY, unclear]).step).toEqual(
      person('patience-over', START + DAY + HOUR),
    );
    expect(after(CLOSED, NOTIFICATION, [START + DAY, hint]).step).toMatchObject({ reason: 'patience-over' });
    expect(after(CLOSED, NOTIFICATION, [START + DAY - 1, unclear]).step.do).toBe('wait');
    expect(after(PAID, NOTIFICATION, [START + DAY, said('SUCCESS')]).step).toEqual(KNOWN);
  });
});

describe('a code that retrying cannot mend', () => {
  it('asks a person at once', () => {
    expect(after(CLOSED, NOTIFICATION, [START, fatal]).step).toEqual(person('fatal-answer', START + HOUR));
  });

  it('asks the person who waits for something else about it, unless that is about the money', () => {
    const patience = after(CLOSED, NOTIFICATION, [START + DAY, unclear], [START + DAY + HOUR, timer]);
    expect(andThen(patience, [START + DAY + HOUR, fatal]).step).toMatchObject({ reason: 'fatal-answer' });
    const money = after(CLOSED, NOTIFICATION, [START, said('SUCCESS')], [at(60), timer], [at(60), fatal]);
    expect(money.step).toEqual(person('paid-after-close', at(120)));
  });
});

describe('signature refusals', () => {
  it('are asked again each minute, and the third asks a person', () => {
    const second = after(CLOSED, NOTIFICATION, [START, hint], [at(1), timer], [at(1), hint]);
    expect(second.step).toEqual({ do: 'wait', until: at(2) });
    expect(andThen(second, [at(2), timer], [at(2), hint]).step).toEqual(person('signature-refused', at(62)));
  });

  it('ask nobody before two minutes have passed', () => {
    const three = after(
      CLOSED,
      NOTIFICATION,
      [START, hint],
      [at(1), timer],
      [at(1), hint],
      [at(2), timer],
      [at(2) - 1, hint],
    );
    expect(three.step).toEqual({ do: 'wait', until: at(3) - 1 });
  });
});

describe('a person who is asked', () => {
  const answers = [unclear, hint, said('NOTPAY')] as const;
  const findings: readonly (readonly [LateReason, LateDecision])[] = [
    ['paid-after-close', after(CLOSED, NOTIFICATION, [START, said('SUCCESS')])],
    ['paid-twice', after(PAID, OTHER, [START, said('SUCCESS', OTHER)])],
    ['amount-differs', after(PAID, CENT, [START, said('SUCCESS', CENT)])],
    ['notification-and-query-disagree', after(CLOSED, NOTIFICATION, [START, said('CLOSED')])],
  ];
  const failures: readonly (readonly [LateReason, LateDecision])[] = [
    ['fatal-answer', after(CLOSED, NOTIFICATION, [START, fatal])],
    ['patience-over', after(CLOSED, NOTIFICATION, [START + DAY, unclear])],
  ];

  it('WeChat Pay is asked too, each hour, and when the person says so', () => {
    const { state, step } = after(CLOSED, NOTIFICATION, [START, said('SUCCESS')]);
    expect(andThen({ state, step }, [at(60) - 1, timer]).step).toEqual(step);
    expect(andThen({ state, step }, [at(60), timer]).step).toEqual({ do: 'query' });
    expect(andThen({ state, step }, [START, retry]).step).toEqual({ do: 'query' });
  });

  it.each([...findings, ...failures])(
    'stays asked about %s when the hourly look decides nothing',
    (reason, decision) => {
      const later = START + 2 * DAY;
      for (const answer of answers) {
        expect(andThen(decision, [later, timer], [later, answer]).step).toEqual(person(reason, later + HOUR));
      }
    },
  );

  it.each(findings)('stays asked about %s, also when a retry decides nothing', (reason, decision) => {
    for (const answer of [...answers, fatal]) {
      expect(andThen(decision, [at(5), retry], [at(5), answer]).step).toEqual(person(reason, at(65)));
    }
  });

  it.each(failures)('is given new patience by a retry, and new pauses: %s', (_, decision) => {
    const later = START + 2 * DAY;
    const retried = andThen(decision, [later, retry], [later, unclear]);
    expect(retried.step).toEqual({ do: 'wait', until: later + SECOND });
    const end = later + DAY;
    expect(andThen(retried, [end - 1, timer], [end - 1, unclear]).step.do).toBe('wait');
    expect(andThen(retried, [end, timer], [end, unclear]).step).toEqual(person('patience-over', end + HOUR));
  });

  it('is told by the next answer what has changed', () => {
    const decision = after(CLOSED, NOTIFICATION, [START, said('SUCCESS')]);
    expect(andThen(decision, [at(60), timer], [at(60), said('REFUND')]).step).toEqual(REFUNDED);
    expect(andThen(decision, [at(60), timer], [at(60), said('CLOSED')]).step).toMatchObject({
      reason: 'notification-and-query-disagree',
    });
    const failure = after(CLOSED, NOTIFICATION, [START, fatal]);
    expect(andThen(failure, [at(60), timer], [at(60), said('SUCCESS')]).step).toMatchObject({
      reason: 'paid-after-close',
    });
  });

  it('gets short pauses again when a retry cuts one short', () => {
    const two = after(CLOSED, NOTIFICATION, [START, unclear], [at(1), timer], [at(1), unclear]);
    expect(andThen(two, [at(1), retry], [at(1), unclear]).step).toEqual({ do: 'wait', until: at(1) + SECOND });
  });

  it('stays asked where a query names no payment', () => {
    const asked = after(
      PAID,
      CENT,
      [START, said('SUCCESS', CENT)],
      [at(60), timer],
      [at(60), said('SUCCESS', UNNAMED)],
    );
    expect(asked.step).toEqual(person('amount-differs', at(120)));
  });

  it('is asked about no payment that turns out to be known', () => {
    const disagree = after(
      PAID_UNNAMED,
      NOTIFICATION,
      [START, said('CLOSED')],
      [at(60), timer],
      [at(60), said('SUCCESS')],
    );
    expect(disagree.step).toEqual(KNOWN);
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

  it('asks again only after a pause, or because a person says so', () => {
    for (const row of rows.filter(({ to }) => to === 'checking')) {
      expect(row.from).not.toContain('checking');
      if (row.on.includes('timer')) expect(row.when).toBe('restIsOver');
    }
  });
});
