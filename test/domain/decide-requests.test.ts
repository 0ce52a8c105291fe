import { describe, expect, it } from 'vitest';
import { decide } from '../../domain/orders/decide.js';
import type { OrderEvent } from '../../domain/orders/state.js';
import { DAY, HOUR, MINUTE, SECOND } from '../../domain/time.js';
import {
  after,
  answered,
  checkRequested,
  closeRequested,
  DEADLINE,
  extended,
  failed,
  notification,
  ORDER,
  PAYMENT,
  placedAgain,
  resolveAs,
  retryRequested,
  START,
  timer,
  toChecking,
  toClosing,
  unpaid,
} from '../support/orders.js';

const due = DEADLINE;
const early = START + MINUTE;
const wrongAmount = { ...PAYMENT, amount: { total: 1, currency: 'HKD' } };

describe('a request to check', () => {
  it('asks WeChat Pay before the floor, finds the order paid, and ends it', () => {
    const asked = after([early, checkRequested]);
    expect(asked.step).toEqual({ do: 'query' });
    expect(asked.state.phase).toBe('checking');
    expect(decide(asked.state, answered('SUCCESS', early), early).step).toMatchObject({ outcome: { ended: 'paid' } });
  });

  it('never closes an order that is not due', () => {
    const { step } = after([ORDER.floor, checkRequested], unpaid(ORDER.floor));
    expect(step).toEqual({ do: 'wait', until: DEADLINE });
  });

  it('is not asked again within two seconds', () => {
    const checked = after([early, checkRequested], unpaid(early));
    expect(decide(checked.state, checkRequested, early + 2 * SECOND - 1).step.do).toBe('wait');
    expect(decide(checked.state, checkRequested, early + 2 * SECOND).step.do).toBe('query');
  });

  it('is not asked again within two seconds of a query that failed', () => {
    const failedCheck = after([early, checkRequested], [early, failed('query', 'unknown')]);
    expect(decide(failedCheck.state, checkRequested, early + SECOND).step.do).toBe('wait');
  });

  it.each<[string, OrderEvent]>([
    ['the shopper pays', answered('USERPAYING', due)],
    ['the order is not found yet', answered('NOT_FOUND', due)],
    ['the last answer decided nothing', failed('query', 'unknown')],
    ['a person is asked', failed('query', 'fatal')],
  ])('ends a rest in which %s', (_, event) => {
    const resting = after(toChecking, [due, event]);
    expect(decide(resting.state, checkRequested, due + 3 * SECOND).step).toEqual({ do: 'query' });
  });
});

describe('an extension', () => {
  const later = DEADLINE + 10 * MINUTE;

  it('moves the deadline', () => {
    expect(after([early, extended(later)]).step).toEqual({ do: 'wait', until: later });
  });

  it('is heard when the query comes back, and keeps the order from being closed', () => {
    expect(after(toChecking, [due, extended(later)], unpaid()).step).toEqual({ do: 'wait', until: later });
  });

  it('never makes the deadline sooner', () => {
    expect(after([early, extended(early)]).step).toEqual({ do: 'wait', until: DEADLINE });
  });

  it('goes no further than 7 days after creation', () => {
    expect(after([early, extended(START + 30 * DAY)]).step).toEqual({ do: 'wait', until: START + 7 * DAY });
  });

  it.each([
    ['a request to close', after([early, closeRequested])],
    ['a close that was sent', after(...toClosing, [due, failed('close', 'unknown')])],
    ['a close that is being sent', after(...toClosing)],
    ['a claim of payment', after([early, notification({ amount: wrongAmount.amount })])],
  ])('is beaten by %s', (_, { state }) => {
    expect(decide(state, extended(later), due).state.order.payBefore).toBe(DEADLINE);
  });
});

describe('an order that is placed again under its number', () => {
  it('has its floor moved, and waits for it', () => {
    const { step } = after([due - MINUTE, placedAgain]);
    expect(step).toEqual({ do: 'wait', until: due - MINUTE + 5.5 * MINUTE });
  });

  it('is not closed by a query from before', () => {
    expect(after(toChecking, [due, placedAgain], unpaid()).step).toEqual({ do: 'wait', until: due + 5.5 * MINUTE });
  });

  it('has a close in flight heard out and confirmed, not repeated', () => {
    const { state, step } = after(...toClosing, [due, placedAgain]);
    expect(step).toEqual({ do: 'query' });
    expect(decide(state, answered('NOTPAY', due), due).step).toEqual({ do: 'wait', until: due + 5.5 * MINUTE });
  });

  it('never has its floor moved back', () => {
    const { state } = after([early, placedAgain]);
    expect(decide(state, placedAgain, START).state.order.floor).toBe(early + 5.5 * MINUTE);
  });
});

describe('a person who retries', () => {
  it('has WeChat Pay asked at once, with new patience', () => {
    const dayLater = due + DAY;
    const tired = after(
      toChecking,
      [due, failed('query', 'unknown')],
      [dayLater, timer],
      [dayLater, failed('query', 'unknown')],
    );
    expect(tired.step).toMatchObject({ reason: 'patience-over' });
    const retried = decide(tired.state, retryRequested, dayLater + MINUTE);
    expect(retried.step).toEqual({ do: 'query' });
    expect(decide(retried.state, failed('query', 'unknown'), dayLater + MINUTE).step.do).toBe('wait');
  });

  it('has signature refusals forgotten', () => {
    const hint = failed('query', 'hint', 'SIGN_ERROR');
    const last = due + 2 * MINUTE;
    const hinted = after(toChecking, [due, hint], [due, timer], [due, hint], [last, timer], [last, hint]);
    expect(hinted.step).toMatchObject({ reason: 'signature-refused' });
    expect(decide(decide(hinted.state, retryRequested, last).state, hint, last).step.do).toBe('wait');
  });

  it('ends any rest', () => {
    const { state } = after(toChecking, [due, failed('query', 'unknown')]);
    expect(decide(state, retryRequested, due).step).toEqual({ do: 'query' });
  });

  it('changes nothing in the wait for the payment', () => {
    expect(after([early, retryRequested]).step).toEqual({ do: 'wait', until: DEADLINE });
  });
});

describe('a person who resolves', () => {
  const stuck = [toChecking, [due, failed('query', 'fatal')]] as const;
  const resolved = (as: 'paid' | 'closed' | 'never-existed', force = false) =>
    after(...stuck, [due + 1, resolveAs(as, force)]);

  it('has WeChat Pay asked once more before', () => {
    expect(resolved('paid').step).toEqual({ do: 'query' });
  });

  it('is not heard while nobody is asked', () => {
    const { state, step } = after([early, resolveAs('closed')]);
    expect(step).toEqual({ do: 'wait', until: DEADLINE });
    expect(state.resolution).toBeNull();
  });

  it.each([
    ['paid', answered('SUCCESS', due, wrongAmount), 'SUCCESS'],
    ['never-existed', answered('NOT_FOUND', due), 'NOT_FOUND'],
  ] as const)('as %s has the last word when the query says so', (as, event, said) => {
    expect(decide(resolved(as).state, event, due + 2).step).toEqual({
      do: 'finish',
      outcome: { ended: 'resolved', as, note: 'seen in the bill', by: 'Mei', said },
    });
  });

  it('as closed has the last word when notification and query disagreed, and the query says closed', () => {
    const disagree = after(
      ...toClosing,
      [due, notification()],
      [due, answered('CLOSED', due)],
      [due, resolveAs('closed')],
    );
    expect(decide(disagree.state, answered('CLOSED', due), due).step).toMatchObject({
      outcome: { ended: 'resolved', as: 'closed', said: 'CLOSED' },
    });
  });

  it('is overtaken by a payment that WeChat Pay tells of, and by a sure close', () => {
    expect(decide(resolved('closed').state, answered('SUCCESS', due), due).step).toMatchObject({
      outcome: { ended: 'paid' },
    });
    expect(decide(resolved('paid').state, answered('CLOSED', due), due).step).toMatchObject({
      outcome: { ended: 'closed' },
    });
    expect(decide(resolved('closed').state, notification(), due).step).toMatchObject({ outcome: { ended: 'paid' } });
  });

  it.each<[string, OrderEvent]>([
    ['unpaid', answered('NOTPAY', due)],
    ['in payment', answered('USERPAYING', due)],
    ['not found', answered('NOT_FOUND', due)],
    ['paid with another amount', answered('SUCCESS', due, wrongAmount)],
    ['nothing', failed('query', 'unknown')],
    ['no', failed('query', 'fatal')],
    ['no to our signature', failed('query', 'hint')],
  ])('as closed is contradicted when WeChat Pay says %s, unless it is forced', (_, event) => {
    expect(decide(resolved('closed').state, event, due).step).toMatchObject({
      do: 'askPerson',
      reason: 'resolution-contradicted',
    });
    expect(decide(resolved('closed', true).state, event, due).step).toMatchObject({
      outcome: { ended: 'resolved', as: 'closed' },
    });
  });

  it('is contradicted by a close where a notification said paid, unless it said closed', () => {
    const disagree = after(
      ...toClosing,
      [due, notification()],
      [due, answered('CLOSED', due)],
      [due, resolveAs('paid')],
    );
    expect(decide(disagree.state, answered('CLOSED', due), due).step).toMatchObject({
      reason: 'resolution-contradicted',
    });
  });

  it('has one query for each word: what was contradicted is forgotten', () => {
    const contradicted = decide(resolved('closed').state, answered('NOT_FOUND', due), due);
    const hourLater = decide(contradicted.state, timer, due + HOUR);
    expect(decide(hourLater.state, answered('CLOSED', due), due + HOUR).step).toMatchObject({
      outcome: { ended: 'closed' },
    });
    expect(hourLater.state.resolution).toBeNull();
  });
});
