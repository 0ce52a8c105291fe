import { describe, expect, it } from 'vitest';
import type { ResolvedAs } from '../../../domain/payscore/state.js';
import { HOUR, MINUTE } from '../../../domain/time.js';
import {
  after,
  andThen,
  ANYTIME,
  CALLING,
  cancelFailed,
  cancels,
  failed,
  NOON,
  notified,
  refrains,
  REQUEST,
  requested,
  resolve,
  retry,
  sees,
  timer,
  withoutRow,
  type Happening,
  type Shown,
} from '../../support/service-orders.js';

const asked = after(REQUEST, [NOON, cancelFailed('fatal', 'no', { code: 'NO_AUTH' })]);
const unsettled = after(REQUEST, [NOON, cancelFailed('unknown')]);

describe.each(CALLING)('a fatal answer while $phase', ({ from, fails }) => {
  it('asks a person at once, and WeChat Pay every hour', () => {
    const fatal = andThen(from(REQUEST), [NOON, fails('fatal')]);
    expect(fatal.step).toEqual({ do: 'askPerson', reason: 'fatal-answer', until: NOON + HOUR });
    expect(andThen(fatal, [NOON + HOUR, timer]).step).toEqual({ do: 'query' });
  });
});

describe('a person is asked', () => {
  it('until a notification comes, which also ends a pause', () => {
    for (const said of ['USER_CONFIRM', 'USER_PAID'] as const) {
      expect(andThen(asked, [NOON, notified(said)]).step).toEqual({ do: 'query' });
      expect(andThen(unsettled, [NOON, notified(said)]).step).toEqual({ do: 'query' });
    }
  });

  it('until a further request is due: then it is cancelled under guard', () => {
    expect(andThen(asked, [NOON, requested()]).step).toEqual({ do: 'cancel', isSuperseded: false });
  });

  it('and WeChat Pay each hour, which may show that it may be cancelled after all', () => {
    const hourly = andThen(asked, [NOON + HOUR, timer]);
    expect(andThen(hourly, sees('created', NOON + HOUR)).step.do).toBe('cancel');
    expect(andThen(hourly, sees('done', NOON + HOUR)).step.do).toBe('finish');
  });

  it('about a refused request again, if it is sent again in vain', () => {
    const refused = after(REQUEST, [NOON, cancels('created', 'refusedRequest', 'created')]);
    const again = andThen(refused, [NOON, retry], sees('created'));
    expect(again.step.do).toBe('cancel');
    const person = andThen(again, [NOON, cancels('created', 'refusedRequest', 'created')]);
    expect(person.step).toMatchObject({ do: 'askPerson', reason: 'request-refused' });
  });
});

describe('the last answer, as people are shown it', () => {
  const lastOf = (...events: readonly Happening[]) => after(REQUEST, ...events).state.last;

  it('is what the cancel was answered, if that explains what comes next', () => {
    const limited = lastOf([NOON, cancels('created', 'tooOften', 'created', { code: 'RATELIMIT_EXCEEDED' })]);
    expect(limited).toEqual({ call: 'cancelServiceOrder', said: 'RATELIMIT_EXCEEDED', requestId: 'wx-2', at: NOON });
    expect(lastOf([NOON, cancels('created', 'accepted', 'created')])?.said).toBe('accepted');
    expect(lastOf([NOON, cancels('created', 'unknown', 'created', { code: 'LOCAL_NO_ANSWER' })])?.said).toBe(
      'LOCAL_NO_ANSWER',
    );
    expect(lastOf([NOON, cancels('created', 'hint', 'created', { code: 'SIGN_ERROR' })])?.said).toBe('SIGN_ERROR');
  });

  it('is otherwise what a query showed, or how it failed', () => {
    const revoked = lastOf([NOON, cancels('created', 'accepted', 'revoked')]);
    expect(revoked).toEqual({ call: 'queryServiceOrder', said: 'REVOKED', requestId: 'wx-1', at: NOON });
    expect(lastOf([NOON, refrains('inService')])?.said).toBe('DOING, USER_CONFIRM');
    expect(lastOf([NOON, cancelFailed('retry', 'no', { code: 'BANK_ERROR' })])?.said).toBe('BANK_ERROR');
  });

  it('may be a notification of this service order, and is left by what tells nothing', () => {
    const notification = { call: 'notification', said: 'USER_PAID', requestId: null, at: NOON };
    expect(lastOf([NOON, notified('USER_PAID')])).toEqual(notification);
    expect(lastOf([NOON, notified('USER_PAID')], [NOON, requested()])).toEqual(notification);
    expect(lastOf([NOON, refrains(null)])).toBeNull();
  });
});

describe('a person’s retry', () => {
  it('asks at once, with all patience', () => {
    const counted = { ...asked, state: { ...asked.state, pauses: { unclear: 7 }, acceptedCancels: 5 } };
    const later = NOON + 2 * HOUR;
    const { state, step } = andThen(counted, [later, retry]);
    expect(step).toEqual({ do: 'query' });
    const refusedSignatures = { query: null, write: null };
    expect(state).toMatchObject({ patienceFrom: later, refusedSignatures, acceptedCancels: 0 });
    expect(state.pauses).toEqual({});
  });

  it('is ignored while no person is asked', () => {
    expect(withoutRow(andThen(unsettled, [NOON, retry]))).toEqual(withoutRow(unsettled));
  });
});

describe('a resolution', () => {
  it('waits for a last query', () => {
    expect(andThen(asked, [NOON, resolve()]).step).toEqual({ do: 'query' });
  });

  it('is ignored while no person is asked', () => {
    expect(withoutRow(andThen(unsettled, [NOON, resolve()]))).toEqual(withoutRow(unsettled));
  });

  it.each<[ResolvedAs, Shown, string]>([
    ['cancelled', 'revoked', 'REVOKED'],
    ['done', 'done', 'DONE, MCH_COMPLETE, USER_PAID'],
    ['expired', 'expired', 'EXPIRED'],
    ['kept', 'created', 'CREATED'],
    ['kept', 'inService', 'DOING, USER_CONFIRM'],
    ['kept', 'completed', 'DOING, MCH_COMPLETE, USER_PAYING'],
    ['kept', 'otherDoing', 'DOING'],
    ['kept', 'paid', 'DOING, MCH_COMPLETE, USER_PAID'],
    ['never-existed', 'notFound', 'NOT_FOUND'],
  ])('%s stands if WeChat Pay says %s', (as, shown, said) => {
    const { step } = andThen(asked, [NOON, resolve({ as })], sees(shown));
    const outcome = { ended: 'resolved', as, note: 'told so by phone', by: 'ops', said };
    expect(step).toEqual({ do: 'finish', outcome });
  });

  it.each(['created', 'inService', 'completed', 'otherDoing', 'paid', 'notFound'] as const)(
    'ends nothing if WeChat Pay contradicts it: %s',
    (shown) => {
      const { state, step } = andThen(asked, [NOON, resolve({ as: 'cancelled' })], sees(shown));
      expect(step).toMatchObject({ do: 'askPerson', reason: 'resolution-contradicted' });
      expect(state).toMatchObject({ resolution: null, contradicted: { resolution: { as: 'cancelled' } } });
      const hourly = andThen({ state, step }, [NOON + HOUR, timer], sees('revoked', NOON + HOUR));
      expect(hourly.step).toMatchObject({ outcome: { ended: 'cancelled' } });
    },
  );

  it.each(['done', 'revoked', 'expired'] as const)('gives way to the end that WeChat Pay shows: %s', (shown) => {
    const { state, step } = andThen(asked, [NOON, resolve({ as: 'kept' })], sees(shown));
    expect(step).toMatchObject({ outcome: { ended: shown === 'revoked' ? 'cancelled' : shown } });
    expect(state.contradicted?.said).toContain(shown.toUpperCase());
  });

  it.each(['created', 'done', 'expired', 'notFound'] as const)('ends it by force against %s', (shown) => {
    const { state, step } = andThen(asked, [NOON, resolve({ force: true })], sees(shown));
    expect(step).toMatchObject({ outcome: { ended: 'resolved', as: 'cancelled' } });
    expect(state.contradicted).toBeNull();
  });

  it.each(['unknown', 'hint', 'fatal'] as const)('ends it only by force if WeChat Pay gives no answer: %s', (kind) => {
    const silence: Happening = [NOON, failed(kind, 'NO_AUTH')];
    const { state, step } = andThen(asked, [NOON, resolve()], silence);
    expect(step).toMatchObject({ do: 'askPerson', reason: 'resolution-contradicted' });
    expect(state).toMatchObject({ resolution: null, contradicted: { said: 'NO_AUTH' } });
    const forced = andThen(asked, [NOON, resolve({ force: true })], silence);
    expect(forced.step).toMatchObject({ outcome: { ended: 'resolved', said: 'NO_AUTH' } });
  });

  it('gives way to two not-founds, five minutes apart, unless it agrees with them', () => {
    const at = NOON + 5 * MINUTE;
    const unseen = { ...asked, state: { ...asked.state, notFoundSince: NOON } };
    const gaveWay = andThen(unseen, [at, resolve()], sees('notFound', at));
    expect(gaveWay.step).toMatchObject({ outcome: { ended: 'never-existed' } });
    const agreed = andThen(unseen, [at, resolve({ as: 'never-existed' })], sees('notFound', at));
    expect(agreed.step).toMatchObject({ outcome: { ended: 'resolved', as: 'never-existed' } });
  });

  it('that it is cancelled ends a race, and a contradiction', () => {
    const raced = after(REQUEST, [NOON, cancels('created', 'accepted', 'revokedDue')]);
    const contradiction = after(
      ANYTIME,
      [NOON, notified('USER_PAID')],
      [NOON, cancels('created', 'accepted', 'revoked')],
    );
    for (const person of [raced, contradiction]) {
      expect(person.step.do).toBe('askPerson');
      expect(andThen(person, [NOON, resolve()], sees('revoked')).step).toMatchObject({
        outcome: { ended: 'resolved' },
      });
    }
  });

  it('does not outlive the query that it waited for', () => {
    const contradicted = andThen(asked, [NOON, resolve()], sees('created'));
    const again = andThen(contradicted, [NOON, retry], sees('revoked'));
    expect(again.step).toMatchObject({ outcome: { ended: 'cancelled' } });
  });
});
