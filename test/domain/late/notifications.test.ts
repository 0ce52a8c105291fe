import { describe, expect, it } from 'vitest';
import type { Payment } from '../../../domain/calls.js';
import { openLate } from '../../../domain/late/decide.js';
import { lateCurrentDetailsOf } from '../../../domain/page/late.js';
import { transactionIdsOf } from '../../../domain/late/facts.js';
import { checkRecord } from '../../../domain/late/input.js';
import { describeFaults } from '../../../domain/validation.js';
import type { LateDecision } from '../../../domain/late/state.js';
import type { Outcome } from '../../../domain/orders/state.js';
import { HOUR, SECOND } from '../../../domain/time.js';
import {
  after,
  andThen,
  at,
  CENT,
  CLOSED,
  fatal,
  type Happening,
  hint,
  NOTIFICATION,
  notified,
  OTHER,
  PAID,
  PAID_UNNAMED,
  person,
  recorded,
  REFUNDED,
  release,
  RELEASED,
  RESOLVED,
  said,
  startOf,
  THIRD,
  timer,
  unclear,
  UNNAMED,
} from '../../support/late-payments.js';
import { PAYMENT, START } from '../../support/orders.js';
import { withoutStory } from '../../support/story.js';

const twice = (now: number): object => person('paid-twice', now + HOUR);
const found = after(CLOSED, NOTIFICATION, [START, said('SUCCESS')]);

/** A late payment in each phase. */
const phases: readonly (readonly [string, LateDecision])[] = [
  ['checking', after(CLOSED, NOTIFICATION)],
  ['unsettled', after(CLOSED, NOTIFICATION, [START, unclear])],
  ['waiting for a person', found],
  ['waiting for a person about something else', after(CLOSED, NOTIFICATION, [START, fatal])],
  ['known', openLate(startOf(PAID, PAYMENT), START)],
  ['refunded', after(CLOSED, NOTIFICATION, [START, said('REFUND')])],
  ['recorded', andThen(found, [START, recorded])],
  ['released', andThen(found, [START, release])],
];

describe('a further notification of another payment', () => {
  it.each(phases)('needs a person, while the first is %s', (_, decision) => {
    const further = andThen(decision, [at(5), notified(OTHER)]);
    expect(further.step).toEqual(twice(at(5)));
    expect(transactionIdsOf(further.state)).toEqual([PAYMENT.transactionId, 'another']);
    expect(further.state.last).toEqual({ call: 'notification', said: 'SUCCESS', requestId: null, at: at(5) });
  });

  it('is kept up to a number that a state can carry, and then counted', () => {
    const MANY = 60;
    const all = Array.from({ length: MANY }, (_, index) => ({ ...PAYMENT, transactionId: `T${index}` }));
    const { state } = all.reduce((decision, each) => andThen(decision, [at(5), notified(each)]), found);
    expect(state.told).toHaveLength(40);
    expect(state.notKept).toBe(MANY + 1 - 40);
    const repeated = andThen({ state, step: found.step }, [at(6), notified(all[0] ?? OTHER)]).state;
    expect(withoutStory(repeated)).toEqual(withoutStory(state));
    const page = lateCurrentDetailsOf(state, found.step);
    expect(page).toContain('And 37 more payments that it reported.');
    expect(page).toContain('And 21 more notifications of other payments');
    // The refusal lists what to name, and stays short.
    const refused = checkRecord({ as: 'refunded', note: 'R1', by: 'Mei', transactionIds: [] }, state);
    expect(refused.ok ? '' : describeFaults(refused.faults)).toMatch(/^transactionIds must name .* T0, /);
  });

  it('is one, whatever the query shows from then on, until a person records it', () => {
    const further = andThen(found, [at(5), notified(OTHER)]);
    const shown = [said('SUCCESS'), said('SUCCESS', OTHER), said('REFUND'), said('CLOSED'), unclear, fatal];
    for (const answer of shown) {
      const asked = andThen(further, [at(65), timer], [at(65), answer]);
      expect(asked.step).toEqual(twice(at(65)));
      expect(andThen(asked, [at(70), recorded]).step).toMatchObject({ outcome: { ended: 'recorded' } });
    }
  });

  it('is one also if the order had ended as paid, and the query names no payment or another amount', () => {
    for (const ended of [PAID, PAID_UNNAMED, RESOLVED]) {
      const further = after(ended, UNNAMED, [START, unclear], [at(5), notified(PAYMENT)], [at(6), notified(OTHER)]);
      expect(further.step).toEqual(twice(at(6)));
      for (const answer of [said('SUCCESS', { ...CENT, transactionId: null }), said('SUCCESS', CENT), said('REFUND')]) {
        expect(andThen(further, [at(66), timer], [at(66), answer]).step).toEqual(twice(at(66)));
      }
    }
  });

  it('is one if the query had shown another than any notification names', () => {
    const shown = after(CLOSED, UNNAMED, [START, said('SUCCESS', OTHER)]);
    expect(andThen(shown, [at(1), notified(PAYMENT)]).step).toEqual(twice(at(1)));
    expect(andThen(shown, [at(1), notified(OTHER)]).step).toEqual(shown.step);
  });

  it('is one if the query reported it before, and the first notification reported another', () => {
    const shown = after(CLOSED, NOTIFICATION, [START, said('SUCCESS', OTHER)]);
    expect(andThen(shown, [at(1), notified(OTHER)]).step).toEqual(twice(at(1)));
  });

  it('is one if neither is named, and the amount is another', () => {
    const unnamed = { ...CENT, transactionId: null };
    const first = after(CLOSED, UNNAMED);
    expect(andThen(first, [at(1), notified(unnamed)]).step).toEqual(twice(at(1)));
    expect(andThen(first, [at(1), notified(CENT)]).step).toEqual(twice(at(1)));
    expect(andThen(after(CLOSED, NOTIFICATION), [at(1), notified(unnamed)]).step).toEqual(twice(at(1)));
  });

  it('is counted once, and so is the third', () => {
    const all = [notified(OTHER), notified(PAYMENT), notified(OTHER), notified(THIRD), notified(THIRD)];
    const happenings = all.map((event, index): Happening => [at(index), event]);
    expect(transactionIdsOf(andThen(found, ...happenings).state)).toEqual([
      PAYMENT.transactionId,
      'another',
      'a third',
    ]);
  });

  it('counts also if a person has just asked to stop, since that person did not know of it', () => {
    const releasing = after(CLOSED, NOTIFICATION, [START, release], [at(1), notified(OTHER)]);
    expect(releasing.step).toEqual(twice(at(1)));
    expect(andThen(releasing, [at(61), timer], [at(61), said('SUCCESS')]).step).toEqual(twice(at(61)));
  });
});

describe('a further notification of the same payment', () => {
  const repeated: readonly (readonly [string, Outcome, Payment, Payment])[] = [
    ['by its number', CLOSED, PAYMENT, PAYMENT],
    ['by its number, with another amount', CLOSED, PAYMENT, CENT],
    ['by its number, which the order had ended with', PAID, OTHER, PAYMENT],
    ['by its amount, where it is not named', CLOSED, PAYMENT, UNNAMED],
    ['by its amount, where the first was not named', CLOSED, UNNAMED, PAYMENT],
    ['by nothing, where no amount was said', CLOSED, PAYMENT, { ...UNNAMED, amount: null }],
  ];

  it.each(repeated)('changes nothing: %s', (_, ended, first, further) => {
    for (const story of [[], [[START, unclear]], [[START, fatal]], [[START, said('CLOSED')]]] as Happening[][]) {
      const before = after(ended, first, ...story);
      const { state, step, row } = andThen(before, [at(0) + SECOND, notified(further)]);
      expect(step).toEqual(before.step);
      expect(row).toBeUndefined();
      expect(withoutStory(state)).toEqual(withoutStory({ ...before.state, told: state.told }));
    }
  });

  it('may name a payment that was not named before, and a third then differs from it', () => {
    const named = after(CLOSED, UNNAMED, [START, notified(PAYMENT)]);
    expect(transactionIdsOf(named.state)).toEqual([PAYMENT.transactionId]);
    expect(andThen(named, [START, notified(OTHER)]).step).toEqual(twice(START));
  });
});

describe('a query that shows another payment refunded than the notification reported', () => {
  it('settles nothing', () => {
    const { step } = after(CLOSED, NOTIFICATION, [START, said('REFUND', OTHER)]);
    expect(step).toEqual(person('notification-and-query-disagree', START + HOUR));
    expect(after(CLOSED, UNNAMED, [START, said('REFUND', OTHER)]).step).toEqual(REFUNDED);
    expect(after(CLOSED, NOTIFICATION, [START, said('REFUND', UNNAMED)]).step).toEqual(REFUNDED);
  });
});

describe('a person who stops the watching', () => {
  it.each([
    ['unsettled', unclear],
    ['asked', said('SUCCESS')],
  ])('is obeyed at once in a rest: %s', (_, event) => {
    expect(after(CLOSED, NOTIFICATION, [START, event], [at(1), release]).step).toEqual(RELEASED);
  });

  it('is obeyed after the query under way, unless that settles it', () => {
    const releasing = after(CLOSED, NOTIFICATION, [START, release]);
    expect(releasing.step).toEqual({ do: 'query' });
    for (const answer of [said('SUCCESS'), said('CLOSED'), said('NOTPAY'), unclear, hint, fatal]) {
      expect(andThen(releasing, [START, answer]).step).toEqual(RELEASED);
    }
    expect(andThen(releasing, [START, said('REFUND')]).step).toEqual(REFUNDED);
    expect(andThen(releasing, [START, said('REFUND', OTHER)]).step).toEqual(RELEASED);
  });

  it('is obeyed after the query under way also of an order that ended as paid', () => {
    const releasing = after(PAID, OTHER, [START, release]);
    for (const answer of [said('SUCCESS'), said('SUCCESS', OTHER), said('REFUND', UNNAMED), said('SUCCESS', UNNAMED)]) {
      expect(andThen(releasing, [START, answer]).step).toEqual(RELEASED);
    }
    const known = after(PAID_UNNAMED, NOTIFICATION, [START, release], [START, said('SUCCESS')]);
    expect(known.step).toMatchObject({ outcome: { ended: 'known' } });
  });

  it('is not obeyed if another payment is reported at the same moment: the person may not know of it', () => {
    const both = andThen(found, [at(5), notified(OTHER)], [at(5), release]);
    expect(both.step).toEqual(twice(at(5)));
    expect(both.state.releaseRequested).toBe(false);
    expect(andThen(both, [at(6), release]).step).toEqual(RELEASED);
  });

  it('cannot undo how it ended', () => {
    const ended = andThen(found, [START, recorded]);
    expect(andThen(ended, [START, release]).step).toEqual(ended.step);
    const released = andThen(found, [START, release]);
    expect(andThen(released, [START, recorded]).step).toEqual(RELEASED);
  });
});

describe('what people read', () => {
  it('is WeChat Pay’s last answer, with its Request-ID, in the merchant’s time zone', () => {
    const { state } = after(CLOSED, NOTIFICATION);
    expect(state).toMatchObject({
      last: { call: 'notification', said: 'SUCCESS', requestId: null, at: START },
      timeZone: 'Asia/Shanghai',
    });
    expect(found.state.last).toEqual({ call: 'queryOrder', said: 'SUCCESS', requestId: 'request-1', at: START });
    const refused = after(CLOSED, NOTIFICATION, [at(1), fatal]);
    expect(refused.state.last).toEqual({ call: 'queryOrder', said: 'NO_AUTH', requestId: null, at: at(1) });
  });
});
