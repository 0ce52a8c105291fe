import { describe, expect, it } from 'vitest';
import { decideOrder, openOrder } from '../../../domain/orders/decide.js';
import { GUARDS } from '../../../domain/orders/guards.js';
import { type Row, TIMEOUT_THEN_CLOSE } from '../../../domain/orders/table.js';
import { HOUR, MINUTE, SECOND } from '../../../domain/time.js';
import {
  after,
  answered,
  answerOf,
  CHECKED_AT,
  closeAnswered,
  closeFailed,
  closeRequested,
  DEADLINE,
  leadsTo,
  notAllowed,
  notification,
  ORDER,
  PAYMENT,
  play,
  queryFailed,
  START,
  timer,
  toChecking,
  toClosing,
  toPaying,
  WRONG_PAYMENT,
  wrongNotification,
} from '../../support/orders.js';

const due = DEADLINE;

describe('awaiting payment', () => {
  it('waits until the deadline', () => {
    expect(openOrder(ORDER, START).step).toEqual({ do: 'wait', until: DEADLINE });
  });

  it('waits until the floor if the deadline is sooner', () => {
    const hasty = { ...ORDER, payBefore: START + MINUTE };
    expect(openOrder(hasty, START).step).toEqual({ do: 'wait', until: ORDER.floor });
  });

  it('begins a guarded close at the deadline, without a query of its own before', () => {
    expect(after(...toClosing).step).toEqual({ do: 'close', allows: ['unpaid'], isSuperseded: false });
  });

  it('only asks when a timer fires too soon, and waits on', () => {
    const asked = after([due - 1, timer]);
    expect(asked.step).toEqual({ do: 'query' });
    expect(play(asked, [due - 1, answered('NOTPAY')]).step).toEqual({ do: 'wait', until: DEADLINE });
  });

  it('waits for the floor, and no longer, once a close is requested', () => {
    expect(after([START + MINUTE, closeRequested]).step).toEqual({ do: 'wait', until: ORDER.floor });
  });

  it('closes at once when a close is requested after the floor', () => {
    expect(after([ORDER.floor, closeRequested]).step.do).toBe('close');
    expect(after([ORDER.floor - 1, closeRequested]).step.do).toBe('wait');
  });
});

describe('a verified notification', () => {
  it('ends the order as paid', () => {
    const { step } = after([START + MINUTE, notification()]);
    expect(step).toEqual({
      do: 'finish',
      outcome: { ended: 'paid', refunded: false, toldBy: 'notification', ...PAYMENT },
    });
  });

  it('of another amount needs a person, and forbids every close', () => {
    const { state, step } = after([START + MINUTE, wrongNotification]);
    expect(step).toMatchObject({ do: 'askPerson', reason: 'amount-differs' });
    expect(state.paidClaimed).toBe(true);
  });

  it('of another currency needs a person', () => {
    const { step } = after([START + MINUTE, notification({ amount: { total: 888, currency: 'CNY' } })]);
    expect(step).toMatchObject({ do: 'askPerson', reason: 'amount-differs' });
  });

  it.each([
    { mchid: ORDER.ref.mchid, outTradeNo: 'other' },
    { mchid: '42', outTradeNo: '1217752501201407033233368018' },
  ])('about another order decides and teaches nothing: %j', (order) => {
    const { state, step } = after([START + MINUTE, notification({ order })]);
    expect(step).toEqual({ do: 'wait', until: DEADLINE });
    expect(state).toMatchObject({ paidClaimed: false, paidShown: false, seen: false, last: null, told: [] });
  });

  it('of another amount, and a query that says closed, contradict each other', () => {
    const { step } = after([START, wrongNotification], [due, timer], [due, answered('CLOSED')]);
    expect(step).toMatchObject({ do: 'askPerson', reason: 'notification-and-query-disagree' });
  });
});

describe('checking', () => {
  it.each(['SUCCESS', 'REFUND'] as const)('ends the order as paid on %s', (tradeState) => {
    const { step } = after(...toChecking, [CHECKED_AT, answered(tradeState)]);
    const refunded = tradeState === 'REFUND';
    expect(step).toEqual({ do: 'finish', outcome: { ended: 'paid', refunded, toldBy: 'query', ...PAYMENT } });
  });

  it('asks a person about SUCCESS with another amount', () => {
    const { state, step } = after(...toChecking, [CHECKED_AT, answered('SUCCESS', WRONG_PAYMENT)]);
    expect(step).toMatchObject({ do: 'askPerson', reason: 'amount-differs' });
    expect(state.paidClaimed).toBe(true);
  });

  it('asks a person about CLOSED after SUCCESS with another amount', () => {
    const hour = due + HOUR;
    const differs = after(...toClosing, [due, notAllowed(answerOf('SUCCESS', WRONG_PAYMENT))], [hour, timer]);
    expect(leadsTo(play(differs, [hour, answered('CLOSED')]), hour)).toBe('notification-and-query-disagree');
  });

  it('asks a person about SUCCESS that names no amount', () => {
    const { step } = after(...toChecking, [CHECKED_AT, answered('SUCCESS', { ...PAYMENT, amount: null })]);
    expect(step).toMatchObject({ do: 'askPerson', reason: 'amount-differs' });
  });

  it('accepts any amount if the caller said on purpose that it is unknown', () => {
    const unpriced = openOrder({ ...ORDER, amount: null }, START);
    const { step } = play(unpriced, ...toChecking, [CHECKED_AT, answered('SUCCESS', WRONG_PAYMENT)]);
    expect(step).toMatchObject({ outcome: { ended: 'paid', amount: WRONG_PAYMENT.amount } });
  });

  it.each(['CLOSED', 'REVOKED'] as const)('ends the order as closed on %s, with no close sent', (tradeState) => {
    const { step } = after(...toChecking, [CHECKED_AT, answered(tradeState)]);
    expect(step).toEqual({ do: 'finish', outcome: { ended: 'closed', closeSent: 'no' } });
  });

  it.each(['NOTPAY', 'PAYERROR'] as const)('begins a guarded close on %s', (tradeState) => {
    const { step } = after(...toChecking, [CHECKED_AT, answered(tradeState)]);
    expect(step).toEqual({ do: 'close', allows: ['unpaid'], isSuperseded: false });
  });

  it('sends an order that is not due back to the wait', () => {
    const early = [due - MINUTE, timer] as const;
    const { step } = after(early, [due - MINUTE, answered('NOTPAY')]);
    expect(step).toEqual({ do: 'wait', until: due });
  });
});

describe('a payment in progress', () => {
  it('is asked about after 5 s, doubling to 60 s', () => {
    let decision = after(...toPaying);
    const pauses: number[] = [];
    for (let at = due; pauses.length < 6;) {
      const until = decision.step.do === 'wait' ? decision.step.until : at;
      pauses.push((until - at) / SECOND);
      at = until;
      decision = play(decision, [at, timer], [at, answered('USERPAYING')]);
    }
    expect(pauses).toEqual([5, 10, 20, 40, 60, 60]);
  });

  it('is tried to be closed after 10 minutes, on purpose also while the shopper pays', () => {
    const late = due + 10 * MINUTE;
    const asked = after(...toPaying, [late - 1, timer]);
    expect(leadsTo(play(asked, [late - 1, answered('USERPAYING')]), late - 1)).toBe('userIsPaying 10');
    expect(play(asked, [late, answered('USERPAYING')]).step).toEqual({
      do: 'close',
      allows: ['unpaid', 'paying'],
      isSuperseded: false,
    });
  });

  it('counts its 10 minutes anew if the order was seen unpaid between', () => {
    const late = due + 10 * MINUTE;
    const failed = [CHECKED_AT, answered('PAYERROR')] as const;
    const refused = [CHECKED_AT, closeAnswered('inProgress', { before: 'PAYERROR', after: 'USERPAYING' })] as const;
    const again = after(...toChecking, failed, refused, [late, timer]);
    expect(leadsTo(play(again, [late, answered('USERPAYING')]), late)).toBe('userIsPaying 10');
  });

  it.each([
    ['refused since a payment is in progress', closeAnswered('inProgress', { before: 'USERPAYING' })],
    ['refused for its state', closeAnswered('refusedState', { before: 'USERPAYING' })],
    ['one too many', closeAnswered('tooOften', { before: 'USERPAYING' })],
  ])('is tried to be closed once a minute, also if the close was %s', (_, answer) => {
    const late = due + 10 * MINUTE;
    const refused = after(...toPaying, [late, timer], [late, answered('USERPAYING')], [late, answer]);
    expect(refused.state.phase).toBe('userIsPaying');
    const soon = late + MINUTE - 1;
    const asked = play(refused, [soon, timer]);
    expect(play(asked, [soon, answered('USERPAYING')]).step.do).toBe('wait');
    expect(play(asked, [soon + 1, answered('USERPAYING')]).step.do).toBe('close');
  });

  it('is tried to be closed once a minute also if the close was lost', () => {
    const late = due + 10 * MINUTE;
    const lost = closeFailed('unknown', 'maybe', 'closeOrder', 'LOCAL_LOST');
    const paying = after(...toPaying, [late, timer], [late, answered('USERPAYING')], [late, lost]);
    const asked = play(paying, [late, answered('USERPAYING')], [late + MINUTE - 1, timer]);
    expect(play(asked, [late + MINUTE - 1, answered('USERPAYING')]).step.do).toBe('wait');
    expect(play(asked, [late + MINUTE, answered('USERPAYING')]).step.do).toBe('close');
  });

  it('counts no close that was not sent', () => {
    const late = due + 10 * MINUTE;
    const failed = after(...toPaying, [late, timer], [late, answered('USERPAYING')], [late, closeFailed('retry')]);
    expect(leadsTo(failed, late)).toBe('unsettled 1');
    const again = play(failed, [late + SECOND, timer], [late + SECOND, notAllowed('USERPAYING')]);
    const asked = play(again, [late + 10 * SECOND, timer]);
    expect(play(asked, [late + 10 * SECOND, answered('USERPAYING')]).step.do).toBe('close');
  });

  it('is not closed while the order is not due', () => {
    const late = due + 10 * MINUTE;
    const order = { ...ORDER, payBefore: due + HOUR };
    const paying = play(openOrder(order, START), [due, timer], [due, answered('USERPAYING')], [late, timer]);
    expect(leadsTo(play(paying, [late, answered('USERPAYING')]), late)).toBe('userIsPaying 10');
  });
});

describe('what can come of any call', () => {
  it('leaves the order unsettled if it decides nothing, for 1 s doubling to 5 min', () => {
    let decision = after(...toClosing, [due, closeFailed('unknown')]);
    const pauses: number[] = [];
    for (let at = due; pauses.length < 10;) {
      const until = decision.step.do === 'wait' ? decision.step.until : at;
      pauses.push((until - at) / SECOND);
      at = until;
      decision = play(decision, [at, timer], [at, closeFailed('unknown')]);
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300]);
  });

  it.each(['retry', 'slowDown', 'inProgress', 'notFound', 'state', 'outcome', 'unknown'] as const)(
    'decides nothing if it failed as %s',
    (kind) => {
      expect(leadsTo(after(...toChecking, [CHECKED_AT, queryFailed(kind)]), CHECKED_AT)).toBe('unsettled 1');
      expect(leadsTo(after(...toClosing, [due, closeFailed(kind)]), due)).toBe('unsettled 1');
    },
  );

  it('asks a person at once about a fatal answer, and WeChat Pay every hour', () => {
    const fatal = after(...toChecking, [CHECKED_AT, queryFailed('fatal', 'NO_AUTH')]);
    expect(fatal.step).toEqual({ do: 'askPerson', reason: 'fatal-answer', until: CHECKED_AT + HOUR });
    expect(play(fatal, [CHECKED_AT + HOUR, timer]).step).toEqual({ do: 'query' });
  });

  it('changes nothing after the end', () => {
    const ended = after([START, notification()]);
    for (const event of [answered('CLOSED'), timer, closeRequested, closeAnswered('accepted'), notification()]) {
      const { state, step } = decideOrder(ended.state, event, due);
      expect({ state, step }).toEqual({ state: ended.state, step: ended.step });
    }
  });
});

describe('the table', () => {
  const rows: readonly Row[] = TIMEOUT_THEN_CLOSE;

  it('uses every guard', () => {
    const used = new Set(rows.flatMap(({ when }) => (when === undefined ? [] : [when])));
    expect([...used].sort()).toEqual(Object.keys(GUARDS).sort());
  });

  it('begins a close only under a guard: none is due by itself', () => {
    for (const { to, when } of rows) if (to === 'closing') expect(when).toBeDefined();
  });
});
