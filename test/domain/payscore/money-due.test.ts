import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND, type Instant } from '../../../domain/time.js';
import {
  after,
  andThen,
  ANYTIME,
  CALLING,
  cancelFailed,
  cancels,
  NOON,
  notified,
  refrains,
  release,
  REQUEST,
  requested,
  retry,
  sees,
  timer,
  type Happening,
  type Shown,
} from '../../support/service-orders.js';

/** A request that allows every stage that can be named, and gives nothing up. */
const NO_MONEY = { ...ANYTIME, giveUp: null };

/** Everything but the description says that money is due. */
const due: readonly Shown[] = ['confirmedPaying', 'confirmedDue', 'otherPaying', 'otherDue', 'createdPaying'];

const at = (seconds: number): Instant => NOON + seconds * SECOND;
const RACED = { do: 'askPerson', reason: 'raced' };

const accepted: Happening = [NOON, cancels('created', 'accepted', 'created')];
const lost: Happening = [NOON, cancelFailed('unknown', 'maybe')];

describe('money that an answer says is due', () => {
  it.each(due)('is not cancelled if no request gave it up: %s', (shown) => {
    const outcome = { ended: 'kept', reason: 'amount-due', totalDue: 100 };
    expect(after(NO_MONEY, [NOON, refrains(shown)]).step).toEqual({ do: 'finish', outcome });
  });

  it('is not cancelled if its amount is not known', () => {
    const outcome = { ended: 'kept', reason: 'amount-due' };
    expect(after(ANYTIME, [NOON, refrains('confirmedPayingUnsaid')]).step).toEqual({ do: 'finish', outcome });
  });

  it.each(due)('is cancelled if exactly that amount was given up: %s', (shown) => {
    const checking = after(null, [NOON, timer]);
    expect(andThen(checking, [NOON, requested(ANYTIME)], sees(shown)).step.do).toBe('cancel');
    const givesUp70 = requested({ ...ANYTIME, giveUp: { total: 70 } });
    expect(andThen(checking, [NOON, givesUp70], sees(shown)).step.do).toBe('finish');
  });

  it('is none if the amount is nothing', () => {
    const checking = after(null, [NOON, timer], [NOON, requested(NO_MONEY)]);
    expect(andThen(checking, sees('confirmedNothingDue')).step.do).toBe('cancel');
  });

  it('that is paid ends the watch, whatever the description says', () => {
    const { state, step } = after(ANYTIME, [NOON, refrains('confirmedPaid')]);
    expect(step).toEqual({ do: 'finish', outcome: { ended: 'kept', reason: 'paid' } });
    expect(state).toMatchObject({ stage: 'completed', furthest: 'completed', paidClaimed: true });
  });

  it('makes a later answer that shows none late', () => {
    const later = requested({ ...ANYTIME, dueAt: NOON + MINUTE });
    const seen = after(null, [NOON, timer], [NOON, later], sees('confirmedDue'));
    expect(seen.step).toEqual({ do: 'wait', until: NOON + MINUTE });
    const behind = andThen(seen, [NOON + MINUTE, timer], [NOON + MINUTE, refrains('inService')]);
    expect(behind.state).toMatchObject({ phase: 'unsettled', totalDue: 100 });
  });

  it('is unknown again once an answer no longer shows it', () => {
    const later = requested({ ...ANYTIME, dueAt: NOON + MINUTE });
    const seen = after(null, [NOON, timer], [NOON, later], sees('completed'));
    const unsaid = andThen(seen, [NOON + MINUTE, timer], [NOON + MINUTE, refrains('completedUnsaid')]);
    expect(unsaid.step).toEqual({ do: 'finish', outcome: { ended: 'kept', reason: 'amount-due' } });
  });
});

describe('money that became due between the query and the cancel', () => {
  it.each<[string, readonly Happening[]]>([
    ['as REVOKED shows', [[NOON, cancels('created', 'accepted', 'revokedDue')]]],
    ['as REVOKED shows later', [accepted, sees('revokedDue', at(2))]],
    ['as REVOKED shows after a cancel that was lost', [lost, sees('revokedDue')]],
    ['as REVOKED shows after one without an answer', [[NOON, cancels('created', 'unknown', 'revokedDue')]]],
    [
      'as REVOKED shows after one that was refused for its signature',
      [[NOON, cancels('created', 'hint', 'revokedDue')]],
    ],
    ['as REVOKED shows after an attempt that sent', [[NOON, refrains('revokedDue', 'yes')]]],
    ['as an answer before REVOKED showed', [lost, sees('completed'), [at(2), timer], [at(2), refrains('revoked')]]],
    ['without an amount', [lost, sees('completedUnsaid'), [at(2), timer], [at(2), refrains('revoked')]]],
  ])('needs a person: %s', (_, events) => {
    expect(after(REQUEST, ...events).step).toMatchObject(RACED);
  });

  it('needs a person if it is not the amount that was given up', () => {
    const gaveUp = after(ANYTIME, [NOON, cancels('completed', 'unknown', 'completed70')]);
    expect(andThen(gaveUp, [at(1), timer], [at(1), refrains('revoked')]).step).toMatchObject(RACED);
  });

  it.each(due)('whatever shows it: %s', (shown) => {
    const raced = after(REQUEST, accepted, sees(shown, at(2)), sees('revoked', at(6)));
    expect(raced.step).toMatchObject(RACED);
  });

  it.each(['revoked', 'revokedDue'] as const)('is no race if it was given up: %s', (shown) => {
    const { step } = after(ANYTIME, [NOON, cancels('completed', 'accepted', shown)]);
    const outcome = { ended: 'cancelled', cancelSent: 'yes', reason: REQUEST.reason, totalDue: 100 };
    expect(step).toEqual({ do: 'finish', outcome });
  });

  it('is the last amount that was shown, if REVOKED does not repeat it', () => {
    const gaveUp = after(ANYTIME, [NOON, cancels('completed', 'accepted', 'revokedUnsaid')]);
    expect(gaveUp.step).toMatchObject({ outcome: { ended: 'cancelled', totalDue: 100 } });
    expect(after(REQUEST, [NOON, cancels('created', 'accepted', 'revokedUnsaid')]).step).toMatchObject(RACED);
  });

  it('is no race if it was given up by an attempt that was lost', () => {
    const announced = { sent: 'maybe', allowedFor: { stage: 'completed', totalDue: 100 } } as const;
    const gaveUp = after(ANYTIME, [NOON, cancelFailed('unknown', 'maybe', { announced })]);
    expect(andThen(gaveUp, sees('revokedDue')).step).toMatchObject({ outcome: { ended: 'cancelled', totalDue: 100 } });
    expect(after(ANYTIME, lost, sees('revokedDue')).step).toMatchObject(RACED);
  });

  it('is no race if no cancel of ours was carried out', () => {
    const outcome = { ended: 'cancelled', cancelSent: 'yes', reason: REQUEST.reason, totalDue: 100 };
    for (const refused of ['refusedState', 'fatal', 'inProgress'] as const) {
      const { step } = after(REQUEST, [NOON, cancels('created', refused, 'revokedDue')]);
      expect(step).toEqual({ do: 'finish', outcome });
    }
  });

  it('is none if nothing was due', () => {
    const seen = after(NO_MONEY, [NOON, cancels('confirmedNothingDue', 'accepted', 'revoked')]);
    expect(seen.step).toMatchObject({ outcome: { ended: 'cancelled', cancelSent: 'yes' } });
    expect(seen.step).not.toMatchObject({ outcome: { raced: true } });
    const nothing = after(REQUEST, [NOON, cancels('created', 'accepted', 'completedNothing')], sees('revoked', at(2)));
    expect(nothing.step).toMatchObject({ outcome: { ended: 'cancelled', totalDue: 0 } });
  });
});

describe('a race', () => {
  const raced = after(REQUEST, accepted, sees('revokedDue', at(2)));
  const outcome = { ended: 'cancelled', cancelSent: 'yes', reason: REQUEST.reason, raced: true, totalDue: 100 };

  it('is still a reason to ask a person after each further query', () => {
    const hourly = andThen(raced, [NOON + HOUR, timer], sees('revokedDue', NOON + HOUR));
    expect(hourly.step).toMatchObject(RACED);
    const requestedAnew = andThen(raced, [NOON + HOUR, requested()], [NOON + HOUR, refrains('revokedDue')]);
    expect(requestedAnew.step).toMatchObject(RACED);
  });

  it('is acknowledged by a retry: it ends as cancelled, and raced', () => {
    const known = andThen(raced, [at(60), retry]);
    expect(known.state.raceKnown).toBe(true);
    expect(andThen(known, sees('revokedDue', at(60))).step).toEqual({ do: 'finish', outcome });
  });

  it('is not known by a retry that is about something else', () => {
    const asked = after(REQUEST, [NOON, cancels('created', 'fatal', 'created')], [at(60), retry]);
    expect(asked.state.raceKnown).toBe(false);
  });

  it('asks no person once the watching is to stop, and is noted in the outcome', () => {
    const releasing = after(REQUEST, [NOON, release], [NOON, cancels('created', 'accepted', 'revokedDue')]);
    expect(releasing.step).toEqual({ do: 'finish', outcome });
  });
});

describe.each(CALLING)('a query that contradicts a notification, while $phase', ({ from, shows }) => {
  it.each(['revoked', 'revokedDue', 'expired'] as const)('%s after USER_PAID needs a person', (shown) => {
    const paid = andThen(from(REQUEST), [NOON, notified('USER_PAID')], [NOON, shows(shown)]);
    expect(paid.step).toEqual({
      do: 'askPerson',
      reason: 'notification-and-query-disagree',
      until: NOON + HOUR,
    });
  });

  it('needs none after USER_CONFIRM', () => {
    const confirmed = andThen(from(REQUEST), [NOON, notified('USER_CONFIRM')], [NOON, shows('revoked')]);
    expect(confirmed.step).toMatchObject({ outcome: { ended: 'cancelled' } });
  });
});

describe('money that an attempt before the last gave up', () => {
  const gaveUp = { stage: 'completed', totalDue: 100 } as const;

  it('is no race: the cancel was answered SYSTEM_ERROR, took effect, and the next attempt sees it', () => {
    const outcome = { ended: 'cancelled', cancelSent: 'yes', reason: ANYTIME.reason, totalDue: 100 };
    expect(after(ANYTIME, [NOON, refrains('revokedDue', 'yes', gaveUp)]).step).toEqual({ do: 'finish', outcome });
  });

  it('is a race if another amount was given up, or none', () => {
    expect(after(ANYTIME, [NOON, refrains('revokedDue', 'yes', { ...gaveUp, totalDue: 70 })]).step).toMatchObject(
      RACED,
    );
    expect(after(ANYTIME, [NOON, refrains('revokedDue', 'maybe')]).step).toMatchObject(RACED);
  });
});
