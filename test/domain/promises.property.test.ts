import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TRADE_STATES, type CloseAnswer } from '../../domain/activities.js';
import { decide, open } from '../../domain/orders/decide.js';
import { dueAt } from '../../domain/orders/facts.js';
import type { CallFailure, Decision, OrderEvent, OrderState, Outcome } from '../../domain/orders/state.js';
import { DAY, HOUR, MINUTE, type Instant } from '../../domain/time.js';
import {
  answered,
  checkRequested,
  closeAnswered,
  closeRequested,
  extended,
  failed,
  notification,
  ORDER,
  PAYMENT,
  placedAgain,
  releaseRequested,
  resolveAs,
  retryRequested,
  START,
  timer,
} from '../support/orders.js';
import { begins, goOn, isSame, type Moment } from '../support/live-orders.js';
import { holds } from '../support/property.js';

const CLOSE_ANSWERS: readonly CloseAnswer[] = [
  'accepted',
  'alreadyClosed',
  'paid',
  'inProgress',
  'tooOften',
  'notFound',
  'refusedState',
  'refusedRequest',
  'tooEarly',
  'queryTooOld',
];
const KINDS: readonly CallFailure['kind'][] = ['retry', 'slowDown', 'hint', 'fatal', 'unknown'];

/** What can come next, whatever was asked: an event, made when its instant is known. */
type Coming = (now: Instant) => OrderEvent;

const wrongAmount = { ...PAYMENT, amount: { total: 1, currency: 'HKD' } };

const coming: fc.Arbitrary<Coming> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Coming>(() => timer) },
  {
    weight: 5,
    arbitrary: fc
      .tuple(fc.constantFrom(...TRADE_STATES, 'NOT_FOUND' as const), fc.integer({ min: 0, max: MINUTE }), fc.boolean())
      .map(
        ([state, age, right]): Coming =>
          (now) =>
            answered(state, now - age, right ? PAYMENT : wrongAmount),
      ),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(...CLOSE_ANSWERS).map(
      (answer): Coming =>
        () =>
          closeAnswered(answer),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constantFrom('query' as const, 'close' as const), fc.constantFrom(...KINDS)).map(
      ([call, kind]): Coming =>
        () =>
          failed(call, kind),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Coming>(() => closeRequested) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Coming>(
      () => checkRequested,
      () => placedAgain,
      () => retryRequested,
      () => releaseRequested,
      (now) => extended(now + HOUR),
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('paid' as const, 'closed' as const, 'never-existed' as const), fc.boolean())
      .map(
        ([as, force]): Coming =>
          () =>
            resolveAs(as, force),
      ),
  },
  {
    weight: 1,
    arbitrary: fc.boolean().map(
      (right): Coming =>
        () =>
          notification(right ? {} : wrongAmount),
    ),
  },
);

/** How much time goes by: often none, sometimes enough to pass every limit. */
const passing = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 1, max: MINUTE }),
  fc.integer({ min: MINUTE, max: 20 * MINUTE }),
  fc.integer({ min: HOUR, max: 30 * HOUR }),
);

const story = fc.array(fc.tuple(passing, coming), { maxLength: 60 });
const deadlines = fc.integer({ min: -HOUR, max: HOUR });

/** Lives through a story, and keeps every moment of it. */
function live(deadline: number, events: readonly (readonly [number, Coming])[]): Moment[] {
  let now = START;
  let before = open({ ...ORDER, payBefore: START + deadline }, START);
  return events.map(([passed, event]) => {
    now += passed;
    const happened = event(now);
    const moment = { now, event: happened, before, after: decide(before.state, happened, now) };
    before = moment.after;
    return moment;
  });
}

const every = (check: (moments: Moment[]) => void, numRuns?: number): void =>
  holds(
    fc.property(deadlines, story, (deadline, events) => check(live(deadline, events))),
    numRuns,
  );

const tellsOfPayment = ({ event }: Moment): boolean =>
  event.type === 'paymentNotification' ||
  (event.type === 'closeAnswered' && event.answer.answer === 'paid') ||
  (event.type === 'queryAnswered' && ['SUCCESS', 'REFUND'].includes(event.answer.tradeState));

/** Steps that need no pause before them. A query after a failed call is one that a person asked for. */
const isDone = (step: Decision['step']): boolean => step.do === 'query' || step.do === 'finish';

/** The ends that only a person can bring about, and how. */
const PERSON: Readonly<Partial<Record<Outcome['ended'], OrderEvent['type']>>> = {
  resolved: 'resolveRequested',
  released: 'releaseRequested',
};

describe('whatever happens, in whatever order', () => {
  it('no close is sent sooner than five minutes after creation', () => {
    every((moments) => {
      for (const moment of moments.filter((each) => begins(each, 'close'))) {
        expect(moment.now - ORDER.createdAt).toBeGreaterThan(5 * MINUTE);
        const before = moments.slice(0, moments.indexOf(moment));
        const again = before.filter(({ event }) => event.type === 'placedAgain');
        for (const { now } of again) expect(moment.now - now).toBeGreaterThan(5 * MINUTE);
      }
    });
  });

  it('every close follows at once on a query’s answer that allows it, and carries the time of that query', () => {
    every((moments) => {
      for (const { event, after } of moments.filter((each) => begins(each, 'close'))) {
        if (event.type !== 'queryAnswered') throw new Error(`closed on ${event.type}`);
        expect(['NOTPAY', 'PAYERROR', 'USERPAYING', 'NOT_FOUND']).toContain(event.answer.tradeState);
        expect(after.step).toEqual({ do: 'close', queriedAt: event.answer.askedAt });
      }
    });
  });

  it('no close is sent once WeChat Pay has called the order paid', () => {
    every((moments) => {
      // An answer that nobody asked for is not heard, so it teaches nothing; what is heard is in the state.
      const claimed = moments.findIndex((moment) => tellsOfPayment(moment) && moment.after.state.paidClaimed);
      if (claimed < 0) return;
      expect(moments.slice(claimed).some((moment) => begins(moment, 'close'))).toBe(false);
    });
  });

  it('every claim of payment is remembered', () => {
    every((moments) => {
      for (const moment of moments.filter((each) => tellsOfPayment(each) && each.before.state.phase !== 'ended')) {
        expect(moment.after.state.paidClaimed).toBe(true);
      }
    });
  });

  it('only a verified answer or notification ends an order as paid, closed or never-existed, and with what it says', () => {
    every((moments) => {
      for (const { event, after } of moments.filter((each) => begins(each, 'finish'))) {
        if (after.step.do !== 'finish') return;
        const { ended } = after.step.outcome;
        const said = event.type === 'queryAnswered' ? event.answer.tradeState : event.type;
        const reasons: Readonly<Partial<Record<Outcome['ended'], string[]>>> = {
          paid: ['SUCCESS', 'REFUND', 'paymentNotification'],
          closed: ['CLOSED', 'REVOKED'],
          'never-existed': ['NOT_FOUND'],
        };
        if (reasons[ended] !== undefined) expect(reasons[ended]).toContain(said);
        else expect(moments.some(({ event: { type } }) => type === PERSON[ended])).toBe(true);
      }
    });
  });

  it('an order that has ended stays as it ended', () => {
    every((moments) => {
      for (const { before, after } of moments) {
        if (before.step.do === 'finish') expect([after.state, after.step]).toEqual([before.state, before.step]);
      }
    });
  });

  it('a call that decided nothing is followed by a pause of at least a second', () => {
    every((moments) => {
      for (const { event, now, before, after } of moments) {
        // A check that came to nothing leads back to a pause that has begun already.
        if (before.state.interrupted !== null) continue;
        const failedCall = event.type === 'queryFailed' || event.type === 'closeFailed';
        if (!failedCall || before.state.phase === after.state.phase || isDone(after.step)) continue;
        expect(after.step).toHaveProperty('until');
        if ('until' in after.step) expect(after.step.until - now).toBeGreaterThanOrEqual(1_000);
      }
    });
  });

  it('an order that is open has a call in flight, or a timer; and one that a person is asked about, an hourly one', () => {
    every((moments) => {
      for (const { now, after } of moments) {
        if (after.step.do === 'askPerson') expect(after.step.until - now).toBeLessThanOrEqual(HOUR);
        if (after.step.do === 'wait') expect(after.step.until).toBeLessThanOrEqual(latestFor(after.state, now));
        expect(after.state.phase === 'ended').toBe(after.step.do === 'finish');
      }
    });
  });

  it.each(['SUCCESS', 'CLOSED'] as const)(
    'time and an answer lead on from it: once WeChat Pay says %s, the order ends',
    (said) => {
      every((moments) => {
        const { decision } = goOn(moments, 12, (step, now) =>
          step === 'query' ? answered(said, now) : closeAnswered(said === 'SUCCESS' ? 'paid' : 'alreadyClosed'),
        );
        // A close after a payment was shown is for a person to look at.
        const isForAPerson = said === 'CLOSED' && decision.state.paidShown && decision.state.phase !== 'ended';
        if (!isForAPerson) expect(decision.step.do).toBe('finish');
      });
    },
  );

  it('a person is asked once patience is over, and patience is not over before', () => {
    every((moments) => {
      const { decision, now, begun } = goOn(
        moments,
        5_000,
        (step) => failed(step, 'unknown'),
        ({ step }) => step.do === 'askPerson',
      );
      if (decision.step.do === 'finish') return;
      expect(decision.step.do).toBe('askPerson');
      expect(now).toBeLessThanOrEqual(Math.max(begun, dueAt(decision.state)) + DAY + HOUR);
      // Each lives on for days.
    }, 200);
  });

  it('patience is spent only while an order is due', () => {
    every((moments) => {
      for (const [index, { now, before, after }] of moments.entries()) {
        const asks = after.step.do === 'askPerson' && after.step.reason === 'patience-over';
        if (!asks || before.step.do === 'askPerson' || isSame(before.step, after.step)) continue;
        const notDue = moments.slice(0, index).findLast((each) => each.now < dueAt(each.after.state));
        expect(now - (notDue?.now ?? START)).toBeGreaterThanOrEqual(DAY);
      }
    });
  });
});

/** Until when an order may be left alone: its due time, or the longest pause. */
function latestFor(state: OrderState, now: Instant): Instant {
  return state.phase === 'awaitingPayment' ? dueAt(state) : now + 30 * MINUTE;
}
