import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OrderEvent } from '../../../domain/orders/state.js';
import type { Allowed } from '../../../domain/orders/write.js';
import { DAY, HOUR, MINUTE, SECOND } from '../../../domain/time.js';
import { type Course, MAX_LAG, type Trouble, TROUBLES } from '../../support/lawful-orders.js';
import {
  begins,
  type Call,
  closesIn,
  isAsked,
  live,
  type Lived,
  type Moment,
  pairs,
} from '../../support/live-orders.js';
import {
  checkRequested,
  closeRequested,
  DEADLINE,
  extended,
  placedAgain,
  placementFailed,
  releaseRequested,
  resolveAs,
  retryRequested,
  START,
} from '../../support/orders.js';
import { holds } from '../../support/property.js';

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
      placementFailed,
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
  { weight: 5, arbitrary: fc.constantFrom<Trouble>('none', 'stale', 'no-answer', 'lost', 'system-error') },
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

const allows = (step: Extract<Moment['after']['step'], { do: 'close' }>, allowed: Allowed): boolean =>
  step.allows.includes(allowed);

/** Whether a call was refused for its signature. */
function isRefused(event: OrderEvent): boolean {
  if (event.type === 'queryFailed' || event.type === 'closeFailed') return event.failure.kind === 'hint';
  if (event.type !== 'closeAnswered') return false;
  const { write, after } = event.result;
  return [write, after].some((each) => each !== null && 'failure' in each && each.failure.kind === 'hint');
}

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

  it('a resolution that WeChat Pay contradicts ends the order only if it is forced', () => {
    every(({ last, moments }) => {
      if (last.step.do !== 'finish' || last.step.outcome.ended !== 'resolved') return;
      const { as, said } = last.step.outcome;
      const word = moments.findLast(({ after, before }) => after.state.resolution !== before.state.resolution);
      if (word?.after.state.resolution?.force !== true) expect([as, said]).toEqual(['never-existed', 'NOT_FOUND']);
    });
  });

  it('no order ends never-existed unless a close was tried; before two hours after a placement, only if that failed', () => {
    every(({ last, at, moments }) => {
      if (last.step.do !== 'finish' || last.step.outcome.ended !== 'never-existed') return;
      expect(last.state.closeSent).not.toBe('no');
      expect(at).toBeGreaterThanOrEqual(last.state.order.floor);
      if (last.state.placementFailed !== null) return;
      for (const { now } of moments.filter(of('placedAgain'))) expect(at - now).toBeGreaterThanOrEqual(2 * HOUR);
      expect(at - START).toBeGreaterThanOrEqual(2 * HOUR);
      expect(at).toBeGreaterThanOrEqual(last.state.order.payBefore);
    });
  });

  it('no close arrives within five minutes of creation, nor of another placement', () => {
    every(({ wechatPay, moments }) => {
      const placed = [START, ...moments.filter(of('placedAgain')).map(({ now }) => now)];
      for (const { at } of wechatPay.writes) {
        for (const each of placed) if (at > each) expect(at - each).toBeGreaterThan(5 * MINUTE);
      }
    });
  });

  it('a close arrives a second after another at the soonest, and five minutes after one that was accepted', () => {
    every(({ wechatPay, moments }) => {
      const asked = moments.filter(({ event }) => CALLERS.has(event.type)).map(({ now }) => now);
      for (const [before, { at }] of pairs(wechatPay.writes)) {
        const isAccepted = before.answer === 'accepted' || before.answer === 'alreadyClosed';
        if (isAccepted) expect(at - before.at).toBeGreaterThanOrEqual(5 * MINUTE);
        // Someone who asks for it is not kept waiting.
        if (asked.some((now) => now >= before.at && now <= at)) continue;
        expect(at - before.at).toBeGreaterThanOrEqual(SECOND);
      }
    });
  });

  it('no close arrives once WeChat Pay has called the order paid, or a person stopped the watching', () => {
    every(({ wechatPay, moments }) => {
      const last = moments.find(({ after: { state } }) => state.paidClaimed || state.releaseRequested);
      if (last !== undefined) expect(wechatPay.writes.filter(({ at }) => at > last.now)).toEqual([]);
    });
  });

  it('while the shopper pays, a close is tried once a minute at most', () => {
    every((lived) => {
      const tried = closesIn(lived).filter(({ after: { step } }) => step.do === 'close' && allows(step, 'paying'));
      for (const [before, close] of pairs(tried)) {
        // One that was lost before anything was sent was not tried.
        const isSent = lived.wechatPay.writes.some(({ at }) => at >= before.now && at < close.now);
        if (isSent) expect(close.now - before.now).toBeGreaterThanOrEqual(MINUTE);
      }
    });
  });

  it('an order whose placement failed is closed only while it is not found, unless a close was asked for', () => {
    every((lived) => {
      for (const { after } of closesIn(lived)) {
        const { placementFailed, closeRequested } = after.state;
        if (placementFailed === null || closeRequested !== null) continue;
        expect(after.step).toMatchObject({ allows: ['notFound'] });
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
      for (const moment of moments) {
        const { event, before, after } = moment;
        if (event.type === 'checkRequested') {
          expect(begins(moment, 'close')).toBe(false);
          if (before.step.do !== 'query' && after.step.do === 'query') isCheck = true;
        } else if (event.type === 'closeRequested' || event.type === 'retryRequested') isCheck = false;
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
      const refused = moments.slice(0, moments.indexOf(asked) + 1).filter(({ event }) => isRefused(event));
      expect(refused.length).toBeGreaterThanOrEqual(3);
      expect(asked.now - (refused[0]?.now ?? asked.now)).toBeGreaterThanOrEqual(2 * MINUTE);
    });
  });

  it('an order that is to be released ends soon: what is in flight is awaited, and one query follows a close', () => {
    every(({ at, moments }) => {
      const asked = moments.find(of('releaseRequested'));
      if (asked !== undefined && asked.before.step.do !== 'finish') expect(at - asked.now).toBeLessThan(3 * MINUTE);
    });
  });
});
