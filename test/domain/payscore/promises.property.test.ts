import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideServiceOrder, openServiceOrder } from '../../../domain/payscore/decide.js';
import type { CancelRequest, ServiceDecision, ServiceOrderEvent } from '../../../domain/payscore/state.js';
import { CANCEL_ANSWERS, type ServiceCallFailure } from '../../../domain/payscore/service-order.js';
import { DAY, HOUR, MINUTE, SECOND, type Instant } from '../../../domain/time.js';
import { holds } from '../../support/property.js';
import {
  ANYTIME,
  cancelAnswered,
  failed,
  notified,
  NOON,
  release,
  REQUEST,
  requested,
  resolve,
  retry,
  SERVICE_ORDER,
  SHOWN,
  shows,
  timer,
  told,
  type Shown,
} from '../../support/service-orders.js';

const KINDS: readonly ServiceCallFailure['kind'][] = ['retry', 'slowDown', 'hint', 'fatal', 'unknown'];

/** What can come next, whatever was asked: an event, made when its instant is known. */
type Coming = (now: Instant) => ServiceOrderEvent;

const request: fc.Arbitrary<CancelRequest> = fc
  .record({
    requestId: fc.constantFrom('a', 'b', 'c'),
    reason: fc.constantFrom('one', 'two', 'three'),
    dueAt: fc.constantFrom(NOON, NOON + HOUR, NOON + DAY),
    mayCancel: fc.constantFrom(REQUEST.mayCancel, ANYTIME.mayCancel, []),
    giveUp: fc.constantFrom(null, { total: 100 }, { total: 70 }),
  })
  .map((changes) => ({ ...REQUEST, ...changes }));

const seen = fc.constantFrom(...(Object.keys(SHOWN) as Shown[]), 'notFound' as const);
const age = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: MINUTE }));

const coming: fc.Arbitrary<Coming> = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Coming>(() => timer) },
  {
    weight: 6,
    arbitrary: fc.tuple(seen, age).map(
      ([shown, old]): Coming =>
        (now) =>
          shows(shown, now - old),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom(...CANCEL_ANSWERS).map(
      (answer): Coming =>
        () =>
          cancelAnswered(answer),
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom('query' as const, 'cancel' as const), fc.constantFrom(...KINDS), fc.boolean())
      .map(
        ([call, kind, mayHaveTakenEffect]): Coming =>
          () =>
            failed(call, kind, 'SYSTEM_ERROR', mayHaveTakenEffect),
      ),
  },
  {
    weight: 2,
    arbitrary: request.map(
      (each): Coming =>
        () =>
          requested(each),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('USER_CONFIRM' as const, 'USER_PAID' as const).map(
      (said): Coming =>
        () =>
          notified(said),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(retry, resolve(), resolve({ force: true })).map(
      (each): Coming =>
        () =>
          each,
    ),
  },
);
const comingWithRelease = fc.oneof(
  { weight: 20, arbitrary: coming },
  { weight: 1, arbitrary: fc.constant<Coming>(() => release) },
);

/** How much time goes by: often none, sometimes enough to pass every limit. */
const passing = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 1, max: 10 * SECOND }),
  fc.integer({ min: SECOND, max: 10 * MINUTE }),
  fc.integer({ min: HOUR, max: 30 * HOUR }),
);
const story = fc.array(fc.tuple(passing, comingWithRelease), { maxLength: 60 });

interface Moment {
  readonly now: Instant;
  readonly event: ServiceOrderEvent;
  readonly before: ServiceDecision;
  readonly after: ServiceDecision;
}

/** Lives through a story, and keeps every moment of it. */
function live(first: CancelRequest | null, events: readonly (readonly [number, Coming])[]): Moment[] {
  let now = NOON;
  let before = openServiceOrder({ order: SERVICE_ORDER, request: first, locale: 'en' }, NOON);
  return events.map(([passed, event]) => {
    now += passed;
    const happened = event(now);
    const moment = { now, event: happened, before, after: decideServiceOrder(before.state, happened, now) };
    before = moment.after;
    return moment;
  });
}

const every = (check: (moments: Moment[]) => void): void =>
  holds(fc.property(fc.option(request), story, (first, events) => check(live(first, events))));

const begins = ({ before, after }: Moment, step: ServiceDecision['step']['do']): boolean =>
  after.step.do === step && before.step.do !== step;

const tellsOfPayment = ({ event, before }: Moment): boolean =>
  before.step.do !== 'finish' &&
  ((event.type === 'notificationReceived' && event.notification.said === 'USER_PAID') ||
    (event.type === 'cancelAnswered' && event.answer.answer === 'done') ||
    (event.type === 'queryAnswered' && event.answer.found && event.answer.collection === 'USER_PAID'));

describe('whatever happens, in whatever order', () => {
  it('every cancel follows at once on a query’s answer, at most five seconds old, that a due request allows', () => {
    every((moments) => {
      for (const { event, now, after } of moments.filter((each) => begins(each, 'cancel'))) {
        if (event.type !== 'queryAnswered' || !event.answer.found) throw new Error(`cancelled on ${event.type}`);
        const { askedAt, state, description, collection, totalDue } = event.answer;
        expect(now - askedAt).toBeLessThanOrEqual(5 * SECOND);
        expect(after.step).toMatchObject({ queriedAt: askedAt });
        const due = after.state.requests.filter(({ dueAt }) => dueAt <= now);
        const allowing = due.filter(({ mayCancel, giveUp }) => {
          const moneyIsDue = collection !== null || (state === 'DOING' && (totalDue ?? 0) > 0);
          if (description === 'MCH_COMPLETE' || moneyIsDue) return giveUp !== null && giveUp.total === totalDue;
          return mayCancel.includes(state === 'CREATED' ? 'created' : 'in-service');
        });
        expect(['CREATED', 'DOING']).toContain(state);
        expect(allowing).not.toEqual([]);
      }
    });
  });

  it('no cancel is sent once the service order is paid or done, known or claimed', () => {
    every((moments) => {
      const claimed = moments.findIndex(tellsOfPayment);
      if (claimed < 0) return;
      expect(moments.slice(claimed).some((moment) => begins(moment, 'cancel'))).toBe(false);
    });
  });

  it('every cancel that is sent gives the reason of the first', () => {
    every((moments) => {
      const unsent = ({ event }: Moment): boolean =>
        (event.type === 'cancelAnswered' && event.answer.answer === 'queryTooOld') ||
        (event.type === 'cancelFailed' && !event.failure.mayHaveTakenEffect);
      const first = moments.findIndex(({ after, before }) => before.state.cancelSent !== after.state.cancelSent);
      if (first < 0) return;
      const sent = moments.slice(first).filter((each) => !unsent(each) && each.after.step.do === 'cancel');
      const reasons = new Set(sent.map(({ after }) => (after.step.do === 'cancel' ? after.step.reason : '')));
      expect(reasons.size).toBeLessThanOrEqual(1);
    });
  });

  it('only a verified query, or a person, ends it, and with what they say', () => {
    every((moments) => {
      for (const { event, before, after } of moments.filter((each) => begins(each, 'finish'))) {
        if (after.step.do !== 'finish') return;
        const { ended } = after.step.outcome;
        const said = event.type === 'queryAnswered' ? (event.answer.found ? event.answer.state : 'NOT_FOUND') : '';
        if (ended === 'released') expect(after.state.released).toBe(true);
        else if (ended === 'resolved') expect(before.state.resolution).not.toBeNull();
        else {
          const reasons = {
            cancelled: ['REVOKED'],
            done: ['DONE'],
            expired: ['EXPIRED'],
            kept: ['CREATED', 'DOING'],
            'never-existed': ['NOT_FOUND'],
          };
          expect(reasons[ended]).toContain(said);
        }
      }
    });
  });

  it('a service order that has ended stays as it ended', () => {
    every((moments) => {
      for (const { before, after } of moments)
        if (before.step.do === 'finish') expect(told(after)).toEqual(told(before));
    });
  });

  it('it always asks, cancels, waits for a timer that is to come, or asks a person who is asked again within the hour', () => {
    every((moments) => {
      for (const { before, after, now } of moments) {
        if (!('until' in after.step)) continue;
        const isNew = !('until' in before.step) || before.step.until !== after.step.until;
        if (isNew) expect(after.step.until - now).toBeGreaterThanOrEqual(SECOND);
        if (after.step.do === 'askPerson') expect(after.step.until - now).toBeLessThanOrEqual(HOUR);
        else expect(Number.isFinite(after.step.until)).toBe(true);
      }
    });
  });

  it('between two cancels there is a pause of at least a second, which a message alone can cut short', () => {
    every((moments) => {
      let since: Instant | null = null;
      for (const moment of moments) {
        const { event, now } = moment;
        if (begins(moment, 'cancel')) {
          if (since !== null) expect(now - since).toBeGreaterThanOrEqual(SECOND);
          since = now;
        }
        const cutsShort = ['notificationReceived', 'retryRequested', 'resolveRequested', 'cancelRequested'].includes(
          event.type,
        );
        if (cutsShort) since = null;
      }
    });
  });

  it('who is asked nothing more once released is asked nothing more', () => {
    every((moments) => {
      const at = moments.findIndex(({ event }) => event.type === 'releaseRequested');
      if (at < 0) return;
      expect(moments.slice(at).some((moment) => ['wait', 'askPerson'].includes(moment.after.step.do))).toBe(false);
    });
  });

  it('a cancel that cannot have been carried out leaves nothing behind', () => {
    every((moments) => {
      for (const { event, before, after } of moments) {
        if (event.type !== 'cancelFailed' || event.failure.mayHaveTakenEffect || before.step.do === 'finish') continue;
        const { cancelSent, cancelledByUs, cancelLandedAt } = before.state;
        expect(after.state).toMatchObject({ cancelSent, cancelledByUs, cancelLandedAt });
        if (!cancelSent) expect(after.state.frozen).toBeNull();
      }
    });
  });

  it('nobody is told that patience is over before a request has been due for a day', () => {
    every((moments) => {
      for (const { now, before, after } of moments) {
        if (after.state.phase !== 'needsAttention' || after.state.reason !== 'patience-over') continue;
        if (before.state.phase === 'needsAttention') continue;
        const { requests } = after.state;
        expect(requests.length === 0 || requests.some(({ dueAt }) => now - dueAt >= DAY)).toBe(true);
      }
    });
  });

  it('a person who says to stop watching is never answered by a word on how it ended', () => {
    every((moments) => {
      const last = moments.at(-1)?.after;
      if (last?.step.do === 'finish' && last.state.released) expect(last.step.outcome.ended).not.toBe('resolved');
    });
  });
});
