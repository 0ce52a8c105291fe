import { describe, expect, it } from 'vitest';
import { ORDER_FLOW } from '../../../domain/orders/decide.js';
import type { OrderDecision, OrderEvent } from '../../../domain/orders/state.js';
import { DAY, HOUR, MINUTE, SECOND } from '../../../domain/time.js';
import type { PauseName } from '../../../domain/waiting.js';
import {
  after,
  answered,
  checkRequested,
  closeAnswered,
  closeFailed,
  closeLost,
  DEADLINE,
  extended,
  leadsTo,
  NO_ANSWER,
  notAllowed,
  placedAgain,
  play,
  queryFailed,
  retryRequested,
  START,
  timer,
  toClosing,
  toPaying,
  toSettling,
  UNASKED,
} from '../../support/orders.js';

const due = DEADLINE;
const dayLater = due + DAY;
const unsettled = after(...toClosing, [due, closeFailed('unknown')]);

describe('patience', () => {
  it('is over a day after the first check that was due, and a person is asked; WeChat Pay still is, hourly', () => {
    const asked = play(unsettled, [dayLater, timer], [dayLater, closeFailed('unknown')]);
    expect(asked.step).toEqual({ do: 'askPerson', reason: 'patience-over', until: dayLater + HOUR });
    const hour = dayLater + HOUR;
    expect(leadsTo(play(asked, [hour, timer], [hour, answered('SUCCESS')]), hour)).toBe('paid');
    const still = play(asked, [hour, timer], [hour, queryFailed('unknown')]);
    expect(still.step).toEqual({ do: 'askPerson', reason: 'patience-over', until: hour + HOUR });
  });

  it('is not over before', () => {
    const early = play(unsettled, [dayLater - 1, timer], [dayLater - 1, closeFailed('unknown')]);
    expect(early.state.phase).toBe('unsettled');
  });

  it.each<[string, OrderDecision, OrderEvent]>([
    ['the shopper is paying', after(...toPaying), answered('USERPAYING')],
    ['the order is not found', after(...toClosing, [due, notAllowed('NOT_FOUND')]), answered('NOT_FOUND')],
    ['a query brings no answer', after(...toPaying), queryFailed('unknown')],
    ['a signature is refused', after(...toPaying), queryFailed('hint')],
  ])('is over also while %s', (_, decision, event) => {
    // The close that is tried for such an order was refused not long ago.
    const state = { ...decision.state, closeTriedAt: dayLater, closedUnseen: true, seen: true };
    const asked = play({ ...decision, state }, [dayLater, timer], [dayLater, event]);
    expect(leadsTo(asked, dayLater)).toBe('patience-over');
  });

  it.each<[string, OrderEvent]>([
    ['accepted', closeAnswered('accepted')],
    ['refused too often', closeAnswered('tooOften')],
    ['refused since a payment is in progress', closeAnswered('inProgress')],
    ['refused for its state', closeAnswered('refusedState')],
    ['not found', closeAnswered('notFound')],
    ['unanswered', closeAnswered(NO_ANSWER)],
  ])('is over also after a close that was %s', (_, event) => {
    expect(leadsTo(play(unsettled, [dayLater, timer], [dayLater, event]), dayLater)).toBe('patience-over');
  });

  it('is over also while a claim of payment is confirmed', () => {
    const claimed = after(...toClosing, [due, closeAnswered('paid')], [dayLater, answered('NOTPAY')]);
    expect(leadsTo(claimed, dayLater)).toBe('patience-over');
  });

  it('counts over whatever happens: no answer, no other pause and no query begins it anew', () => {
    const story = [
      [due + HOUR, timer],
      [due + HOUR, closeAnswered('tooOften')],
      [due + 2 * HOUR, timer],
      [due + 2 * HOUR, notAllowed('USERPAYING')],
      [due + 3 * HOUR, checkRequested],
      [due + 3 * HOUR, answered('USERPAYING')],
    ] as const;
    expect(play(unsettled, ...story).state.patienceFrom).toBe(due);
  });

  it('begins with the first step that is due: a check before that begins none', () => {
    const early = after([START, checkRequested], [START, queryFailed('unknown')]);
    expect(early.state.patienceFrom).toBeNull();
    expect(after(...toClosing).state.patienceFrom).toBe(due);
  });

  it('is over only for an order that is due', () => {
    const moved = play(unsettled, [due, extended(due + 3 * DAY)], [dayLater, timer]);
    expect(play(moved, [dayLater, queryFailed('unknown')]).state).toMatchObject({
      phase: 'unsettled',
      patienceFrom: null,
    });
  });
});

describe('patience begins anew', () => {
  const at = due + 23 * HOUR;

  it.each<[string, OrderEvent, number]>([
    ['with a person’s retry', retryRequested, at],
    ['with an extension, also one that leaves the order due', extended(at - HOUR), at],
    ['with another placement, once that is due', placedAgain, at + 5.5 * MINUTE],
  ])('%s', (_, event, from) => {
    const begun = play(unsettled, [at, event]);
    const asked = begun.step.do === 'wait' ? play(begun, [from, timer]) : begun;
    const again = play(asked, [from, asked.step.do === 'query' ? queryFailed('unknown') : closeFailed('unknown')]);
    expect(again.state).toMatchObject({ phase: 'unsettled', patienceFrom: from });
  });

  it('with the wait for a deadline that has moved', () => {
    const back = play(unsettled, [at, placedAgain], [at, timer], [at, answered('NOTPAY')]);
    expect(back.state).toMatchObject({ phase: 'awaitingPayment', patienceFrom: null, pauses: {} });
    expect(play(back, [at + 5.5 * MINUTE, timer]).state.patienceFrom).toBe(at + 5.5 * MINUTE);
  });

  it('and not with what is refused: an extension after a close, or to a sooner deadline', () => {
    const sent = after(...toClosing, [due, closeLost()], [due, answered('NOTPAY')]);
    expect(play(sent, [at, extended(at + HOUR)]).state).toMatchObject({
      patienceFrom: due,
      order: { payBefore: due },
    });
    const sooner = after([START, extended(START + MINUTE)]);
    expect(sooner.step).toEqual({ do: 'wait', until: due });
  });
});

/** Gives the same answer to each close, or query, and returns the lengths of the pauses, in seconds. */
function pausesOf(begun: OrderDecision, count: number, close: OrderEvent, query = answered('NOTPAY')): number[] {
  let decision = begun;
  let now = due;
  const pauses: number[] = [];
  for (let steps = 0; steps < 100 && pauses.length < count; steps += 1) {
    const { step } = decision;
    if (step.do === 'wait' || step.do === 'askPerson') {
      pauses.push((step.until - now) / SECOND);
      now = step.until;
      decision = play(decision, [now, timer]);
    } else {
      decision = play(decision, [now, step.do === 'close' ? close : query]);
    }
  }
  return pauses;
}

describe('pauses that are taken in a row', () => {
  const closing = after(...toClosing);

  it.each<[string, OrderEvent, number[]]>([
    ['429 without end, also while queries between are answered', closeAnswered('tooOften'), [10, 20, 40, 80, 160, 300]],
    ['a payment in progress', closeAnswered('inProgress'), [60, 60, 60, 60, 60, 60]],
    ['a wrong state', closeAnswered('refusedState'), [2, 4, 8, 16, 32, 60]],
    ['no answer', closeAnswered(NO_ANSWER), [1, 2, 4, 8, 16, 32]],
    ['no answer, and no query either', closeAnswered(NO_ANSWER, { after: UNASKED }), [1, 2, 4, 8, 16, 32]],
    ['a failing query', closeFailed('retry'), [1, 2, 4, 8, 16, 32]],
    ['a close that is lost again and again', closeLost(), [1, 2, 4, 8, 16, 32]],
  ])('grow: %s', (_, close, pauses) => {
    expect(pausesOf(closing, 6, close)).toEqual(pauses);
  });

  const tooOften = play(closing, [due, closeAnswered('tooOften')], [due + MINUTE, timer]);
  const at = due + MINUTE;

  it.each<[string, OrderEvent, PauseName[]]>([
    ['a write’s goes on while the query before the next fails', closeFailed('unknown'), ['tooOften', 'unclear']],
    ['a write’s goes on while the next close is not sent', notAllowed('USERPAYING'), ['tooOften', 'userIsPaying']],
    ['a write’s goes on while the next gets no answer', closeAnswered(NO_ANSWER), ['tooOften', 'unclearWrite']],
    ['a write’s ends with a close that was answered otherwise', closeAnswered('refusedState'), ['refused']],
  ])('%s', (_, event, names) => {
    expect(Object.keys(play(tooOften, [at, event]).state.pauses).sort()).toEqual([...names].sort());
  });

  it('a query’s end with a query that was answered: by itself, or before a close', () => {
    expect(unsettled.state.pauses).toEqual({ unclear: 1 });
    const closed = play(unsettled, [at, timer], [at, closeAnswered('refusedState')]);
    expect(closed.state.pauses).toEqual({ refused: 1 });
    const guarded = play(unsettled, [at, timer], [at, closeFailed('hint')]);
    expect(guarded.state.pauses).toEqual({ unclear: 1, hint: 1 });
    const paying = after(...toPaying, [at, timer], [at, queryFailed('unknown')]);
    expect(paying.state.pauses).toEqual({ userIsPaying: 1, unclear: 1 });
  });

  it('end all with the wait, and with a person’s retry', () => {
    const waiting = play(tooOften, [at, closeAnswered('tooOften')], [at, placedAgain], [at + MINUTE, timer]);
    expect(waiting.state.pauses).toEqual({ tooOften: 2 });
    expect(play(waiting, [at + MINUTE, answered('NOTPAY')]).state.pauses).toEqual({});
    const retried = play(tooOften, [at, closeAnswered('tooOften')], [at, retryRequested]);
    expect(retried.state.pauses).toEqual({});
  });

  it('are as the start of the order says', () => {
    const { order } = closing.state;
    const pauses = { ...order.timing.pauses, tooOften: { first: 30 * SECOND, max: MINUTE } };
    const state = { ...closing.state, order: { ...order, timing: { ...order.timing, pauses } } };
    const begun = { ...closing, state, step: ORDER_FLOW.stepOf(state, due) };
    expect(pausesOf(begun, 3, closeAnswered('tooOften'))).toEqual([30, 60, 60]);
  });

  it('after an accepted close are as long as it takes to show', () => {
    expect(pausesOf(after(...toSettling), 3, closeAnswered('accepted'))).toEqual([2, 4, 8]);
  });
});
