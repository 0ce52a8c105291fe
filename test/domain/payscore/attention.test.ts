import { describe, expect, it } from 'vitest';
import { decideServiceOrder } from '../../../domain/payscore/decide.js';
import { NO_HINTS } from '../../../domain/hints.js';
import type { ResolvedAs } from '../../../domain/payscore/state.js';
import { DAY, HOUR, MINUTE, SECOND } from '../../../domain/time.js';
import {
  after,
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
  sees,
  andThen,
  timer,
  told,
  type Happening,
  type Shown,
} from '../../support/service-orders.js';

const asked = after(REQUEST, [NOON, failed('query', 'fatal', 'NO_AUTH')]);

describe('a person is asked', () => {
  it('about a fatal answer at once, and WeChat Pay every hour', () => {
    expect(asked.step).toEqual({ do: 'askPerson', reason: 'fatal-answer', until: NOON + HOUR });
    expect(andThen(asked, [NOON + HOUR, timer]).step).toEqual({ do: 'query' });
    expect(told(andThen(asked, [NOON + HOUR - 1, timer]))).toEqual(told(asked));
  });

  it('when patience is over, and the service order is not forgotten', () => {
    const dayLater = NOON + DAY;
    const unclear = failed('query', 'unknown');
    const unsettled = after(REQUEST, [NOON, unclear], [dayLater, timer]);
    const { state, step } = decideServiceOrder(unsettled.state, unclear, dayLater);
    expect(step).toEqual({ do: 'askPerson', reason: 'patience-over', until: dayLater + HOUR });
    expect(andThen({ state, step }, [dayLater + HOUR, timer], sees('done', dayLater + HOUR)).step.do).toBe('finish');
    const sooner = after(REQUEST, [NOON, unclear], [dayLater - 1, timer], [dayLater - 1, unclear]);
    expect(sooner.step.do).toBe('wait');
  });

  it.each(['revoked', 'expired'] as const)('where a notification said USER_PAID and the query says %s', (shown) => {
    const { step } = after(REQUEST, [NOON, notified('USER_PAID')], sees(shown));
    expect(step).toMatchObject({ do: 'askPerson', reason: 'notification-and-query-disagree' });
  });

  it('until a notification comes, which also ends a pause', () => {
    const unsettled = after(REQUEST, [NOON, failed('query', 'unknown')]);
    expect(andThen(unsettled, [NOON, notified('USER_CONFIRM')]).step).toEqual({ do: 'query' });
    expect(andThen(asked, [NOON, notified('USER_CONFIRM')]).step).toEqual({ do: 'query' });
    expect(andThen(asked, [NOON, notified('USER_PAID')]).step).toEqual({ do: 'query' });
  });
});

describe('a person’s retry', () => {
  it('asks at once, with new patience', () => {
    const later = NOON + 2 * DAY;
    const { state, step } = andThen(asked, [later, retry]);
    expect(step).toEqual({ do: 'query' });
    expect(state).toMatchObject({
      patienceFrom: later,
      pauses: {},
      rounds: 0,
      hints: { query: NO_HINTS, cancel: NO_HINTS },
    });
    expect(andThen({ state, step }, [later, failed('query', 'unknown')]).step.do).toBe('wait');
  });

  it('means nothing where no person is asked', () => {
    const unsettled = after(REQUEST, [NOON, failed('query', 'unknown')]);
    expect(told(andThen(unsettled, [NOON, retry]))).toEqual(told(unsettled));
  });
});

describe('a person’s word on how it ended', () => {
  it('waits for a last query', () => {
    expect(andThen(asked, [NOON, resolve()]).step).toEqual({ do: 'query' });
  });

  it('means nothing where no person is asked', () => {
    const unsettled = after(REQUEST, [NOON, failed('query', 'unknown')]);
    expect(told(andThen(unsettled, [NOON, resolve()]))).toEqual(told(unsettled));
  });

  it.each<[ResolvedAs, Shown | 'notFound', string]>([
    ['cancelled', 'revoked', 'REVOKED'],
    ['done', 'done', 'DONE, MCH_COMPLETE, USER_PAID'],
    ['expired', 'expired', 'EXPIRED'],
    ['kept', 'created', 'CREATED'],
    ['kept', 'inService', 'DOING, USER_CONFIRM'],
    ['kept', 'completed', 'DOING, MCH_COMPLETE, USER_PAYING'],
    ['kept', 'otherDoing', 'DOING'],
    ['kept', 'paid', 'DOING, MCH_COMPLETE, USER_PAID'],
    ['never-existed', 'notFound', 'NOT_FOUND'],
  ])('%s stands where WeChat Pay says %s', (as, shown, said) => {
    const { step } = andThen(asked, [NOON, resolve({ as })], sees(shown));
    const outcome = { ended: 'resolved', as, note: 'told so by phone', by: 'ops', said };
    expect(step).toEqual({ do: 'finish', outcome });
  });

  it.each(['created', 'inService', 'completed', 'otherDoing', 'paid', 'notFound'] as const)(
    'does not stand where WeChat Pay says otherwise: %s',
    (shown) => {
      const { state, step } = andThen(asked, [NOON, resolve({ as: 'cancelled' })], sees(shown));
      expect(step).toMatchObject({ do: 'askPerson', reason: 'resolution-contradicted' });
      expect(state).toMatchObject({ resolution: null, contradicted: { resolution: { as: 'cancelled' } } });
      const hourly = andThen({ state, step }, [NOON + HOUR, timer], sees('revoked', NOON + HOUR));
      expect(hourly.step).toMatchObject({ outcome: { ended: 'cancelled' } });
    },
  );

  it.each(['done', 'revoked', 'expired'] as const)('gives way to the end that WeChat Pay says: %s', (shown) => {
    const { state, step } = andThen(asked, [NOON, resolve({ as: 'kept' })], sees(shown));
    expect(step).toMatchObject({ outcome: { ended: shown === 'revoked' ? 'cancelled' : shown } });
    expect(state.contradicted?.said).toContain(shown.toUpperCase());
  });

  it.each(['created', 'done', 'notFound'] as const)('stands by force against %s', (shown) => {
    const { step } = andThen(asked, [NOON, resolve({ force: true })], sees(shown));
    expect(step).toMatchObject({ outcome: { ended: 'resolved', as: 'cancelled' } });
  });

  it.each(['unknown', 'hint', 'fatal'] as const)('stands only by force where WeChat Pay says nothing: %s', (kind) => {
    const silence: Happening = [NOON, failed('query', kind, 'NO_AUTH')];
    const { state, step } = andThen(asked, [NOON, resolve()], silence);
    expect(step).toMatchObject({ do: 'askPerson', reason: 'resolution-contradicted' });
    expect(state).toMatchObject({ resolution: null, contradicted: { said: 'NO_AUTH' } });
    const forced = andThen(asked, [NOON, resolve({ force: true })], silence);
    expect(forced.step).toMatchObject({ outcome: { ended: 'resolved', said: 'NO_AUTH' } });
  });

  it.each(['created', 'unknown'] as const)('gives way to one who said to stop watching: %s', (said) => {
    const releasing = andThen(asked, [NOON, resolve()], [NOON, release]);
    const answer: Happening = said === 'unknown' ? [NOON, failed('query', said)] : sees(said);
    expect(andThen(releasing, answer).step).toMatchObject({ outcome: { ended: 'released' } });
  });

  it('gives way to two not-founds, five minutes apart', () => {
    const unseen = after(
      REQUEST,
      sees('notFound'),
      [NOON + 5 * MINUTE, timer],
      [NOON + 5 * MINUTE, failed('query', 'fatal')],
    );
    const { step } = andThen(unseen, [NOON + 5 * MINUTE, resolve()], sees('notFound', NOON + 5 * MINUTE));
    expect(step).toMatchObject({ outcome: { ended: 'never-existed' } });
    const agreed = andThen(
      unseen,
      [NOON + 5 * MINUTE, resolve({ as: 'never-existed' })],
      sees('notFound', NOON + 5 * MINUTE),
    );
    expect(agreed.step).toMatchObject({ outcome: { ended: 'resolved', as: 'never-existed' } });
  });

  it('ends a race that it confirms', () => {
    const raced = after(REQUEST, sees('created'), [NOON, cancelAnswered('accepted')], sees('revokedDue'));
    expect(andThen(raced, [NOON, resolve()], sees('revokedDue')).step).toMatchObject({
      outcome: { ended: 'resolved' },
    });
  });
});

describe('a person who says to stop watching', () => {
  const released = { do: 'finish', outcome: { ended: 'released' } };
  const open: readonly (Shown | 'notFound')[] = ['created', 'inService', 'completed', 'otherDoing', 'paid', 'notFound'];

  it.each([
    ['waiting', after(null)],
    ['unsettled', after(REQUEST, [NOON, failed('query', 'unknown')])],
    ['needsAttention', asked],
  ])('is heard at once while nothing is in flight: %s', (phase, decision) => {
    expect(decision.state.phase).toBe(phase);
    expect(andThen(decision, [NOON, release]).step).toEqual(released);
  });

  it('is heard after the query that is in flight, unless that shows an end', () => {
    const asking = after(ANYTIME, [NOON, release]);
    expect(asking.step).toEqual({ do: 'query' });
    for (const shown of open) expect(andThen(asking, sees(shown)).step).toEqual(released);
    expect(andThen(asking, sees('done')).step).toEqual({ do: 'finish', outcome: { ended: 'done' } });
    const unseen = after(REQUEST, sees('notFound'), [NOON + 5 * MINUTE, timer], [NOON + 5 * MINUTE, release]);
    const { step } = andThen(unseen, sees('notFound', NOON + 5 * MINUTE));
    expect(step).toMatchObject({ outcome: { ended: 'never-existed' } });
  });

  it.each(['unknown', 'hint', 'fatal'] as const)('is heard after a query that fails: %s', (kind) => {
    expect(after(ANYTIME, [NOON, release], [NOON, failed('query', kind)]).step).toEqual(released);
  });

  it.each([
    ['accepted', cancelAnswered('accepted')],
    ['alreadyCancelled', cancelAnswered('alreadyCancelled')],
    ['done', cancelAnswered('done')],
    ['inProgress', cancelAnswered('inProgress')],
    ['tooOften', cancelAnswered('tooOften')],
    ['notFound', cancelAnswered('notFound')],
    ['refusedState', cancelAnswered('refusedState')],
    ['refusedRequest', cancelAnswered('refusedRequest')],
    ['queryTooOld', cancelAnswered('queryTooOld')],
    ['unknown', failed('cancel', 'unknown')],
    ['hint', failed('cancel', 'hint')],
    ['fatal', failed('cancel', 'fatal')],
  ])('is heard after the cancel in flight and one query: %s', (_, answer) => {
    const cancelling = after(REQUEST, sees('created'), [NOON, release]);
    expect(cancelling.step).toMatchObject({ do: 'cancel' });
    const confirming = andThen(cancelling, [NOON, answer]);
    expect(confirming.step).toEqual({ do: 'query' });
    expect(confirming.state.phase).toBe('confirming');
    expect(andThen(confirming, sees('created')).step).toEqual(released);
    expect(andThen(confirming, sees('revoked')).step).toMatchObject({ outcome: { ended: 'cancelled' } });
  });

  it('is heard in a pause after a cancel, after one query', () => {
    const paused = after(REQUEST, sees('created'), [NOON, cancelAnswered('inProgress')], [NOON + SECOND, release]);
    expect(paused.step).toEqual({ do: 'query' });
    expect(paused.state.phase).toBe('confirming');
  });

  it.each([...open, 'unknown', 'hint', 'fatal'] as const)('is heard after that query: %s', (said) => {
    const confirming = after(ANYTIME, sees('created'), [NOON, cancelAnswered('accepted')], [NOON, release]);
    const failure = said === 'unknown' || said === 'hint' || said === 'fatal';
    const answer: Happening = failure ? [NOON, failed('query', said)] : sees(said);
    expect(andThen(confirming, answer).step).toEqual(released);
  });

  it('is asked nothing more', () => {
    const cancelling = after(REQUEST, sees('created'), [NOON, notified('USER_PAID')], [NOON, release]);
    const accepted = andThen(cancelling, [NOON, cancelAnswered('accepted')]);
    expect(andThen(accepted, sees('revokedDue')).step).toMatchObject({ outcome: { ended: 'cancelled', raced: true } });
    expect(andThen(accepted, sees('expired')).step).toMatchObject({ outcome: { ended: 'expired' } });
  });
});

describe('after the end', () => {
  it.each([timer, requested(), release, resolve(), failed('query', 'fatal'), cancelAnswered('accepted')])(
    'nothing changes it: %j',
    (event) => {
      const ended = after(REQUEST, sees('done'));
      expect(told(decideServiceOrder(ended.state, event, NOON))).toEqual(told(ended));
    },
  );
});
