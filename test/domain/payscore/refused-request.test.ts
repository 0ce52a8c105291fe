import { describe, expect, it } from 'vitest';
import { HOUR, SECOND, type Instant } from '../../../domain/time.js';
import {
  after,
  andThen,
  ANYTIME,
  cancelAnswered,
  failed,
  NOON,
  REQUEST,
  requested,
  retry,
  sees,
  timer,
} from '../../support/service-orders.js';

const at = (seconds: number): Instant => NOON + seconds * SECOND;
const PERSON = { do: 'askPerson', reason: 'request-refused' };
const refused = after(ANYTIME, sees('created'), [NOON, cancelAnswered('refusedRequest')]);
const told = andThen(refused, sees('created', at(2)));

describe('a cancel that was refused as a faulty request', () => {
  it('is still refused after a query that decides nothing: it is not sent again', () => {
    const unclear = andThen(refused, [at(2), failed('query', 'unknown')], [at(3), timer], sees('created', at(3)));
    expect(unclear.step).toMatchObject(PERSON);
  });

  it('is not sent again for a further request, because its reason is frozen', () => {
    const again = andThen(told, [at(60), requested()], sees('created', at(60)));
    expect(again.step).toMatchObject(PERSON);
  });

  it('is sent once more each hour: a person may have mended what was refused', () => {
    const later = at(2) + HOUR;
    expect(andThen(told, [later, timer], sees('created', later)).step.do).toBe('cancel');
  });

  it('is sent once more when a person says so', () => {
    expect(andThen(told, [at(60), retry], sees('created', at(60))).step.do).toBe('cancel');
  });

  it('is forgotten once an answer shows something else, also when it is shown as before later', () => {
    const changed = andThen(refused, sees('notFound', at(2)));
    expect(changed.state.requestRefused).toBe(false);
    expect(andThen(changed, [at(302), timer], sees('created', at(302))).step.do).toBe('cancel');
    expect(andThen(refused, sees('inService', at(2))).state.requestRefused).toBe(false);
  });

  it('is forgotten once another cancel has failed, sent or not', () => {
    for (const mayHaveTakenEffect of [true, false]) {
      const retried = andThen(told, [at(60), retry], sees('created', at(60)));
      const state = { ...retried.state, requestRefused: true };
      const failure = failed('cancel', 'unknown', 'LOCAL_NO_ANSWER', mayHaveTakenEffect);
      expect(andThen({ ...retried, state }, [at(60), failure]).state.requestRefused).toBe(false);
    }
  });

  it('is remembered where the same amount is due as before', () => {
    const { state } = after(ANYTIME, sees('completed'), [NOON, cancelAnswered('refusedRequest')], sees('completed'));
    expect(state.requestRefused).toBe(true);
  });

  it('asks a person also where the query no longer says how far the service order is', () => {
    const inService = after(ANYTIME, sees('inService'), [NOON, cancelAnswered('refusedRequest')]);
    const unclear = andThen(inService, [at(2), failed('query', 'unknown')], [at(3), timer]);
    expect(andThen(unclear, sees('otherDoing', at(3))).step).toMatchObject(PERSON);
    expect(andThen(unclear, sees('inService', at(3))).step).toMatchObject(PERSON);
  });

  it('asks a person about an amount that is due as before, after a query that decides nothing', () => {
    const completed = after(ANYTIME, sees('completed'), [NOON, cancelAnswered('refusedRequest')]);
    const unclear = andThen(completed, [at(2), failed('query', 'unknown')], [at(3), timer]);
    expect(andThen(unclear, sees('completed', at(3))).step).toMatchObject(PERSON);
  });

  it('gives way to an end that the query shows', () => {
    const { step } = after(REQUEST, sees('created'), [NOON, cancelAnswered('refusedRequest')], sees('revoked', at(2)));
    expect(step).toMatchObject({ outcome: { ended: 'cancelled', by: 'elsewhere' } });
  });
});
