import { describe, expect, it } from 'vitest';
import { decideServiceOrder } from '../../../domain/payscore/decide.js';
import { requestAnswer } from '../../../domain/payscore/requests.js';
import { DAY, MINUTE, SECOND } from '../../../domain/time.js';
import {
  after,
  ANYTIME,
  cancelAnswered,
  failed,
  notified,
  NOON,
  REQUEST,
  requested,
  sees,
  SERVICE_ORDER,
  andThen,
  timer,
  told,
} from '../../support/service-orders.js';

const LATER = NOON + 30 * MINUTE;
const later = { ...REQUEST, dueAt: LATER };

describe('waiting', () => {
  it('asks at once for a request that is due', () => {
    expect(after(REQUEST).step).toEqual({ do: 'query' });
  });

  it('waits until a request is due', () => {
    expect(after(later).step).toEqual({ do: 'wait', until: LATER });
  });

  it('asks when the request is due', () => {
    expect(after(later, [LATER, timer]).step).toEqual({ do: 'query' });
  });

  it('goes on waiting when a timer fires too soon', () => {
    expect(after(later, [LATER - 1, timer]).step).toEqual({ do: 'wait', until: LATER });
  });

  it('looks once a day at a service order for which nothing was requested', () => {
    const { state, step } = after(null);
    expect(step).toEqual({ do: 'wait', until: NOON + DAY });
    const looked = andThen({ state, step }, [NOON + DAY, timer], sees('created', NOON + DAY));
    expect(looked.step).toEqual({ do: 'wait', until: NOON + 2 * DAY });
  });

  it('asks at once when a cancel is requested', () => {
    expect(after(null, [NOON, requested()]).step).toEqual({ do: 'query' });
  });

  it.each(['USER_CONFIRM', 'USER_PAID'] as const)('asks at once on the notification %s', (said) => {
    expect(after(later, [NOON, notified(said)]).step).toEqual({ do: 'query' });
  });

  it('learns nothing from a notification about another service order', () => {
    const before = after(later);
    const other = notified('USER_PAID', { ...SERVICE_ORDER, outOrderNo: 'other' });
    expect(told(decideServiceOrder(before.state, other, NOON))).toEqual(told(before));
  });

  it('goes back to waiting for the next due time, and forgets how long it has been asking', () => {
    const { state, step } = after(
      REQUEST,
      [NOON, failed('query', 'unknown')],
      [NOON, requested({ dueAt: LATER, mayCancel: ['in-service'] })],
    );
    expect(state).toMatchObject({ patienceFrom: NOON, pauses: { unclear: 1 } });
    const waiting = andThen({ state, step }, sees('inService'));
    expect(waiting.step).toEqual({ do: 'wait', until: LATER });
    expect(waiting.state).toMatchObject({ patienceFrom: null, pauses: {} });
  });

  it('waits for the request that is due first', () => {
    const two = after(later, [NOON, requested({ dueAt: LATER - MINUTE })], sees('created'));
    expect(two.step).toEqual({ do: 'wait', until: LATER - MINUTE });
  });
});

describe('a request to cancel', () => {
  it('with a known id is the same request', () => {
    const before = after(later);
    expect(told(decideServiceOrder(before.state, requested({ ...REQUEST, reason: 'other' }), NOON))).toEqual(
      told(before),
    );
  });

  it('joins the others, each with its own conditions', () => {
    const { state, step } = after(later, [NOON, requested({ mayCancel: ['in-service'] })], sees('inService'));
    expect(step).toMatchObject({ do: 'cancel', reason: REQUEST.reason });
    expect(state.requests.map(({ requestId }) => requestId)).toEqual(['request-1', 'request-2']);
  });

  it('does not lend its due time to another', () => {
    const { step } = after(
      { ...later, mayCancel: ['in-service'] },
      [NOON, requested({ mayCancel: ['created'] })],
      sees('inService'),
    );
    expect(step).toEqual({ do: 'wait', until: LATER });
  });

  it('gives its reason only if no cancel was sent before', () => {
    const other = requested({ reason: 'other' });
    const sent = after(REQUEST, sees('created'), [NOON, other]);
    expect(sent.step).toMatchObject({ reason: REQUEST.reason });
    expect(requestAnswer(sent.state, 'request-2')).toEqual({
      requestId: 'request-2',
      dueAt: NOON,
      reasonSent: REQUEST.reason,
      reasonDiffers: true,
    });
    expect(requestAnswer(sent.state, 'request-1')).toMatchObject({ reasonDiffers: false });
    expect(requestAnswer(sent.state, 'request-3')).toBeUndefined();
  });

  it('is told of no reason while none was sent', () => {
    const { state } = after(later, [NOON, requested({ reason: 'other' })]);
    expect(requestAnswer(state, 'request-2')).toMatchObject({ reasonSent: null, reasonDiffers: false });
  });

  it('repeats the reason of the first cancel, even where another request allows the second', () => {
    const at = NOON + 4 * SECOND;
    const { step } = after(
      REQUEST,
      sees('created'),
      [NOON, requested({ reason: 'other', mayCancel: ['in-service'] })],
      [NOON, cancelAnswered('accepted')],
      sees('inService'),
      [at, timer],
      sees('inService', at),
    );
    expect(step).toEqual({ do: 'cancel', queriedAt: at, reason: REQUEST.reason });
  });

  it('is free to give its reason where the cancel before was not sent at all', () => {
    const at = NOON + SECOND;
    const unsent = after(REQUEST, sees('created'), [NOON, cancelAnswered('queryTooOld')]);
    expect(unsent.state.frozen).toBeNull();
    const other = { ...REQUEST, reason: 'other' };
    const state = { ...unsent.state, requests: [other] };
    expect(andThen({ ...unsent, state }, [at, timer], sees('created', at)).step).toMatchObject({ reason: 'other' });
  });

  it('keeps the reason that was sent, where a later cancel was not sent at all', () => {
    const at = NOON + 2 * SECOND;
    const { state } = after(
      ANYTIME,
      sees('created'),
      [NOON, cancelAnswered('accepted')],
      sees('created'),
      [at, timer],
      sees('created', at),
      [at, cancelAnswered('queryTooOld')],
    );
    expect(state.frozen).toEqual({ requestId: 'request-1', reason: REQUEST.reason });
  });
});
