import { describe, expect, it } from 'vitest';
import type { CancelRequest } from '../../../domain/payscore/state.js';
import { MINUTE, SECOND, type Instant } from '../../../domain/time.js';
import {
  after,
  ANYTIME,
  cancelAnswered,
  failed,
  notified,
  NOON,
  REQUEST,
  sees,
  shows,
  andThen,
  timer,
  type Happening,
  type Shown,
} from '../../support/service-orders.js';

const CANCELLING = [sees('created')] as const;
const accepted = [...CANCELLING, [NOON, cancelAnswered('accepted')]] as const;
const lost = [...CANCELLING, [NOON, failed('cancel', 'unknown', 'LOCAL_NO_ANSWER')]] as const;

const at = (seconds: number): Instant => NOON + seconds * SECOND;
const waits = (seconds: number): object => ({ do: 'wait', until: at(seconds) });

describe('the cancel’s answer', () => {
  it.each(['accepted', 'alreadyCancelled'] as const)('%s is confirmed at once', (answer) => {
    expect(after(REQUEST, ...CANCELLING, [NOON, cancelAnswered(answer)]).step).toEqual({ do: 'query' });
  });

  it.each([
    ['done', 5],
    ['inProgress', 180],
    ['tooOften', 10],
    ['notFound', 2],
    ['refusedState', 2],
    ['refusedRequest', 2],
  ] as const)('%s is confirmed after %d s', (answer, seconds) => {
    const { state, step } = after(REQUEST, ...CANCELLING, [NOON, cancelAnswered(answer)]);
    expect(step).toEqual(waits(seconds));
    expect(state).toMatchObject({ phase: 'confirming', cancelSent: true, cancelledByUs: false });
  });

  it('that is lost is confirmed after a back-off, and counts as a cancel that may have been carried out', () => {
    const { state, step } = after(REQUEST, ...lost);
    expect(step).toEqual(waits(1));
    expect(state).toMatchObject({ phase: 'confirming', cancelledByUs: true });
    expect(andThen({ state, step }, sees('revoked', at(1))).step).toMatchObject({ outcome: { by: 'us' } });
  });

  it('that the query was too old is asked again, and counts as no cancel', () => {
    const { state, step } = after(REQUEST, ...CANCELLING, [NOON, cancelAnswered('queryTooOld')]);
    expect(step).toEqual(waits(1));
    expect(state).toMatchObject({ phase: 'unsettled', cancelSent: false, cancelLandedAt: null });
  });

  it('that is fatal asks a person at once', () => {
    const { state, step } = after(REQUEST, ...CANCELLING, [NOON, failed('cancel', 'fatal', 'NO_AUTH')]);
    expect(step).toMatchObject({ do: 'askPerson', reason: 'fatal-answer' });
    expect(state).toMatchObject({ phase: 'needsAttention' });
  });

  it('of ORDER_DONE forbids every further cancel', () => {
    const done = after(ANYTIME, ...CANCELLING, [NOON, cancelAnswered('done', 'ORDER_DONE')]);
    expect(andThen(done, sees('created', at(5))).step).toEqual(waits(15));
    expect(andThen(done, sees('done', at(5))).step).toEqual({ do: 'finish', outcome: { ended: 'done' } });
  });

  it('is heard out when a notification arrives, which forbids every further cancel', () => {
    const { state, step } = after(ANYTIME, ...CANCELLING, [NOON, notified('USER_PAID')]);
    expect(step).toEqual({ do: 'cancel', queriedAt: NOON, reason: REQUEST.reason });
    const refused = andThen({ state, step }, [NOON, cancelAnswered('refusedState')], sees('completed', at(2)));
    expect(refused.step).toEqual(waits(7));
  });
});

describe('confirming', () => {
  it('ends as cancelled by us on REVOKED, with the reason that was sent', () => {
    const outcome = { ended: 'cancelled', by: 'us', reason: REQUEST.reason };
    expect(after(REQUEST, ...accepted, sees('revoked')).step).toEqual({ do: 'finish', outcome });
  });

  it('ends as cancelled elsewhere where ours was not carried out', () => {
    const claimed = after(REQUEST, ...CANCELLING, [NOON, cancelAnswered('alreadyCancelled')], sees('revoked'));
    expect(claimed.step).toEqual({ do: 'finish', outcome: { ended: 'cancelled', by: 'elsewhere' } });
  });

  it.each(['done', 'expired'] as const)('ends as %s even after an accepted cancel', (ended) => {
    expect(after(REQUEST, ...accepted, sees(ended)).step).toEqual({ do: 'finish', outcome: { ended } });
  });

  it('asks at once when a notification ends its pause', () => {
    const paused = after(REQUEST, ...CANCELLING, [NOON, cancelAnswered('inProgress')]);
    for (const said of ['USER_PAID', 'USER_CONFIRM'] as const) {
      const { state, step } = andThen(paused, [at(1), notified(said)]);
      expect(step).toEqual({ do: 'query' });
      expect(state.phase).toBe('confirming');
    }
  });

  it('decides anew, after a pause, where the service order is still open', () => {
    const open = after(REQUEST, ...accepted, sees('created'));
    expect(open.state.phase).toBe('unsettled');
    expect(open.step).toEqual(waits(2));
    expect(andThen(open, [at(2), timer], sees('created', at(2))).step).toMatchObject({ do: 'cancel' });
  });

  it('asks a person after five cancels without effect, each after a longer pause', () => {
    let now = NOON;
    let decision = after(REQUEST);
    const rests: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      decision = andThen(decision, sees('created', now), [now, cancelAnswered('accepted')], sees('created', now));
      if (decision.step.do !== 'wait') break;
      rests.push((decision.step.until - now) / SECOND);
      now = decision.step.until;
      decision = andThen(decision, [now, timer]);
    }
    expect(rests).toEqual([2, 4, 8, 16]);
    expect(decision.step).toMatchObject({ do: 'askPerson', reason: 'cancel-without-effect' });
  });

  it.each<[Shown, Shown]>([
    ['created', 'created'],
    ['inService', 'inService'],
    ['inService', 'otherDoing'],
    ['completed', 'completed'],
  ])('asks a person when a refused request left the service order as it was: %s, %s', (before, now) => {
    const refused = after(ANYTIME, sees(before), [NOON, cancelAnswered('refusedRequest')]);
    expect(andThen(refused, sees(now, at(2))).step).toMatchObject({ do: 'askPerson', reason: 'request-refused' });
  });

  it('names the refused request rather than the many rounds', () => {
    const refused = after(REQUEST, ...CANCELLING, [NOON, cancelAnswered('refusedRequest')]);
    const state = { ...refused.state, rounds: 4 };
    expect(andThen({ ...refused, state }, sees('created', at(2))).step).toMatchObject({ reason: 'request-refused' });
  });

  it.each<Shown>(['created', 'inService', 'completed', 'otherDoing'])(
    'asks a person after the fifth cancel without effect, whatever the query shows: %s',
    (shown) => {
      const confirming = after(REQUEST, ...accepted);
      const state = { ...confirming.state, rounds: 4 };
      const { step } = andThen({ ...confirming, state }, sees(shown));
      expect(step).toMatchObject({ do: 'askPerson', reason: 'cancel-without-effect' });
    },
  );

  it('is no person’s business where the service order is paid meanwhile', () => {
    const confirming = after(REQUEST, ...accepted);
    const state = { ...confirming.state, rounds: 4 };
    expect(andThen({ ...confirming, state }, sees('paid')).step).toEqual(waits(2));
  });

  it('asks a person about a fatal answer', () => {
    const { step } = after(REQUEST, ...accepted, [NOON, failed('query', 'fatal')]);
    expect(step).toMatchObject({ do: 'askPerson', reason: 'fatal-answer' });
  });

  it.each([
    ['hint', 60],
    ['unknown', 1],
  ] as const)('is unsettled by a query that decides nothing: %s', (kind, seconds) => {
    const { state, step } = after(REQUEST, ...accepted, [NOON, failed('query', kind)]);
    expect(step).toEqual(waits(seconds));
    expect(state.phase).toBe('unsettled');
  });

  it('asks again in five minutes for a service order that is no longer found', () => {
    const { state, step } = after(REQUEST, ...accepted, sees('notFound'));
    expect(step).toEqual(waits(300));
    expect(state.phase).toBe('unsettled');
    const again = andThen({ state, step }, [at(300), timer], sees('notFound', at(300)));
    expect(again.step.do).toBe('wait');
  });

  it('asks a person where a notification said USER_PAID, rather than about a race', () => {
    const { step } = after(REQUEST, ...accepted, [NOON, notified('USER_PAID')], sees('revokedDue'));
    expect(step).toMatchObject({ do: 'askPerson', reason: 'notification-and-query-disagree' });
  });

  it.each<[CancelRequest, Shown, Shown]>([
    [ANYTIME, 'created', 'inService'],
    [ANYTIME, 'completed', 'completed70'],
  ])('decides anew where it has changed since the request was refused: %#', (request, before, now) => {
    const refused = after(request, sees(before), [NOON, cancelAnswered('refusedRequest')], sees(now, at(2)));
    expect(refused.step).toEqual(waits(4));
  });

  it('decides anew when a refused state left the service order as it was', () => {
    const refused = after(REQUEST, ...CANCELLING, [NOON, cancelAnswered('refusedRequest')], sees('inService', at(2)));
    expect(refused.state.phase).toBe('unsettled');
    const state = after(REQUEST, ...CANCELLING, [NOON, cancelAnswered('refusedState')], sees('created', at(2)));
    expect(state.step).toEqual(waits(4));
  });
});

describe('a cancel that may still take effect', () => {
  const kept: readonly Shown[] = ['inService', 'completed', 'otherDoing', 'paid'];

  it.each(kept)('leaves open for five minutes whether the service order is kept: %s', (shown) => {
    const open = after(REQUEST, ...lost, sees(shown, at(1)), [at(3), timer], sees(shown, at(3)));
    expect(open.step).toEqual(waits(7));
    const late = andThen(open, [at(299), timer], sees(shown, at(299)));
    expect(late.step.do).toBe('wait');
    const settled = andThen(open, [at(300), timer], sees(shown, at(300)));
    expect(settled.step).toMatchObject({ do: 'finish', outcome: { ended: 'kept' } });
  });

  it('leaves nothing open where it was refused', () => {
    const refused = [...CANCELLING, [NOON, cancelAnswered('refusedState')], sees('inService', at(2))] as const;
    expect(after(REQUEST, ...refused, [at(4), timer], sees('inService', at(4))).step.do).toBe('finish');
  });

  it.each(['accepted', 'alreadyCancelled'] as const)('asks a person where it was %s and is never seen', (answer) => {
    for (const shown of kept) {
      const open = after(REQUEST, ...CANCELLING, [NOON, cancelAnswered(answer)], sees(shown), [at(300), timer]);
      const { step } = andThen(open, sees(shown, at(300)));
      expect(step).toMatchObject({ do: 'askPerson', reason: 'cancel-without-effect' });
    }
    const events: readonly Happening[] = [...CANCELLING, [NOON, cancelAnswered(answer)], sees('inService')];
    const before = [...events, [at(299), timer] as const, sees('inService', at(299))];
    expect(after(REQUEST, ...before).step.do).toBe('wait');
  });

  it('is no reason to ask later, where a cancel is allowed and only the query is too old', () => {
    const open = after(ANYTIME, ...accepted, sees('inService'), [at(2), timer]);
    expect(andThen(open, [at(10), shows('inService', at(2))]).step).toEqual(waits(11));
  });

  it('is settled before the next request is waited for', () => {
    const later = { ...REQUEST, requestId: 'later', dueAt: at(30 * 60), mayCancel: ['in-service'] as const };
    const joined: Happening = [NOON, { type: 'cancelRequested', request: later }];
    const open = after(REQUEST, ...lost, joined, sees('inService', at(1)), [at(3), timer], sees('inService', at(3)));
    expect(open.step).toEqual(waits(7));
    expect(andThen(open, [at(300), timer], sees('inService', at(300))).step).toEqual(waits(30 * 60));
  });
});

describe('a cancel that was accepted', () => {
  it('is not forgotten for the sake of a later request', () => {
    const later = { ...REQUEST, requestId: 'later', dueAt: at(30 * 60), mayCancel: ['in-service'] as const };
    const joined: Happening = [NOON, { type: 'cancelRequested', request: later }];
    const open = after(REQUEST, ...accepted, joined, sees('inService'), [at(300), timer], sees('inService', at(300)));
    expect(open.step).toMatchObject({ do: 'askPerson', reason: 'cancel-without-effect' });
  });
});

describe('money that became due between the query and the cancel', () => {
  it.each<[string, readonly Happening[]]>([
    ['as REVOKED shows', [...accepted, sees('revokedDue')]],
    ['as REVOKED shows after a cancel without an answer', [...lost, sees('revokedDue', at(1))]],
    ['as an answer before REVOKED showed', [...lost, sees('completed', at(1)), [at(3), timer], sees('revoked', at(3))]],
    ['without an amount', [...lost, sees('completedUnsaid', at(1)), [at(3), timer], sees('revoked', at(3))]],
  ])('needs a person: %s', (_, events) => {
    expect(after(REQUEST, ...events).step).toMatchObject({ do: 'askPerson', reason: 'raced' });
  });

  it('needs a person where it is not the amount that was given up', () => {
    const gaveUp = after(ANYTIME, sees('completed'), [NOON, failed('cancel', 'unknown')], sees('completed70', at(1)));
    expect(andThen(gaveUp, [at(3), timer], sees('revoked', at(3))).step).toMatchObject({ reason: 'raced' });
  });

  it.each(['revoked', 'revokedDue'] as const)('is no race where it was given up: %s', (shown) => {
    const { step } = after(ANYTIME, sees('completed'), [NOON, cancelAnswered('accepted')], sees(shown));
    const outcome = { ended: 'cancelled', by: 'us', reason: REQUEST.reason, totalDue: 100 };
    expect(step).toEqual({ do: 'finish', outcome });
  });

  it('ends as cancelled and raced once a person has said to go on', () => {
    const told = after(REQUEST, ...accepted, sees('revokedDue'));
    const hourly = andThen(told, [NOON + 60 * MINUTE, timer], sees('revokedDue', NOON + 60 * MINUTE));
    expect(hourly.step).toMatchObject({ do: 'askPerson', reason: 'raced' });
    const outcome = { ended: 'cancelled', by: 'us', reason: REQUEST.reason, raced: true, totalDue: 100 };
    const known = andThen(told, [at(60), { type: 'retryRequested' }], sees('revokedDue', at(60)));
    expect(known.step).toEqual({ do: 'finish', outcome });
  });
});
