import { describe, expect, it } from 'vitest';
import type { OrderEvent } from '../../../domain/orders/state.js';
import { HOUR, MINUTE, SECOND } from '../../../domain/time.js';
import {
  after,
  answered,
  checkRequested,
  closeAnswered,
  closeFailed,
  DEADLINE,
  failure,
  leadsTo,
  notAllowed,
  play,
  queryFailed,
  retryRequested,
  timer,
  toChecking,
  toClosing,
  toConfirming,
  UNASKED,
} from '../../support/orders.js';

const due = DEADLINE;
const HINT = failure('hint', 'closeOrder', 'SIGN_ERROR');
const refusedWrite = closeAnswered(HINT);
const refusedGuard = closeFailed('hint');
const refusedQuery = queryFailed('hint');

/** The same event once a minute, each after the pause of the one before. */
const everyMinute = (event: OrderEvent, count: number) =>
  Array.from({ length: count }, (_, index) => {
    const at = due + index * MINUTE;
    return [[at, timer] as const, [at, event] as const];
  }).flat();

describe('a refused signature', () => {
  it.each<[string, OrderEvent]>([
    ['a write', refusedWrite],
    ['the query of a close', refusedGuard],
    ['a query after a close', closeAnswered(HINT, { after: UNASKED })],
  ])('of %s pauses for a minute; the third in a row, two minutes after the first, asks a person', (_, event) => {
    const second = after(...everyMinute(event, 2));
    expect(leadsTo(second, due + MINUTE)).toBe('unsettled 60');
    const third = play(second, [due + 2 * MINUTE, timer], [due + 2 * MINUTE, event]);
    expect(third.step).toEqual({ do: 'askPerson', reason: 'signature-refused', until: due + 2 * MINUTE + HOUR });
  });

  it.each([
    ['checking', toChecking],
    ['confirming', toConfirming],
  ] as const)('in %s pauses for a minute, or asks a person at the third', (_, story) => {
    const at = due + 2 * MINUTE;
    const asked = after(...story);
    expect(leadsTo(play(asked, [at, refusedQuery]), at)).toBe('unsettled 60');
    const refusedSignatures = { query: { count: 2, since: due }, write: null };
    const third = play({ ...asked, state: { ...asked.state, refusedSignatures } }, [at, refusedQuery]);
    expect(leadsTo(third, at)).toBe('signature-refused');
  });
});

describe('refused signatures', () => {
  it('of a write are counted on, whatever the queries around it say', () => {
    const { state } = after(...everyMinute(refusedWrite, 2));
    expect(state.refusedSignatures).toEqual({ query: null, write: { count: 2, since: due } });
    const paying = play(after(...everyMinute(refusedWrite, 2)), [due + 2 * MINUTE, timer]);
    expect(play(paying, [due + 2 * MINUTE, notAllowed('USERPAYING')]).state.refusedSignatures.write?.count).toBe(2);
  });

  it('of a write are forgotten when one is answered, and not when one gets no answer', () => {
    const twice = play(after(...everyMinute(refusedWrite, 2)), [due + 2 * MINUTE, timer]);
    const last = due + 2 * MINUTE;
    expect(play(twice, [last, closeAnswered('tooOften')]).state.refusedSignatures.write).toBeNull();
    const unheard = play(twice, [last, closeAnswered(failure('unknown', 'closeOrder'))]);
    expect(unheard.state.refusedSignatures.write?.count).toBe(2);
    expect(play(twice, [last, closeFailed('unknown')]).state.refusedSignatures.write?.count).toBe(2);
  });

  it('of a query are forgotten when one is answered: by itself, or in a close', () => {
    const twice = after(...everyMinute(refusedGuard, 2));
    expect(twice.state.refusedSignatures).toEqual({ query: { count: 2, since: due }, write: null });
    const last = due + 2 * MINUTE;
    const closing = play(twice, [last, timer]);
    expect(play(closing, [last, notAllowed('USERPAYING')]).state.refusedSignatures.query).toBeNull();
    const checked = play(twice, [last, checkRequested]);
    expect(play(checked, [last, answered('NOTPAY')]).state.refusedSignatures.query).toBeNull();
    expect(play(checked, [last, queryFailed('unknown')]).state.refusedSignatures.query?.count).toBe(2);
  });

  it('of a query are counted on while it gets no other answer, and apart from those of a write', () => {
    const mixed = after(...everyMinute(refusedGuard, 1), [due + MINUTE, timer], [due + MINUTE, refusedWrite]);
    expect(mixed.state.refusedSignatures).toEqual({ query: null, write: { count: 1, since: due + MINUTE } });
    const unasked = { after: { failure: failure('hint', 'queryOrder') } };
    const both = after(...toClosing, [due, closeAnswered(HINT, unasked)]);
    expect(both.state.refusedSignatures).toEqual({
      query: { count: 1, since: due },
      write: { count: 1, since: due },
    });
  });

  it('that come three times within seconds are one worker’s, and no person is asked before two minutes', () => {
    const checked = (at: number) => [[at, checkRequested] as const, [at, refusedQuery] as const];
    const thrice = [...checked(due - HOUR), ...checked(due - HOUR + 2 * SECOND), ...checked(due - HOUR + 4 * SECOND)];
    expect(after(...thrice).step).toEqual({ do: 'wait', until: due });
    const later = due - HOUR + 2 * MINUTE;
    expect(after(...thrice, ...checked(later - 1)).step.do).toBe('wait');
    expect(after(...thrice, ...checked(later)).step).toMatchObject({ reason: 'signature-refused' });
  });

  it('are forgotten when a person retries, with their pause', () => {
    const { state } = play(after(...everyMinute(refusedWrite, 3)), [due + HOUR, retryRequested]);
    expect(state).toMatchObject({ phase: 'checking', refusedSignatures: { query: null, write: null }, pauses: {} });
    const again = play(
      after(...everyMinute(refusedWrite, 3)),
      [due + HOUR, retryRequested],
      [due + HOUR, refusedQuery],
    );
    expect(leadsTo(again, due + HOUR)).toBe('unsettled 60');
  });
});
