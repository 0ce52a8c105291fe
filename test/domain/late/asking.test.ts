import { describe, expect, it } from 'vitest';
import { openLate } from '../../../domain/late/decide.js';
import { DEFAULT_LATE_TIMING, type LateDecision, type LateEvent, type LateReason } from '../../../domain/late/state.js';
import { DAY, HOUR, SECOND } from '../../../domain/time.js';
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
  OTHER,
  PAID,
  PAID_UNNAMED,
  person,
  queryFailed,
  REFUNDED,
  retry,
  said,
  startOf,
  timer,
  unclear,
  UNNAMED,
} from '../../support/late-payments.js';
import { PAYMENT, START } from '../../support/orders.js';

describe('an inconclusive answer', () => {
  const nothing: readonly (readonly [string, LateEvent])[] = [
    ['a failed query', unclear],
    ['a query that was slowed down', queryFailed('slowDown')],
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

  it('needs a person when it stays so for a day, and no sooner', () => {
    expect(after(CLOSED, NOTIFICATION, [START + DAY, unclear]).step).toEqual(
      person('patience-over', START + DAY + HOUR),
    );
    expect(after(CLOSED, NOTIFICATION, [START + DAY, hint]).step).toMatchObject({ reason: 'patience-over' });
    expect(after(CLOSED, NOTIFICATION, [START + DAY - 1, unclear]).step.do).toBe('wait');
    expect(after(PAID, NOTIFICATION, [START + DAY, said('SUCCESS')]).step).toEqual(KNOWN);
  });
});

describe('the timing that a late payment was started with', () => {
  const lengths = { first: 2 * SECOND, max: 3 * SECOND };
  const pauses = { ...DEFAULT_LATE_TIMING.pauses, unclear: lengths, hint: lengths, needsAttention: lengths };
  const opened = openLate(startOf(CLOSED, PAYMENT, { timing: { pauses, patience: HOUR } }), START);

  it('is what its pauses and its patience go by', () => {
    for (const answer of [unclear, hint]) {
      expect(andThen(opened, [START, answer]).step).toEqual({ do: 'wait', until: START + 2 * SECOND });
      expect(andThen(opened, [START + HOUR, answer]).step).toEqual(person('patience-over', at(60) + 2 * SECOND));
    }
    const second = andThen(opened, [START, unclear], [START + 2 * SECOND, timer], [START + 2 * SECOND, unclear]);
    expect(second.step).toEqual({ do: 'wait', until: START + 5 * SECOND });
    expect(andThen(opened, [START, said('SUCCESS')]).step).toEqual(person('paid-after-close', START + 2 * SECOND));
  });
});

describe('a code that retrying cannot fix', () => {
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

  it('are counted anew after an answer came between', () => {
    const two = after(CLOSED, NOTIFICATION, [START, hint], [at(1), timer], [at(1), hint], [at(2), timer]);
    const answer = andThen(two, [at(2), said('NOTPAY')], [at(3), timer], [at(3), hint]);
    expect(answer.step).toEqual({ do: 'wait', until: at(4) });
  });

  it('do not ask a person before two minutes have passed', () => {
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

describe('a retry', () => {
  const refused = after(
    CLOSED,
    NOTIFICATION,
    [START, hint],
    [at(1), timer],
    [at(1), hint],
    [at(2), timer],
    [at(2), hint],
  );

  it('allows three more signature refusals, and the hourly query does not', () => {
    expect(refused.step).toMatchObject({ reason: 'signature-refused' });
    expect(andThen(refused, [at(3), retry], [at(3), hint]).step).toEqual({ do: 'wait', until: at(4) });
    const hourly = andThen(refused, [at(62), timer], [at(62), hint]);
    expect(hourly.step).toEqual(person('signature-refused', at(122)));
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

  it('WeChat Pay is asked too, each hour, and when the person sends a retry', () => {
    const { state, step } = after(CLOSED, NOTIFICATION, [START, said('SUCCESS')]);
    expect(step).toEqual(person('paid-after-close', at(60)));
    expect(andThen({ state, step }, [at(60), timer]).step).toEqual({ do: 'query' });
    expect(andThen({ state, step }, [START, retry]).step).toEqual({ do: 'query' });
  });

  it.each([...findings, ...failures])(
    'stays asked about %s when the hourly query is inconclusive',
    (reason, decision) => {
      const later = START + 2 * DAY;
      for (const answer of answers) {
        expect(andThen(decision, [later, timer], [later, answer]).step).toEqual(person(reason, later + HOUR));
      }
    },
  );

  it.each(findings)('stays asked about %s, also when a retry is inconclusive', (reason, decision) => {
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

  it('is asked about what the next answer shows', () => {
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

  it('stays asked if a query names no payment', () => {
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
