import { describe, expect, it } from 'vitest';
import { asksTheSame, cancelInput, requestAnswer } from '../../../domain/payscore/due.js';
import { MINUTE, SECOND } from '../../../domain/time.js';
import {
  after,
  andThen,
  ANYTIME,
  cancelFailed,
  cancels,
  NOON,
  notified,
  refrains,
  REQUEST,
  requested,
  sees,
  SERVICE_ORDER,
  superseded,
  timer,
  type Happening,
} from '../../support/service-orders.js';

const BODY = { requestId: 'request-1', reason: REQUEST.reason };
const OTHER = { requestId: 'request-2', reason: 'other' };
const LATER = NOON + 30 * MINUTE;
const other = requested({ reason: 'other', mayCancel: ['in-service'] });

describe('the body of a cancel', () => {
  it('is frozen when the first one is scheduled, before anything is sent', () => {
    expect(after(REQUEST).state.frozen).toEqual(BODY);
    expect(after({ ...REQUEST, dueAt: LATER }).state.frozen).toBeNull();
    expect(after({ ...REQUEST, dueAt: LATER }, [LATER, timer]).state.frozen).toEqual(BODY);
    expect(after(null, [NOON, timer], [NOON, other]).state.frozen).toBeNull();
    expect(after(null, [NOON, timer], [NOON, other], sees('inService')).state.frozen).toEqual(OTHER);
  });

  it('is that of the first request that is due, in the order in which they came', () => {
    const first = { ...REQUEST, dueAt: NOON + MINUTE };
    const sooner = after(first, [NOON, requested({ reason: 'other', dueAt: NOON + SECOND })], [NOON + SECOND, timer]);
    expect(sooner.state.frozen).toEqual(OTHER);
    const both = after(first, [NOON, requested({ reason: 'other', dueAt: NOON + MINUTE })], [NOON + MINUTE, timer]);
    expect(both.state.frozen).toEqual(BODY);
    expect(both.step.do).toBe('cancel');
  });

  it('stays, whichever request allows a later cancel', () => {
    const sent = after(REQUEST, [NOON, other], [NOON, cancels('created', 'tooOften', 'inService')]);
    const again = andThen(sent, [NOON + 10 * SECOND, timer]);
    expect(again.step.do).toBe('cancel');
    expect(again.state.frozen).toEqual(BODY);
  });

  it('stays, though a request that came sooner becomes due later', () => {
    const sent = after({ ...REQUEST, dueAt: LATER }, [NOON, requested({ reason: 'other' })]);
    expect(sent.state.frozen).toEqual(OTHER);
    const again = andThen(sent, [NOON, cancels('created', 'tooOften', 'created')], [LATER, timer]);
    expect(cancelInput(again.state, LATER).requests[0]).toMatchObject(BODY);
    expect(again.state.frozen).toEqual(OTHER);
  });

  it.each<[string, Happening]>([
    ['a cancel that failed before it was sent', [NOON, cancelFailed('retry')]],
    ['one that was overtaken before it was sent', [NOON, superseded()]],
    ['one that its query did not allow', [NOON, refrains('notFound')]],
  ])('thaws after %s', (_, unsent) => {
    const thawed = after(REQUEST, unsent);
    expect(thawed.state).toMatchObject({ cancelSent: 'no', frozen: null });
    const state = { ...thawed.state, requests: [{ ...REQUEST, ...OTHER }] };
    const again = andThen({ ...thawed, state }, [NOON + MINUTE, notified('USER_CONFIRM')]);
    expect(again.state.frozen).toBeNull();
  });

  it.each<[string, Happening]>([
    ['a cancel that was sent', [NOON, cancels('created', 'tooOften', 'created')]],
    ['one that was lost', [NOON, cancelFailed('unknown', 'maybe')]],
    ['one that was overtaken too late', [NOON, superseded('yes')]],
    ['one that its query did not allow, after an attempt that sent', [NOON, refrains('notFound', 'yes')]],
  ])('stays for good after %s', (_, sent) => {
    const frozen = after(REQUEST, sent);
    expect(frozen.state.frozen).toEqual(BODY);
    const unsent = { ...frozen, state: { ...frozen.state, phase: 'cancelling', isSuperseded: false } as const };
    for (const event of [cancelFailed('retry'), superseded(), refrains('created')]) {
      expect(andThen(unsent, [NOON, event]).state.frozen).toEqual(BODY);
    }
  });

  it('is frozen anew, from the requests that are due then', () => {
    const thawed = after({ ...REQUEST, mayCancel: [] }, [NOON, other], [NOON, superseded()]);
    expect(thawed.state.frozen).toBeNull();
    const state = { ...thawed.state, requests: thawed.state.requests.slice(1) };
    expect(andThen({ ...thawed, state }, sees('inService')).state.frozen).toEqual(OTHER);
  });
});

describe('what a guarded cancel is given', () => {
  it('are all requests that are due, one body, and what is known', () => {
    const { state } = after(
      REQUEST,
      [NOON, requested({ requestId: 'later', dueAt: LATER })],
      [NOON, requested({ ...ANYTIME, ...OTHER })],
    );
    expect(cancelInput(state, NOON)).toEqual({
      order: SERVICE_ORDER,
      reason: REQUEST.reason,
      requests: [REQUEST, { ...ANYTIME, ...OTHER }],
      known: { furthest: null, paidClaimed: false },
    });
    expect(cancelInput(state, LATER).requests).toHaveLength(3);
  });

  it('knows the furthest stage, and a claim of payment', () => {
    const confirmed = after({ ...ANYTIME, dueAt: LATER }, [NOON, notified('USER_CONFIRM')], sees('inService'), [
      LATER,
      timer,
    ]);
    expect(cancelInput(confirmed.state, LATER).known).toEqual({ furthest: 'in-service', paidClaimed: false });
    const paid = andThen(confirmed, [LATER, notified('USER_PAID')]);
    expect(cancelInput(paid.state, LATER).known).toEqual({ furthest: 'completed', paidClaimed: true });
  });

  it('is nothing without a body', () => {
    expect(() => cancelInput(after(null).state, NOON)).toThrow('needs the body of a cancel');
  });
});

describe('the answer to a request', () => {
  const sent = after(REQUEST, [NOON, other]).state;

  it('says which reason is sent, and whether it is another', () => {
    const answer = { requestId: 'request-2', dueAt: NOON, reasonSent: REQUEST.reason, reasonDiffers: true };
    expect(requestAnswer(sent, 'request-2')).toEqual(answer);
    expect(requestAnswer(sent, 'request-1')).toMatchObject({ reasonSent: REQUEST.reason, reasonDiffers: false });
  });

  it('names no reason while none is sent', () => {
    const { state } = after({ ...REQUEST, dueAt: LATER }, [NOON, requested({ reason: 'other', dueAt: LATER })]);
    expect(requestAnswer(state, 'request-2')).toMatchObject({ reasonSent: null, reasonDiffers: false });
  });

  it('is none to a request that is not known', () => {
    expect(requestAnswer(sent, 'request-3')).toBeUndefined();
  });

  it('is the same for requests that ask for the same, whenever they are due', () => {
    expect(asksTheSame(ANYTIME, { ...ANYTIME, requestId: 'other', dueAt: LATER })).toBe(true);
    expect(asksTheSame(REQUEST, { ...REQUEST, giveUp: null })).toBe(true);
    for (const change of [{ reason: 'other' }, { mayCancel: [] }, { giveUp: { total: 70 } }, { giveUp: null }]) {
      expect(asksTheSame(ANYTIME, { ...ANYTIME, ...change })).toBe(false);
    }
  });
});
