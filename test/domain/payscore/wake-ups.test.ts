import { describe, expect, it } from 'vitest';
import type { ServiceDecision } from '../../../domain/payscore/state.js';
import { DAY, HOUR, MINUTE, SECOND } from '../../../domain/time.js';
import {
  after,
  andThen,
  ANYTIME,
  cancelAnswered,
  failed,
  notified,
  NOON,
  release,
  REQUEST,
  requested,
  resolve,
  sees,
  shows,
  timer,
  type Happening,
} from '../../support/service-orders.js';

const unclear = failed('query', 'unknown');
const LATER = NOON + 2 * DAY;
const later = { ...REQUEST, dueAt: LATER };

const RESTING: readonly (readonly [string, ServiceDecision])[] = [
  ['waiting for a request', after(null)],
  ['not found', after(later, [NOON, notified('USER_CONFIRM')], sees('notFound'))],
  ['unsettled', after(later, [NOON, notified('USER_CONFIRM')], [NOON, unclear])],
  ['waiting for a person', after(later, [NOON, notified('USER_CONFIRM')], [NOON, failed('query', 'fatal')])],
];

describe('a request to cancel', () => {
  it.each(RESTING)('asks at once while the service order is %s', (_, decision) => {
    expect(andThen(decision, [NOON, requested()]).step).toEqual({ do: 'query' });
  });

  it.each(RESTING)('only asks: it takes a fresh answer to cancel while the service order is %s', (_, decision) => {
    const asked = andThen(decision, [NOON, requested({ mayCancel: ['in-service'] })]);
    const late = NOON + 5 * SECOND + 1;
    expect(andThen(asked, [late, shows('inService', NOON)]).step).toMatchObject({ do: 'wait' });
    expect(andThen(asked, sees('inService')).step.do).toBe('cancel');
  });

  it('that is known wakes nobody', () => {
    const decision = after(REQUEST, [NOON, unclear]);
    const again: Happening = [NOON, { type: 'cancelRequested', request: REQUEST }];
    expect(andThen(decision, again).step).toEqual(decision.step);
  });

  it('does not cut short the pause after a cancel', () => {
    const charged = after(REQUEST, sees('created'), [NOON, cancelAnswered('inProgress')]);
    expect(andThen(charged, [NOON, requested()]).step).toEqual({ do: 'wait', until: NOON + 3 * MINUTE });
  });
});

describe('patience', () => {
  it('does not count before a request is due', () => {
    const early = after(later, [NOON, notified('USER_CONFIRM')], [NOON, unclear]);
    expect(early.state.patienceFrom).toBeNull();
    const dayLater = andThen(early, [NOON + DAY, timer], [NOON + DAY, unclear]);
    expect(dayLater.step.do).toBe('wait');
  });

  it('counts from the first check after a request is due', () => {
    const early = after(later, [NOON, notified('USER_CONFIRM')], [NOON, unclear]);
    const due = andThen(early, [LATER, timer], [LATER, unclear]);
    expect(due.state.patienceFrom).toBe(LATER);
    const end = LATER + DAY;
    expect(andThen(due, [end - 1, timer], [end - 1, unclear]).step.do).toBe('wait');
    expect(andThen(due, [end, timer], [end, unclear]).step).toMatchObject({ reason: 'patience-over' });
  });

  it('counts from a request that is due at once', () => {
    const early = after(later, [NOON, notified('USER_CONFIRM')], [NOON, unclear], [NOON + HOUR, requested()]);
    expect(early.state.patienceFrom).toBe(NOON + HOUR);
  });

  it('counts from the first check where nothing was requested, since nothing will be due', () => {
    const watched = after(null, [NOON, notified('USER_PAID')], [NOON, unclear]);
    expect(watched.state.patienceFrom).toBe(NOON);
    const { step } = andThen(watched, [NOON + DAY, timer], [NOON + DAY, unclear]);
    expect(step).toMatchObject({ do: 'askPerson', reason: 'patience-over' });
  });
});

describe('the patience of a watch that nobody had asked for', () => {
  const watched = after(null, [NOON, notified('USER_PAID')], [NOON, unclear]);

  it('begins anew with the first request', () => {
    const joined = andThen(watched, [NOON + HOUR, requested()]);
    expect(joined.state.patienceFrom).toBe(NOON + HOUR);
    expect(andThen(joined, [NOON + 2 * HOUR, requested({ requestId: 'third' })]).state.patienceFrom).toBe(NOON + HOUR);
  });

  it('does not count until that is due', () => {
    const joined = andThen(watched, [NOON + HOUR, requested({ dueAt: LATER })]);
    expect(joined.state.patienceFrom).toBeNull();
  });
});

describe('a wait for the next due time', () => {
  it('lasts a second at least', () => {
    expect(after({ ...REQUEST, dueAt: NOON + 1 }).step).toEqual({ do: 'wait', until: NOON + SECOND });
  });
});

describe('a person who says to stop watching', () => {
  const asked = after(REQUEST, [NOON, failed('query', 'fatal', 'NO_AUTH')]);
  const released = { do: 'finish', outcome: { ended: 'released' } };

  it.each(['created', 'notFound'] as const)('is heard before a word that would stand: %s', (shown) => {
    const as = shown === 'created' ? 'kept' : 'never-existed';
    for (const force of [true, false]) {
      const both = andThen(asked, [NOON, resolve({ as, force })], [NOON, release]);
      expect(andThen(both, sees(shown)).step).toEqual(released);
    }
  });

  it.each(['unknown', 'hint', 'fatal'] as const)('is heard before a word that stands by force: %s', (kind) => {
    const both = andThen(asked, [NOON, resolve({ force: true })], [NOON, release]);
    expect(andThen(both, [NOON, failed('query', kind)]).step).toEqual(released);
  });

  it.each([
    ['done', 'done', 'done'],
    ['revoked', 'cancelled', 'cancelled'],
    ['expired', 'expired', 'expired'],
  ] as const)('is told the end that the query shows, rather than the word: %s', (shown, as, ended) => {
    const both = andThen(asked, [NOON, resolve({ as })], [NOON, release]);
    expect(andThen(both, sees(shown)).step).toMatchObject({ outcome: { ended } });
  });

  it.each(['inProgress', 'tooOften', 'done', 'refusedState'] as const)(
    'waits for no pause after a cancel: %s',
    (answer) => {
      const paused = after(ANYTIME, sees('created'), [NOON, cancelAnswered(answer)]);
      const asks = andThen(paused, [NOON, release]);
      expect(asks.step).toEqual({ do: 'query' });
      expect(andThen(asks, sees('created')).step).toEqual(released);
    },
  );
});
