import { describe, expect, it } from 'vitest';
import { checkNotification } from '../../domain/orders/check-notification.js';
import { decide } from '../../domain/orders/decide.js';
import type { OrderState } from '../../domain/orders/state.js';
import type { Order } from '../../domain/orders/order.js';
import { DAY, HOUR, MINUTE, SECOND } from '../../domain/time.js';
import {
  after,
  answered,
  checkRequested,
  closeAnswered,
  DEADLINE,
  failed,
  notification,
  ORDER,
  placedAgain,
  START,
  timer,
  toChecking,
  toClosing,
  unpaid,
} from '../support/orders.js';

const due = DEADLINE;

describe('a query whose answer comes late', () => {
  it('allows no close once a worker might send it more than 30 s after the query, and is asked again', () => {
    const { state, step } = after(toChecking, [due + 20 * SECOND + 1, answered('NOTPAY', due)]);
    expect(step).toEqual({ do: 'wait', until: due + 21 * SECOND + 1 });
    expect(state).toMatchObject({ phase: 'unsettled', closeSent: false });
    expect(after(toChecking, [due + 20 * SECOND, answered('NOTPAY', due)]).step.do).toBe('close');
  });

  it('allows no close of a payment that takes too long, nor of an order that is not found', () => {
    const late = due + 11 * MINUTE;
    const paying = after(toChecking, [due, answered('USERPAYING', due)], [late, timer]);
    expect(decide(paying.state, answered('USERPAYING', late - 31 * SECOND), late).step.do).toBe('wait');
    const unseen = after(toChecking, [due, answered('NOT_FOUND', due)], [late, timer]);
    expect(decide(unseen.state, answered('NOT_FOUND', late - 31 * SECOND), late).step.do).toBe('wait');
  });
});

describe('signature refusals', () => {
  it('of closes are counted on, whatever the queries between them say', () => {
    const refused = (at: number) => [[at, answered('NOTPAY', at)] as const, [at, failed('close', 'hint')] as const];
    const next = [due + MINUTE, timer] as const;
    const last = [due + 2 * MINUTE, timer] as const;
    const third = after(
      toChecking,
      ...refused(due),
      next,
      ...refused(due + MINUTE),
      last,
      ...refused(due + 2 * MINUTE),
    );
    expect(third.step).toMatchObject({ do: 'askPerson', reason: 'signature-refused' });
  });

  it('of queries are forgotten when one is answered, and those of closes when one is', () => {
    const hint = failed('query', 'hint');
    const heard = after(toChecking, [due, hint], [due, timer], [due, hint], [due, timer], unpaid());
    expect(decide(heard.state, failed('close', 'hint'), due).step.do).toBe('wait');
    const refused = [due, failed('close', 'hint')] as const;
    const answer = [due, closeAnswered('tooOften')] as const;
    expect(after(...toClosing, refused, [due, timer], unpaid(), answer).state.hints).toEqual({
      query: null,
      close: null,
    });
  });

  it('that come three times within seconds are one worker’s, and no person is asked before two minutes', () => {
    const hint = failed('query', 'hint');
    const checked = (at: number) => [[at, checkRequested] as const, [at, hint] as const];
    const thrice = [...checked(due - HOUR), ...checked(due - HOUR + 2 * SECOND), ...checked(due - HOUR + 4 * SECOND)];
    expect(after(...thrice).step).toEqual({ do: 'wait', until: due });
    const later = due - HOUR + 2 * MINUTE;
    expect(after(...thrice, ...checked(later - 1)).step.do).toBe('wait');
    expect(after(...thrice, ...checked(later)).step).toMatchObject({ reason: 'signature-refused' });
  });

  it('in the order’s own queries pause again where they come too close together', () => {
    const hint = [due + SECOND, failed('query', 'hint')] as const;
    const woken = [due + SECOND, { type: 'retryRequested' }] as const;
    const { state } = after(toChecking, hint, [due + MINUTE, timer], hint);
    const third = decide({ ...state, phase: 'checking' }, failed('query', 'hint'), due + 2 * MINUTE);
    expect(third.step).toEqual({ do: 'wait', until: due + 3 * MINUTE });
    expect(after(toChecking, hint, woken).state.hints.query).toBeNull();
  });
});

describe('what a close left behind', () => {
  const accepted = [...toClosing, [due, closeAnswered('accepted')]] as const;

  it.each([
    ['an unclear answer', failed('query', 'unknown')],
    ['a payment in progress', answered('USERPAYING', due)],
  ])('is still settling after %s: it is not closed again for five minutes', (_, event) => {
    const between = after(...accepted, [due, event], [due + MINUTE, timer]);
    expect(decide(between.state, answered('NOTPAY', due + MINUTE), due + MINUTE).step.do).toBe('wait');
  });

  it('is still refused after an unclear answer, until an hour or a person has passed', () => {
    const refused = after(
      ...toClosing,
      [due, closeAnswered('refusedRequest')],
      [due, failed('query', 'unknown')],
      [due, timer],
    );
    const asked = decide(refused.state, answered('NOTPAY', due), due);
    expect(asked.step).toMatchObject({ do: 'askPerson', reason: 'request-refused' });
    const hourLater = decide(asked.state, timer, due + HOUR);
    expect(decide(hourLater.state, answered('NOTPAY', due + HOUR), due + HOUR).step.do).toBe('close');
  });

  it('is refused no more once an answer differs from the one that the close went by', () => {
    const refused = after(...toClosing, [due, closeAnswered('refusedRequest')], [due, answered('USERPAYING', due)]);
    expect(refused.state).toMatchObject({ phase: 'userIsPaying', refusedAfter: null });
    const again = decide(refused.state, timer, due + MINUTE);
    expect(decide(again.state, answered('NOTPAY', due + MINUTE), due + MINUTE).step.do).toBe('close');
  });

  it('is refused no more once another close has failed', () => {
    const hourLater = due + HOUR;
    const refused = after(...toClosing, [due, closeAnswered('refusedRequest')]);
    const closing = { ...refused.state, phase: 'closing', queriedAt: hourLater } as const;
    const lost = decide(closing, failed('close', 'unknown'), hourLater);
    expect(decide(lost.state, answered('NOTPAY', hourLater), hourLater).step.do).toBe('close');
  });

  it.each([
    ['USERPAYING', { payingSince: due - HOUR }],
    ['NOT_FOUND', { notFounds: 1 }],
  ] as const)('is refused, and a person asked, where the order is still %s', (tradeState, facts) => {
    const checking = { ...after(toChecking).state, ...facts };
    const closing = decide(checking, answered(tradeState, due), due);
    expect(closing.step.do).toBe('close');
    const refused = decide(closing.state, closeAnswered('refusedRequest'), due);
    expect(decide(refused.state, answered(tradeState, due + 2 * SECOND), due + 2 * SECOND).step).toMatchObject({
      reason: 'request-refused',
    });
  });

  it('is nothing where the request was never sent', () => {
    const failure = { code: 'LOCAL_NO_ANSWER', kind: 'unknown', requestId: null, mayHaveTakenEffect: false } as const;
    const { state } = after(...toClosing, [due, { type: 'closeFailed', failure }]);
    expect(state.closeSent).toBe(false);
  });

  it.each(['fatal', 'hint', 'unknown'] as const)(
    'is no reason for anything once a notification has overtaken it: %s',
    (kind) => {
      const { step } = after(...toClosing, [due, notification()], [due, failed('close', kind)]);
      expect(step).toEqual({ do: 'query' });
    },
  );

  it('still teaches that the order is paid', () => {
    const { state } = after(...toClosing, [due, notification()], [due, closeAnswered('paid')]);
    expect(state).toMatchObject({ phase: 'confirming', paidClaimed: true, closeSent: true });
  });
});

describe('a claim of payment', () => {
  it('forbids the close of a payment that takes too long', () => {
    const late = due + 20 * MINUTE;
    const claim = [due, closeAnswered('paid')] as const;
    const claimed = after(...toClosing, claim, [due, answered('USERPAYING', due)], [late, timer]);
    expect(decide(claimed.state, answered('USERPAYING', late), late).step.do).toBe('wait');
  });

  it('forbids the close of an order that is not found, and its end as never-existed', () => {
    const end = due + 3 * HOUR;
    const paid = [due - 1, notification({ amount: null })] as const;
    const claimed = after(paid, [due, timer], [due, answered('NOT_FOUND', due)], [end, timer]);
    const unseen = { ...claimed.state, seen: false, closedUnseen: true };
    expect(decide(unseen, answered('NOT_FOUND', end), end).step.do).toBe('wait');
    expect(decide({ ...unseen, closedUnseen: false }, answered('NOT_FOUND', end), end).step.do).toBe('wait');
  });
});

describe('an order that is not found', () => {
  it('does not end never-existed before a close was tried', () => {
    const end = due + 3 * HOUR;
    const paying = after(toChecking, [due, answered('USERPAYING', due)], [end, timer]);
    expect(decide({ ...paying.state, seen: false }, answered('NOT_FOUND', end), end).step.do).toBe('wait');
  });

  /** Not found twice, and closed in vain. */
  const given = { payBefore: due, floor: due - 9.5 * MINUTE };
  const triedIn = (times: Partial<Order>): OrderState => ({
    ...after(toChecking).state,
    order: { ...ORDER, ...given, ...times },
    closedUnseen: true,
    notFounds: 3,
  });

  it.each<[string, Partial<Order>, number]>([
    ['its deadline', { payBefore: START + DAY }, START + DAY],
    ['its floor', { floor: START + DAY }, START + DAY],
    ['two hours after creation', {}, START + 2 * HOUR],
  ])('does not end never-existed before %s', (_, times, end) => {
    const state = { ...triedIn(times), closeRequested: { at: START } };
    expect(decide(state, answered('NOT_FOUND', end - 1), end - 1).step.do).not.toBe('finish');
    expect(decide(state, answered('NOT_FOUND', end), end).step).toMatchObject({ outcome: { ended: 'never-existed' } });
  });

  it('begins a new life when it is placed again: two not-founds, a close, and two hours', () => {
    const at = START + 2 * HOUR;
    const { state } = decide(triedIn({}), placedAgain, at);
    expect(state).toMatchObject({ notFounds: 0, closedUnseen: false, placedAt: at });
    const again = { ...state, closedUnseen: true };
    expect(decide(again, answered('NOT_FOUND', at + 2 * HOUR), at + 2 * HOUR - 1).step.do).toBe('wait');
    expect(decide(again, answered('NOT_FOUND', at + 2 * HOUR), at + 2 * HOUR).step.do).toBe('finish');
    expect(decide(state, answered('NOT_FOUND', at + HOUR), at + HOUR).step.do).toBe('wait');
  });
});

describe('a notification', () => {
  const good = {
    order: { mchid: '1', outTradeNo: 'A' },
    transactionId: 'T',
    amount: { total: 1, currency: 'HKD' },
    paidAt: null,
  };

  it('has a form, and may leave out what WeChat Pay did not say', () => {
    expect(checkNotification(good)).toEqual({ ok: true, value: good });
    expect(checkNotification({ order: { mchid: '1', subMchid: '2', outTradeNo: 'A' } })).toMatchObject({ ok: true });
  });

  it.each([
    [undefined],
    ['paid'],
    [{ transactionId: '1' }],
    [{ ...good, order: { mchid: 1, outTradeNo: 'A' } }],
    [{ ...good, order: { mchid: '1' } }],
    [{ ...good, order: { mchid: '1', subMchid: 2, outTradeNo: 'A' } }],
    [{ ...good, order: { mchid: '1', outTradeNo: 'A', transactionId: 'T' } }],
    [{ ...good, transactionId: 7 }],
    [{ ...good, paidAt: 7 }],
    [{ ...good, amount: { total: '1', currency: 'HKD' } }],
    [{ ...good, amount: { total: 1 } }],
  ])('is not one where it has not: %j', (notification) => {
    expect(checkNotification(notification).ok).toBe(false);
  });
});
