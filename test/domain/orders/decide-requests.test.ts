import { describe, expect, it } from 'vitest';
import { decideOrder } from '../../../domain/orders/decide.js';
import type { OrderEvent } from '../../../domain/orders/state.js';
import { DAY, HOUR, MINUTE, SECOND } from '../../../domain/time.js';
import {
  after,
  answered,
  closeAnswered,
  closeFailed,
  closeLost,
  closeRequested,
  DEADLINE,
  extended,
  leadsTo,
  notAllowed,
  notification,
  ORDER,
  placedAgain,
  play,
  queryFailed,
  resolveAs,
  retryRequested,
  START,
  timer,
  toChecking,
  toClosing,
  toPaying,
  WRONG_PAYMENT,
  wrongNotification,
} from '../../support/orders.js';

const due = DEADLINE;
const early = START + MINUTE;

describe('an extension', () => {
  const later = DEADLINE + 10 * MINUTE;

  it('moves the deadline', () => {
    expect(after([early, extended(later)]).step).toEqual({ do: 'wait', until: later });
  });

  it('counts when the query comes back, and keeps the order from being closed', () => {
    const extending = after(...toChecking, [due + MINUTE, extended(later)], [due + MINUTE, answered('NOTPAY')]);
    expect(extending.step).toEqual({ do: 'wait', until: later });
  });

  it('keeps the next check from closing the order', () => {
    const paying = after(...toPaying, [due, extended(later)], [due + MINUTE, timer]);
    expect(play(paying, [due + MINUTE, answered('NOTPAY')]).step).toEqual({ do: 'wait', until: later });
    const unsettled = after(...toClosing, [due, closeFailed('unknown')], [due, extended(later)]);
    expect(play(unsettled, [due + MINUTE, timer]).step).toEqual({ do: 'query' });
  });

  it('never makes the deadline sooner', () => {
    expect(after([early, extended(early)]).step).toEqual({ do: 'wait', until: DEADLINE });
  });

  it('goes no further than 7 days after creation', () => {
    expect(after([early, extended(START + 30 * DAY)]).step).toEqual({ do: 'wait', until: START + 7 * DAY });
  });

  it.each([
    ['a request to close', after([early, closeRequested])],
    ['a close that may have been sent', after(...toClosing, [due, closeLost()])],
    ['a close that was refused', after(...toClosing, [due, closeAnswered('tooOften')])],
    ['a claim of payment', after([early, wrongNotification])],
  ])('is beaten by %s', (_, decision) => {
    expect(play(decision, [due, extended(later)]).state.order.payBefore).toBe(DEADLINE);
  });
});

describe('a request to close', () => {
  it('counts from its first instant; a later one may add the new number, and only once', () => {
    const numbered = (replacedBy: string): OrderEvent => ({ type: 'closeRequested', replacedBy });
    const first = after([early, closeRequested]);
    expect(first.state.closeRequested).toEqual({ at: early });
    const second = play(first, [early + MINUTE, numbered('A')]);
    expect(second.state.closeRequested).toEqual({ at: early, replacedBy: 'A' });
    expect(play(second, [early + MINUTE, numbered('B')]).state.closeRequested?.replacedBy).toBe('A');
  });
});

describe('an order that is placed again under its number', () => {
  it('has its floor moved, and waits for it', () => {
    const { step } = after([due - MINUTE, placedAgain]);
    expect(step).toEqual({ do: 'wait', until: due - MINUTE + 5.5 * MINUTE });
  });

  it('is not closed for a query from before', () => {
    const placed = after(...toChecking, [due + MINUTE, placedAgain], [due + MINUTE, answered('NOTPAY')]);
    expect(placed.step).toEqual({ do: 'wait', until: due + 6.5 * MINUTE });
  });

  it('is not closed by the pause that it is in', () => {
    for (const event of [notAllowed('USERPAYING'), closeAnswered('tooOften'), closeFailed('fatal')]) {
      const placed = after(...toClosing, [due, event], [due, placedAgain], [due + MINUTE, timer]);
      expect(placed.step).toEqual({ do: 'query' });
      expect(play(placed, [due + MINUTE, answered('NOTPAY')]).step).toEqual({ do: 'wait', until: due + 5.5 * MINUTE });
    }
  });

  it('never has its floor moved back', () => {
    const placed = after([early, placedAgain], [START, placedAgain]);
    expect(placed.state.order.floor).toBe(early + 5.5 * MINUTE);
  });
});

describe('a person who retries', () => {
  it('has WeChat Pay asked at once, with new patience', () => {
    const dayLater = due + DAY;
    const tired = after(
      ...toClosing,
      [due, closeFailed('unknown')],
      [dayLater, timer],
      [dayLater, closeFailed('unknown')],
    );
    expect(tired.step).toMatchObject({ reason: 'patience-over' });
    const retried = play(tired, [dayLater + MINUTE, retryRequested]);
    expect(retried.step).toEqual({ do: 'query' });
    expect(leadsTo(play(retried, [dayLater + MINUTE, queryFailed('unknown')]), dayLater + MINUTE)).toBe('unsettled 1');
  });

  it('ends a pause: of an unsettled order that is due, with its close', () => {
    const unsettled = after(...toClosing, [due, closeAnswered('tooOften')], [due + SECOND, retryRequested]);
    expect(leadsTo(unsettled, due)).toBe('close if unpaid');
  });

  it('changes nothing in the wait for the payment but that WeChat Pay is asked', () => {
    const retried = after([early, retryRequested]);
    expect(retried.step).toEqual({ do: 'query' });
    expect(play(retried, [early, answered('NOTPAY')]).step).toEqual({ do: 'wait', until: DEADLINE });
  });
});

describe('a person who resolves', () => {
  const stuck = after(...toClosing, [due, closeFailed('fatal')]);
  const resolved = (as: 'paid' | 'closed' | 'never-existed', force = false) => play(stuck, [due, resolveAs(as, force)]);
  const disagree = after(...toClosing, [due, wrongNotification], [due, closeAnswered('accepted', { after: 'CLOSED' })]);

  it('has WeChat Pay asked once more before', () => {
    expect(resolved('paid').step).toEqual({ do: 'query' });
  });

  it('is ignored while no person is asked', () => {
    const { state, step } = after([early, resolveAs('closed')]);
    expect(step).toEqual({ do: 'wait', until: DEADLINE });
    expect(state.resolution).toBeNull();
  });

  it.each([
    ['paid', answered('SUCCESS', WRONG_PAYMENT), 'SUCCESS'],
    ['never-existed', answered('NOT_FOUND'), 'NOT_FOUND'],
  ] as const)('as %s has the last word when the query says so', (as, event, said) => {
    expect(decideOrder(resolved(as).state, event, due + 2).step).toEqual({
      do: 'finish',
      outcome: { ended: 'resolved', as, note: 'seen in the bill', by: 'Mei', said },
    });
  });

  it('as closed ends the order if notification and query disagreed, and the query says closed', () => {
    expect(disagree.step).toMatchObject({ reason: 'notification-and-query-disagree' });
    const closed = play(disagree, [due, resolveAs('closed')], [due, answered('CLOSED')]);
    expect(closed.step).toMatchObject({ outcome: { ended: 'resolved', as: 'closed', said: 'CLOSED' } });
  });

  it('as paid is contradicted by a close that a notification contradicts', () => {
    const paid = play(disagree, [due, resolveAs('paid')], [due, answered('CLOSED')]);
    expect(leadsTo(paid, due)).toBe('resolution-contradicted');
  });

  it('goes after a payment that WeChat Pay shows or notifies, and after a sure close', () => {
    expect(leadsTo(play(resolved('closed'), [due, answered('SUCCESS')]), due)).toBe('paid');
    expect(leadsTo(play(resolved('paid'), [due, answered('CLOSED')]), due)).toBe('closed');
    expect(leadsTo(play(resolved('closed'), [due, notification()]), due)).toBe('paid');
  });

  it.each<[string, OrderEvent]>([
    ['unpaid', answered('NOTPAY')],
    ['in payment', answered('USERPAYING')],
    ['not found', answered('NOT_FOUND')],
    ['paid with another amount', answered('SUCCESS', WRONG_PAYMENT)],
    ['nothing', queryFailed('unknown')],
    ['no', queryFailed('fatal')],
    ['no to our signature', queryFailed('hint')],
  ])('as closed is contradicted when WeChat Pay says %s, unless it is forced', (_, event) => {
    expect(leadsTo(play(resolved('closed'), [due, event]), due)).toBe('resolution-contradicted');
    expect(play(resolved('closed', true), [due, event]).step).toMatchObject({
      outcome: { ended: 'resolved', as: 'closed' },
    });
  });

  it('has one query for each resolution: one that was contradicted is forgotten', () => {
    const contradicted = play(resolved('closed'), [due, answered('NOT_FOUND')], [due + HOUR, timer]);
    expect(contradicted.state.resolution).toBeNull();
    expect(leadsTo(play(contradicted, [due + HOUR, answered('CLOSED')]), due)).toBe('closed');
  });

  it('is forgotten if a notification of another amount comes first', () => {
    const told = play(resolved('closed', true), [due, wrongNotification]);
    expect(leadsTo(told, due)).toBe('amount-differs');
    expect(told.state.resolution).toBeNull();
    expect(ORDER.amount).not.toEqual(WRONG_PAYMENT.amount);
  });
});
