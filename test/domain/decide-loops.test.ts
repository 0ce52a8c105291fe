import { describe, expect, it } from 'vitest';
import { checkNotice } from '../../domain/check-notice.js';
import { decide } from '../../domain/decide.js';
import { HOUR, MINUTE, SECOND } from '../../domain/time.js';
import {
  after,
  answered,
  closeAnswered,
  DEADLINE,
  failed,
  notice,
  timer,
  toChecking,
  toClosing,
  unpaid,
} from '../support/orders.js';

const due = DEADLINE;

describe('a query whose answer comes late', () => {
  it('allows no close once it is older than 30 s, and is asked again', () => {
    const { state, step } = after(toChecking, [due + 30 * SECOND + 1, answered('NOTPAY', due)]);
    expect(step).toEqual({ do: 'wait', until: due + 31 * SECOND + 1 });
    expect(state).toMatchObject({ phase: 'unsettled', closeSent: false });
    expect(after(toChecking, [due + 30 * SECOND, answered('NOTPAY', due)]).step.do).toBe('close');
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
    const round = [
      [due, answered('NOTPAY', due)],
      [due, failed('close', 'hint')],
      [due, timer],
    ] as const;
    const third = after(toChecking, ...round, ...round, [due, answered('NOTPAY', due)], [due, failed('close', 'hint')]);
    expect(third.step).toMatchObject({ do: 'askPerson', reason: 'signature-refused' });
  });

  it('of queries are forgotten when one is answered, and those of closes when one is', () => {
    const hint = failed('query', 'hint');
    const heard = after(toChecking, [due, hint], [due, timer], [due, hint], [due, timer], unpaid());
    expect(decide(heard.state, failed('close', 'hint'), due).step.do).toBe('wait');
    const refused = [due, failed('close', 'hint')] as const;
    const answer = [due, closeAnswered('tooOften')] as const;
    expect(after(...toClosing, refused, [due, timer], unpaid(), answer).state.hints).toEqual({ query: 0, close: 0 });
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

  it('is nothing where the request was never sent', () => {
    const failure = { code: 'LOCAL_NO_ANSWER', kind: 'unknown', requestId: null, mayHaveTakenEffect: false } as const;
    const { state } = after(...toClosing, [due, { type: 'closeFailed', failure }]);
    expect(state.closeSent).toBe(false);
  });

  it.each(['fatal', 'hint', 'unknown'] as const)(
    'is no reason for anything once a notice has overtaken it: %s',
    (kind) => {
      const { step } = after(...toClosing, [due, notice()], [due, failed('close', kind)]);
      expect(step).toEqual({ do: 'query' });
    },
  );

  it('still teaches that the order is paid', () => {
    const { state } = after(...toClosing, [due, notice()], [due, closeAnswered('paid')]);
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
    const paid = [due - 1, notice({ amount: null })] as const;
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
});

describe('a notice', () => {
  const good = {
    order: { mchid: '1', outTradeNo: 'A' },
    transactionId: 'T',
    amount: { total: 1, currency: 'HKD' },
    paidAt: null,
  };

  it('has a form, and may leave out what WeChat Pay did not say', () => {
    expect(checkNotice(good)).toEqual({ ok: true, value: good });
    expect(checkNotice({ order: { mchid: '1', subMchid: '2', outTradeNo: 'A' } })).toMatchObject({ ok: true });
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
  ])('is not one where it has not: %j', (notice) => {
    expect(checkNotice(notice).ok).toBe(false);
  });
});
