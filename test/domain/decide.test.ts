import { describe, expect, it } from 'vitest';
import { decide, open } from '../../domain/orders/decide.js';
import { DAY, HOUR, MINUTE, SECOND } from '../../domain/time.js';
import { GUARDS, TIMEOUT_THEN_CLOSE, type Row } from '../../domain/orders/timeout-then-close.js';
import {
  after,
  answered,
  closeAnswered,
  closeRequested,
  DEADLINE,
  failed,
  notification,
  ORDER,
  PAYMENT,
  START,
  timer,
  toChecking,
  toClosing,
  unpaid,
} from '../support/orders.js';

const due = DEADLINE;

describe('awaiting payment', () => {
  it('waits until the deadline', () => {
    expect(open(ORDER, START).step).toEqual({ do: 'wait', until: DEADLINE });
  });

  it('waits until the floor where the deadline is sooner', () => {
    const hasty = { ...ORDER, payBefore: START + MINUTE };
    expect(open(hasty, START).step).toEqual({ do: 'wait', until: ORDER.floor });
  });

  it('asks WeChat Pay at the deadline', () => {
    expect(after(toChecking).step).toEqual({ do: 'query' });
  });

  it('goes on waiting when a timer fires too soon', () => {
    expect(after([due - 1, timer]).step).toEqual({ do: 'wait', until: DEADLINE });
  });

  it('waits for the floor, and no longer, once a close is requested', () => {
    expect(after([START + MINUTE, closeRequested]).step).toEqual({ do: 'wait', until: ORDER.floor });
  });

  it('asks at once when a close is requested after the floor', () => {
    expect(after([ORDER.floor, closeRequested]).step).toEqual({ do: 'query' });
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
    const { state, step } = after([START + MINUTE, notification({ amount: { total: 1, currency: 'HKD' } })]);
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
    expect(state).toMatchObject({ paidClaimed: false, paidShown: false, seen: false });
  });

  it('of another amount, followed by a query that says closed, is a contradiction too', () => {
    const wrong = notification({ amount: { total: 1, currency: 'HKD' } });
    const { step } = after([START, wrong], [due, timer], [due, answered('CLOSED', due)]);
    expect(step).toMatchObject({ do: 'askPerson', reason: 'notification-and-query-disagree' });
  });

  it('is no more the last answer than it is about this order', () => {
    expect(after([START, notification({ order: { mchid: '42', outTradeNo: 'other' } })]).state.last).toBeNull();
  });

  it('while a close is in flight is confirmed by a query, and the close is not repeated', () => {
    const { state, step } = after(...toClosing, [due, notification()]);
    expect(step).toEqual({ do: 'query' });
    expect(state).toMatchObject({ phase: 'confirming', paidClaimed: true, closeSent: true });
  });

  it('that the query contradicts needs a person', () => {
    const { step } = after(...toClosing, [due, notification()], [due, answered('CLOSED', due)]);
    expect(step).toMatchObject({ do: 'askPerson', reason: 'notification-and-query-disagree' });
  });
});

describe('checking', () => {
  it.each(['SUCCESS', 'REFUND'] as const)('ends the order as paid on %s', (tradeState) => {
    const { step } = after(toChecking, [due, answered(tradeState, due)]);
    const refunded = tradeState === 'REFUND';
    expect(step).toEqual({ do: 'finish', outcome: { ended: 'paid', refunded, toldBy: 'query', ...PAYMENT } });
  });

  it('asks a person about SUCCESS with another amount', () => {
    const other = { ...PAYMENT, amount: { total: 889, currency: 'HKD' } };
    const { state, step } = after(toChecking, [due, answered('SUCCESS', due, other)]);
    expect(step).toMatchObject({ do: 'askPerson', reason: 'amount-differs' });
    expect(state.paidClaimed).toBe(true);
  });

  it('asks a person about CLOSED after SUCCESS with another amount', () => {
    const other = { ...PAYMENT, amount: { total: 889, currency: 'HKD' } };
    const differs = after(toChecking, [due, answered('SUCCESS', due, other)], [due + HOUR, timer]);
    const { step } = decide(differs.state, answered('CLOSED', due + HOUR), due + HOUR);
    expect(step).toMatchObject({ do: 'askPerson', reason: 'notification-and-query-disagree' });
  });

  it('asks a person about SUCCESS that names no amount', () => {
    const { step } = after(toChecking, [due, answered('SUCCESS', due, { ...PAYMENT, amount: null })]);
    expect(step).toMatchObject({ do: 'askPerson', reason: 'amount-differs' });
  });

  it('takes any amount where the caller said on purpose that it is unknown', () => {
    const { state } = open({ ...ORDER, amount: null }, START);
    const checking = decide(state, timer, due).state;
    expect(decide(checking, answered('SUCCESS', due), due).step.do).toBe('finish');
  });

  it.each(['CLOSED', 'REVOKED'] as const)('ends the order as closed elsewhere on %s', (tradeState) => {
    const { step } = after(toChecking, [due, answered(tradeState, due)]);
    expect(step).toEqual({ do: 'finish', outcome: { ended: 'closed', by: 'elsewhere' } });
  });

  it.each(['NOTPAY', 'PAYERROR'] as const)('closes on %s, with the time of that query', (tradeState) => {
    const askedAt = due + 300;
    const { step } = after(toChecking, [due + SECOND, answered(tradeState, askedAt)]);
    expect(step).toEqual({ do: 'close', queriedAt: askedAt });
  });

  it('rests on USERPAYING for 5 s, doubling to 60 s', () => {
    let decision = after(toChecking);
    const rests: number[] = [];
    for (let at = due; rests.length < 6;) {
      decision = decide(decision.state, answered('USERPAYING', at), at);
      const until = decision.step.do === 'wait' ? decision.step.until : at;
      rests.push((until - at) / SECOND);
      at = until;
      decision = decide(decision.state, timer, at);
    }
    expect(rests).toEqual([5, 10, 20, 40, 60, 60]);
  });

  it('tries a close after 10 minutes of USERPAYING', () => {
    const later = due + 10 * MINUTE;
    const paying = after(toChecking, [due, answered('USERPAYING', due)], [later, timer]);
    expect(decide(paying.state, answered('USERPAYING', later), later).step.do).toBe('close');
    expect(decide(paying.state, answered('USERPAYING', later), later - 1).step.do).toBe('wait');
  });

  it('waits 5 minutes for an order that is not found, and then tries one close', () => {
    const first = after(toChecking, [due, answered('NOT_FOUND', due)]);
    expect(first.step).toEqual({ do: 'wait', until: due + 5 * MINUTE });
    const again = due + 5 * MINUTE;
    const second = decide(decide(first.state, timer, again).state, answered('NOT_FOUND', again), again);
    expect(second.step).toEqual({ do: 'close', queriedAt: again });
    const refused = decide(second.state, closeAnswered('notFound'), again);
    const third = decide(refused.state, answered('NOT_FOUND', again), again);
    expect(third.step).toEqual({ do: 'wait', until: again + 20 * MINUTE });
  });

  it('ends never-existed two hours after creation, when nothing else was ever seen', () => {
    const end = START + 2 * HOUR;
    const unseen = after(
      toChecking,
      [due, answered('NOT_FOUND', due)],
      [due + 5 * MINUTE, timer],
      [due + 5 * MINUTE, answered('NOT_FOUND', due + 5 * MINUTE)],
      [due + 5 * MINUTE, closeAnswered('notFound')],
    );
    expect(decide(unseen.state, answered('NOT_FOUND', end), end - 1).step.do).toBe('wait');
    expect(decide(unseen.state, answered('NOT_FOUND', end), end).step).toEqual({
      do: 'finish',
      outcome: { ended: 'never-existed' },
    });
  });

  it('never ends never-existed when the order was seen once', () => {
    const end = START + 2 * HOUR;
    const seen = after(toChecking, unpaid(), [due, closeAnswered('notFound')], [due, answered('NOT_FOUND', due)]);
    expect(decide(seen.state, answered('NOT_FOUND', end), end).step.do).not.toBe('finish');
  });
});

describe('what can come at any time', () => {
  it('is unsettled by an answer that decides nothing, for 1 s doubling to 5 min', () => {
    let decision = after(toChecking);
    const rests: number[] = [];
    for (let at = due; rests.length < 10;) {
      decision = decide(decision.state, failed('query', 'unknown'), at);
      const until = decision.step.do === 'wait' ? decision.step.until : at;
      rests.push((until - at) / SECOND);
      at = until;
      decision = decide(decision.state, timer, at);
    }
    expect(rests).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300]);
  });

  it('asks a person at once about a fatal answer, and WeChat Pay every hour', () => {
    const { state, step } = after(toChecking, [due, failed('query', 'fatal', 'NO_AUTH')]);
    expect(step).toEqual({ do: 'askPerson', reason: 'fatal-answer', until: due + HOUR });
    expect(decide(state, timer, due + HOUR).step).toEqual({ do: 'query' });
  });

  it('asks a person about the third signature refusal, two minutes after the first', () => {
    const hint = failed('query', 'hint', 'SIGN_ERROR');
    const second = after(toChecking, [due, hint], [due + MINUTE, timer], [due + MINUTE, hint]);
    expect(second.step).toEqual({ do: 'wait', until: due + 2 * MINUTE });
    const third = decide(decide(second.state, timer, due + 2 * MINUTE).state, hint, due + 2 * MINUTE);
    expect(third.step).toMatchObject({ do: 'askPerson', reason: 'signature-refused' });
  });

  it('asks a person when patience is over, and does not forget the order', () => {
    const dayLater = due + DAY;
    const unsettled = after(toChecking, [due, failed('query', 'unknown')], [dayLater, timer]);
    const { state, step } = decide(unsettled.state, failed('query', 'unknown'), dayLater);
    expect(step).toEqual({ do: 'askPerson', reason: 'patience-over', until: dayLater + HOUR });
    expect(decide(decide(state, timer, dayLater + HOUR).state, answered('SUCCESS', dayLater), dayLater).step.do).toBe(
      'finish',
    );
  });

  it('changes nothing after the end', () => {
    const ended = after([START, notification()]);
    const { state, step } = decide(ended.state, answered('CLOSED', due), due);
    expect({ state, step }).toEqual({ state: ended.state, step: ended.step });
  });
});

describe('the table', () => {
  it('leads to closing only from a query’s answer', () => {
    const rows: readonly Row[] = TIMEOUT_THEN_CLOSE;
    const triggers = rows.filter(({ to }) => to === 'closing').flatMap(({ on }) => on);
    expect(new Set(triggers)).toEqual(new Set(['unpaid', 'paying', 'notFound']));
  });

  it('uses every guard', () => {
    const rows: readonly Row[] = TIMEOUT_THEN_CLOSE;
    const used = new Set(rows.flatMap(({ when }) => (when === undefined ? [] : [when])));
    expect([...used].sort()).toEqual(Object.keys(GUARDS).sort());
  });
});
