import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND, type Instant } from '../../../domain/time.js';
import {
  after,
  andThen,
  cancelAnswered,
  failed,
  notified,
  NOON,
  REQUEST,
  requested,
  sees,
  timer,
} from '../../support/service-orders.js';

const hint = failed('query', 'hint', 'SIGN_ERROR');
const refusal = failed('cancel', 'hint', 'SIGN_ERROR');
const PERSON = { do: 'askPerson', reason: 'signature-refused' };
const at = (minutes: number): Instant => NOON + minutes * MINUTE;

describe('signature refusals', () => {
  it('of a query ask a person the third time, two minutes after the first', () => {
    const second = after(REQUEST, [NOON, hint], [at(1), timer], [at(1), hint]);
    expect(second.step).toEqual({ do: 'wait', until: at(2) });
    expect(andThen(second, [at(2), timer], [at(2), hint]).step).toMatchObject(PERSON);
  });

  it('ask nobody before two minutes have passed, however many come', () => {
    const early = after(REQUEST, [NOON, hint], [at(0.5), requested()], [at(0.5), hint]);
    const third = andThen(early, [at(1), requested({ requestId: 'request-3' })], [at(2) - 1, hint]);
    expect(third.step).toEqual({ do: 'wait', until: at(3) - 1 });
    expect(andThen(third, [at(3), timer], [at(3), hint]).step).toMatchObject(PERSON);
  });

  it('of two over an hour ask nobody', () => {
    expect(after(REQUEST, [NOON, hint], [at(60), timer], [at(60), hint]).step.do).toBe('wait');
  });

  it('of the query after a cancel ask a person too', () => {
    const confirming = after(REQUEST, sees('created'), [NOON, cancelAnswered('accepted')], [NOON, hint]);
    const hints = { ...confirming.state.hints, query: { count: 2, since: NOON } };
    const state = { ...confirming.state, phase: 'confirming', until: NOON, hints } as const;
    expect(andThen({ ...confirming, state }, [at(2), hint]).step).toMatchObject(PERSON);
  });

  it('of a cancel ask a person the third time, though the queries between are answered', () => {
    let decision = after(REQUEST);
    for (const start of [0, 2, 4]) {
      const now = at(start);
      decision = andThen(decision, sees('created', now), [now, refusal]);
      if (start === 4) break;
      expect(decision.step).toEqual({ do: 'wait', until: now + MINUTE });
      expect(decision.state.phase).toBe('confirming');
      decision = andThen(decision, sees('created', now + MINUTE), [now + 2 * MINUTE, timer]);
    }
    expect(decision.step).toMatchObject(PERSON);
  });

  it('begin anew where an answer came between', () => {
    const one = after(REQUEST, [NOON, notified('USER_CONFIRM')], [NOON, hint], [at(1), timer], sees('created', at(1)));
    const { state } = andThen(one, [at(2), timer], [at(2), hint]);
    expect(state.hints.query).toEqual({ count: 1, since: at(2) });
  });

  it('begin anew where a cancel was answered between', () => {
    const refused = after(REQUEST, sees('created'), [NOON, refusal]);
    expect(refused.state.hints.cancel).toEqual({ count: 1, since: NOON });
    const heard = andThen(refused, [NOON, cancelAnswered('tooOften')]);
    expect(heard.state.hints.cancel).toEqual({ count: 0, since: null });
  });

  it('do not begin anew where an answer decides nothing', () => {
    const unclear = failed('query', 'unknown');
    const two = after(REQUEST, [NOON, hint], [at(1), timer], [at(1), unclear], [at(1) + SECOND, timer]);
    expect(andThen(two, [at(1) + SECOND, hint]).state.hints.query).toEqual({ count: 2, since: NOON });
  });
});
