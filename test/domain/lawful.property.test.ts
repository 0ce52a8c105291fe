import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OrderEvent } from '../../domain/orders/state.js';
import { DAY, HOUR, MINUTE, SECOND } from '../../domain/time.js';
import { MAX_LAG, TROUBLES, type Course, type Trouble } from '../support/lawful-orders.js';
import { begins, closesIn, isAsked, live, pairs, type Call, type Lived, type Moment } from '../support/live-orders.js';
import {
  checkRequested,
  closeRequested,
  DEADLINE,
  extended,
  placedAgain,
  releaseRequested,
  resolveAs,
  retryRequested,
  START,
} from '../support/orders.js';
import { holds } from '../support/property.js';

/** A while, that is short as often as it is long. */
const within = (longest: number): fc.Arbitrary<number> =>
  fc.oneof(fc.integer({ min: 0, max: longest / 100 }), fc.integer({ min: 0, max: longest }));

const request = fc.oneof(
  { weight: 4, arbitrary: fc.constant(checkRequested) },
  { weight: 2, arbitrary: fc.constant(closeRequested) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      placedAgain,
      retryRequested,
      releaseRequested,
      extended(DEADLINE + HOUR),
      extended(START + 7 * DAY),
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('paid' as const, 'closed' as const, 'never-existed' as const), fc.boolean())
      .map(([as, force]) => resolveAs(as, force)),
  },
);

const calls = fc.array(
  fc
    .oneof(within(HOUR), within(6 * HOUR))
    .chain((after) => request.map((event): Call => ({ at: START + after, event }))),
  { maxLength: 12 },
);

const trouble = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom<Trouble>('none', 'stale', 'lost', 'system-error') },
  { weight: 3, arbitrary: fc.constantFrom(...TROUBLES) },
);

/** Single troubles, and some that last. */
const troubles = fc.oneof(
  fc.array(trouble, { maxLength: 30 }),
  fc.tuple(trouble, fc.integer({ min: 0, max: 30 })).map(([each, length]) => Array<Trouble>(length).fill(each)),
);

const course: fc.Arbitrary<Course> = fc.record({
  placed: fc.oneof(
    { weight: 3, arbitrary: fc.constant(START) },
    { weight: 1, arbitrary: within(HOUR).map((after) => START + after) },
    { weight: 1, arbitrary: fc.constant(null) },
  ),
  payment: fc.option(
    fc
      .record({ after: within(40 * MINUTE), takes: within(HOUR), fails: fc.boolean() })
      .map(({ after, takes, fails }) => ({ begins: START + after, ends: START + after + takes, fails })),
    { nil: null },
  ),
  notificationAfter: fc.option(within(2 * HOUR), { nil: null }),
  troubles,
  takes: fc.array(fc.integer({ min: 1, max: 40 * SECOND }), { maxLength: 30 }),
  lag: fc.integer({ min: 0, max: MAX_LAG }),
});

/** Each course is days of calls, so there are fewer of them than of shorter stories. */
const COURSES = 800;

const every = (check: (lived: Lived) => void): void =>
  holds(
    fc.property(course, calls, (course, calls) => check(live(course, calls))),
    COURSES,
  );

const of = (type: OrderEvent['type']): ((moment: Moment) => boolean) => {
  return ({ event }) => event.type === type;
};

const saysPaying = ({ event }: Moment): boolean =>
  event.type === 'queryAnswered' && event.answer.tradeState === 'USERPAYING';

const CALLERS = new Set<OrderEvent['type']>([
  'checkRequested',
  'closeRequested',
  'retryRequested',
  'resolveRequested',
  'releaseRequested',
]);

describe('with a WeChat Pay that keeps its rules, over a bad line, and callers who ask for anything', () => {
  it('every order ends, and as WeChat Pay has it', () => {
    every(({ last, at, wechatPay, moments }) => {
      if (last.step.do !== 'finish') throw new Error(`still ${last.state.phase} after ten days`);
      const { outcome } = last.step;
      const state = wechatPay.stateAt(at);
      if (outcome.ended === 'paid') expect(state).toBe('SUCCESS');
      else if (outcome.ended === 'closed') expect(state).toBe('CLOSED');
      else if (outcome.ended === 'never-existed') expect(wechatPay.stateAt(at + 10 * DAY)).toBe('NOT_FOUND');
      else expect(moments.some(of(outcome.ended === 'resolved' ? 'resolveRequested' : 'releaseRequested'))).toBe(true);
    });
  });

  it('a person’s word stands against what WeChat Pay says only where it is forced', () => {
    every(({ last, moments }) => {
      if (last.step.do !== 'finish' || last.step.outcome.ended !== 'resolved') return;
      const { as, said } = last.step.outcome;
      const word = moments.findLast(({ after, before }) => after.state.resolution !== before.state.resolution);
      if (word?.after.state.resolution?.force !== true) expect([as, said]).toEqual(['never-existed', 'NOT_FOUND']);
    });
  });

  it('no order ends never-existed within two hours of a placement, nor before it is due, nor unless a close was tried', () => {
    every(({ last, at, moments }) => {
      if (last.step.do !== 'finish' || last.step.outcome.ended !== 'never-existed') return;
      for (const { now } of moments.filter(of('placedAgain'))) expect(at - now).toBeGreaterThanOrEqual(2 * HOUR);
      expect(at - START).toBeGreaterThanOrEqual(2 * HOUR);
      expect(at).toBeGreaterThanOrEqual(last.state.order.payBefore);
      expect(last.state.closeSent).toBe(true);
    });
  });

  it('no close is sent within five minutes of creation', () => {
    every((lived) => {
      for (const { now } of closesIn(lived)) expect(now - START).toBeGreaterThan(5 * MINUTE);
    });
  });

  it('a close follows another after a second at the soonest, and after a query that was answered since', () => {
    every((lived) => {
      for (const [before, close] of pairs(closesIn(lived))) {
        const between = lived.moments.slice(lived.moments.indexOf(before) + 1, lived.moments.indexOf(close) + 1);
        expect(between.some(of('queryAnswered'))).toBe(true);
        // Someone who asks for it is not kept waiting.
        if (!between.some(({ event: { type } }) => type === 'retryRequested' || type === 'closeRequested')) {
          expect(close.now - before.now).toBeGreaterThanOrEqual(SECOND);
        }
      }
    });
  });

  it('while the shopper pays, a close is tried once a minute at most', () => {
    every((lived) => {
      for (const [before, close] of pairs(closesIn(lived))) {
        if (saysPaying(close)) expect(close.now - before.now).toBeGreaterThanOrEqual(MINUTE);
      }
    });
  });

  it('no more than three queries are begun within a second by the order itself', () => {
    every(({ moments }) => {
      const own = moments.filter((each) => begins(each, 'query') && !CALLERS.has(each.event.type));
      for (const [index, { now }] of own.slice(3).entries()) {
        expect(now - (own[index]?.now ?? now)).toBeGreaterThan(SECOND);
      }
    });
  });

  it('a check never brings a close about', () => {
    every(({ moments }) => {
      let isCheck = false;
      for (const { event, before, after } of moments) {
        if (event.type === 'checkRequested' && before.step.do !== 'query' && after.step.do === 'query') isCheck = true;
        else if (event.type === 'closeRequested' || event.type === 'retryRequested') isCheck = false;
        else if (event.type === 'queryAnswered' || event.type === 'queryFailed') {
          if (isCheck) expect(after.step.do).not.toBe('close');
          isCheck = false;
        }
      }
    });
  });

  it('a person is asked about signatures only when they were refused three times over two minutes', () => {
    every(({ moments }) => {
      const asked = moments.find(
        ({ before, after }) => isAsked(after, 'signature-refused') && before.step !== after.step,
      );
      if (asked === undefined) return;
      const refused = moments
        .slice(0, moments.indexOf(asked) + 1)
        .filter(
          ({ event }) =>
            (event.type === 'queryFailed' || event.type === 'closeFailed') && event.failure.kind === 'hint',
        );
      expect(refused.length).toBeGreaterThanOrEqual(3);
      expect(asked.now - (refused[0]?.now ?? asked.now)).toBeGreaterThanOrEqual(2 * MINUTE);
    });
  });

  it('an order that was asked to be let go ends soon: what is in flight is heard out, and one query follows a close', () => {
    every(({ at, moments }) => {
      const asked = moments.find(of('releaseRequested'));
      if (asked !== undefined && asked.before.step.do !== 'finish') expect(at - asked.now).toBeLessThan(3 * MINUTE);
    });
  });
});
