import { describe, expect, it } from 'vitest';
import { decide } from '../../domain/orders/decide.js';
import type { OrderState } from '../../domain/orders/state.js';
import { DAY, MINUTE, SECOND } from '../../domain/time.js';
import {
  after,
  answered,
  closeAnswered,
  DEADLINE,
  extended,
  failed,
  placedAgain,
  timer,
  toChecking,
  toClosing,
} from '../support/orders.js';

const due = DEADLINE;

describe('a payment that takes too long', () => {
  const late = due + 10 * MINUTE;
  const tried = after(
    toChecking,
    [due, answered('USERPAYING', due)],
    [late, timer],
    [late, answered('USERPAYING', late)],
  );

  it('is not closed again at once when the query is late: an accepted close has its five minutes', () => {
    expect(tried.step.do).toBe('close');
    const accepted = decide(tried.state, closeAnswered('accepted'), late);
    const stale = decide(accepted.state, answered('USERPAYING', late), late);
    expect(stale.step).toEqual({ do: 'wait', until: late + 2 * SECOND });
    expect(stale.state.phase).toBe('confirming');
    const settled = late + 5 * MINUTE;
    expect(decide(stale.state, answered('USERPAYING', settled), settled).step.do).toBe('close');
  });

  it.each([
    ['refused for its state', closeAnswered('refusedState')],
    ['one too many', closeAnswered('tooOften')],
    ['lost', failed('close', 'unknown')],
  ])('is tried to be closed once a minute, also where the close was %s', (_, event) => {
    const { state } = decide(tried.state, event, late);
    const soon = late + MINUTE - 1;
    expect(decide(state, answered('USERPAYING', soon), soon).step.do).toBe('wait');
    expect(decide(state, answered('USERPAYING', soon + 1), soon + 1).step.do).toBe('close');
  });

  it('is not counted as tried where the close was not sent', () => {
    const { state } = decide(tried.state, closeAnswered('queryTooOld'), late);
    const again = decide(state, timer, late + SECOND);
    expect(decide(again.state, answered('USERPAYING', late + SECOND), late + SECOND).step.do).toBe('close');
  });
});

describe('patience', () => {
  const unsettled = after(toChecking, [due, failed('query', 'unknown')]);
  const week = due + 5 * DAY;

  it.each<[string, OrderState, number]>([
    ['an extension', decide(unsettled.state, extended(week), due).state, week],
    ['another placement', decide(unsettled.state, placedAgain, due + DAY).state, due + DAY + 5.5 * MINUTE],
  ])('is whole again after %s that makes the order not due', (_, state, dueAgain) => {
    expect(state.patienceFrom).toBeNull();
    const asked = decide(state, timer, dueAgain);
    const lost = decide(asked.state, failed('query', 'unknown'), dueAgain);
    expect(lost.state.phase).toBe('unsettled');
    expect(lost.state.patienceFrom).toBe(dueAgain);
  });

  it('goes on being spent where the order stays due', () => {
    const sent = after(...toClosing, [due, failed('close', 'unknown')]);
    expect(decide(sent.state, extended(week), due).state.patienceFrom).toBe(due);
    const later = due + MINUTE;
    expect(decide(unsettled.state, extended(later), later).state).toMatchObject({
      patienceFrom: due,
      order: { payBefore: later },
    });
  });

  it('is over only for an order that is due', () => {
    const order = { ...unsettled.state.order, payBefore: week };
    const checking = { ...unsettled.state, order, phase: 'checking' } as const;
    expect(decide(checking, failed('query', 'unknown'), due + DAY).state.phase).toBe('unsettled');
  });
});
