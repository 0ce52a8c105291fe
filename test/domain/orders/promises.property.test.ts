import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { OrderAnswer } from '../../../domain/calls.js';
import { dueAt } from '../../../domain/orders/facts.js';
import type { OrderDecision, OrderEvent, OrderState, Outcome } from '../../../domain/orders/state.js';
import { DAY, HOUR, type Instant, MINUTE, SECOND } from '../../../domain/time.js';
import { anyLife } from '../../support/any-orders.js';
import { begins, goOnAfter, isSame, type Moment } from '../../support/live-orders.js';
import { answerOf, closeFailed, notAllowed, notification, queryFailed, START } from '../../support/orders.js';
import { holds } from '../../support/property.js';

const every = (check: (moments: Moment[]) => void, numRuns?: number): void =>
  holds(
    fc.property(anyLife, (moments) => check(moments)),
    numRuns,
  );

/** The verified answers in an event, in their order. */
function answersIn(event: OrderEvent): OrderAnswer[] {
  if (event.type === 'queryAnswered') return [event.answer];
  if (event.type !== 'closeAnswered') return [];
  const { before, after } = event.result;
  return [...(before === null ? [] : [before]), ...(after !== null && 'answer' in after ? [after.answer] : [])];
}

function claimsPayment(event: OrderEvent): boolean {
  const isRefused =
    event.type === 'closeAnswered' &&
    event.result.write !== null &&
    'answer' in event.result.write &&
    event.result.write.answer.answer === 'paid';
  return event.type === 'paymentNotification' || isRefused || answersIn(event).some((each) => 'payment' in each);
}

/** The ends that only a person can bring about, and how. */
const PERSON: Readonly<Partial<Record<Outcome['ended'], OrderEvent['type']>>> = {
  resolved: 'resolveRequested',
  released: 'releaseRequested',
};

describe('whatever happens, in whatever order', () => {
  it('no close begins before its floor: five minutes after creation, and after each placement', () => {
    every((moments) => {
      for (const [index, { now, after }] of moments.entries()) {
        if (after.step.do !== 'close' || after.step.isSuperseded) continue;
        expect(now).toBeGreaterThanOrEqual(after.state.order.floor);
        const placed = moments.slice(0, index).filter(({ event }) => event.type === 'placedAgain');
        for (const each of [START, ...placed.map((moment) => moment.now)]) {
          expect(now - each).toBeGreaterThan(5 * MINUTE);
        }
      }
    });
  });

  it('no close begins, nor goes on, once WeChat Pay has called the order paid', () => {
    every((moments) => {
      const claimed = moments.findIndex(({ event, before }) => claimsPayment(event) && before.step.do !== 'finish');
      if (claimed < 0) return;
      for (const { after, before } of moments.slice(claimed)) {
        expect(after.state.paidClaimed).toBe(true);
        // One that was in flight is awaited, and superseded.
        if (after.step.do === 'close') expect([before.step.do, after.step.isSuperseded]).toEqual(['close', true]);
      }
    });
  });

  it('no close begins within five minutes of an accepted one', () => {
    every((moments) => {
      for (const { now, before, after } of moments) {
        const { closeAcceptedAt } = before.state;
        if (after.step.do === 'close' && before.step.do !== 'close' && closeAcceptedAt !== null) {
          expect(now - closeAcceptedAt).toBeGreaterThanOrEqual(5 * MINUTE);
        }
      }
    });
  });

  it('a close is never begun by a check, and never while one is answered', () => {
    every((moments) => {
      for (const moment of moments) {
        if (moment.event.type === 'checkRequested') expect(begins(moment, 'close')).toBe(false);
        if (moment.before.state.interrupted === null) continue;
        const isAsked = ['closeRequested', 'retryRequested'].includes(moment.event.type);
        if (!isAsked) expect(begins(moment, 'close')).toBe(false);
      }
    });
  });

  it('a close in flight stays, superseded or not, until its result is known', () => {
    every((moments) => {
      for (const { event, before, after } of moments) {
        if (before.step.do !== 'close' || event.type === 'closeAnswered' || event.type === 'closeFailed') continue;
        expect(after.step).toMatchObject({ do: 'close', allows: before.step.allows });
        if (after.step.do === 'close' && before.step.isSuperseded) expect(after.step.isSuperseded).toBe(true);
      }
    });
  });

  it('what was sent is remembered: no, maybe, yes, and never less', () => {
    const order = ['no', 'maybe', 'yes'];
    every((moments) => {
      for (const { before, after } of moments) {
        expect(order.indexOf(after.state.closeSent)).toBeGreaterThanOrEqual(order.indexOf(before.state.closeSent));
      }
    });
  });

  it('only a verified answer or notification ends an order as paid, closed or never-existed, and with what it says', () => {
    every((moments) => {
      const end = moments.find((each) => begins(each, 'finish'));
      if (end?.after.step.do !== 'finish') return;
      const { outcome } = end.after.step;
      const said = answersIn(end.event).at(-1)?.tradeState ?? end.event.type;
      if (outcome.ended === 'paid' && outcome.toldBy === 'notification') {
        expect(moments.some(({ event }) => isSame(event, notification()))).toBe(true);
        expect(['paymentNotification', 'closeAnswered', 'closeFailed']).toContain(end.event.type);
        return;
      }
      const reasons: Readonly<Partial<Record<Outcome['ended'], string[]>>> = {
        paid: ['SUCCESS', 'REFUND'],
        closed: ['CLOSED', 'REVOKED'],
        'never-existed': ['NOT_FOUND'],
      };
      const reason = reasons[outcome.ended];
      if (reason !== undefined) expect(reason).toContain(said);
      else expect(moments.some(({ event: { type } }) => type === PERSON[outcome.ended])).toBe(true);
    });
  });

  it('an order that has ended has one outcome, and does not change any more', () => {
    every((moments) => {
      for (const { before, after } of moments) {
        if (before.step.do === 'finish') expect([after.state, after.step]).toEqual([before.state, before.step]);
        expect(after.state.phase === 'ended').toBe(after.step.do === 'finish');
      }
    });
  });

  it('an inconclusive call is followed by a pause of at least a second, or by a query after what was sent', () => {
    every((moments) => {
      for (const { event, now, before, after } of moments) {
        // A check that came to nothing leads back to a pause that has begun already.
        if (before.state.interrupted !== null) continue;
        const isFailed = event.type === 'queryFailed' || (event.type === 'closeFailed' && event.failure.sent === 'no');
        if (!isFailed || before.step.do === after.step.do || after.step.do === 'finish') continue;
        // Superseded before it was sent: the wait that follows is for the time that the event has set, and can be over.
        if (event.type === 'closeFailed' && event.failure.code === 'LOCAL_SUPERSEDED') continue;
        if (after.state.releaseRequested) continue;
        expect(after.step).toHaveProperty('until');
        if ('until' in after.step) expect(after.step.until - now).toBeGreaterThanOrEqual(SECOND);
      }
    });
  });

  it('an order that is open has a call in flight, or a timer; and one that a person is asked about, an hourly one', () => {
    every((moments) => {
      for (const { now, after } of moments) {
        if (after.step.do === 'askPerson') expect(after.step.until - now).toBeLessThanOrEqual(HOUR);
        if (after.step.do === 'wait') expect(after.step.until).toBeLessThanOrEqual(latestFor(after.state, now));
      }
    });
  });
});

describe('whatever has happened, time and answers lead on', () => {
  const shows = (decision: OrderDecision, said: OrderAnswer, now: Instant): OrderEvent =>
    decision.step.do === 'close' ? notAllowed(said) : { type: 'queryAnswered', answer: said, askedAt: now };

  it.each(['SUCCESS', 'CLOSED'] as const)('once WeChat Pay says %s, the order ends', (said) => {
    every((moments) => {
      const { decision } = goOnAfter(moments, 12, (each, now) => shows(each, answerOf(said), now));
      // If a payment was shown before, a close is a question for a person.
      const isForAPerson = said === 'CLOSED' && decision.state.paidShown && decision.state.phase !== 'ended';
      if (!isForAPerson) expect(decision.step.do).toBe('finish');
    });
  });

  it('a person is asked once patience is over, unless the placement failed', () => {
    every((moments) => {
      const fail = ({ step }: OrderDecision): OrderEvent =>
        step.do === 'close' ? closeFailed('unknown') : queryFailed('unknown');
      const { decision, now, begun } = goOnAfter(moments, 5_000, fail, ({ step, state }) => {
        return step.do === 'askPerson' || state.placementFailed !== null;
      });
      if (decision.step.do === 'finish' || decision.state.placementFailed !== null) return;
      expect(decision.step.do).toBe('askPerson');
      expect(now).toBeLessThanOrEqual(Math.max(begun, dueAt(decision.state)) + DAY + HOUR);
      // Each lives on for days.
    }, 200);
  });

  it('patience is spent only while an order is due', () => {
    every((moments) => {
      for (const [index, { now, before, after }] of moments.entries()) {
        const asks = after.step.do === 'askPerson' && after.step.reason === 'patience-over';
        // A check leads back to where it came from.
        if (!asks || before.step.do === 'askPerson' || before.state.interrupted !== null) continue;
        const notDue = moments.slice(0, index).findLast((each) => each.now < dueAt(each.after.state));
        expect(now - (notDue?.now ?? START)).toBeGreaterThanOrEqual(DAY);
      }
    });
  });
});

/** Until when an order may be left alone: its due time, or the longest pause. */
function latestFor(state: OrderState, now: Instant): Instant {
  const failed = state.placementFailed === null ? 0 : Math.max(state.order.floor, now);
  return state.phase === 'awaitingPayment' ? dueAt(state) : Math.max(now + 30 * MINUTE, failed);
}
