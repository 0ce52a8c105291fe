import { describe, expect, it } from 'vitest';
import { currentDetailsOf } from '../../../domain/page/order.js';
import { unclaimedPayments } from '../../../domain/late/facts.js';
import { openOrder, ORDER_FLOW } from '../../../domain/orders/decide.js';
import { resume } from '../../../domain/flow.js';
import type { OrderState } from '../../../domain/orders/state.js';
import {
  after,
  answered,
  answerOf,
  CHECKED_AT,
  closeAnswered,
  closeFailed,
  notAllowed,
  notification,
  ORDER,
  PAYMENT,
  play,
  releaseRequested,
  resolveAs,
  retryRequested,
  START,
  type Story,
  superseded,
  timer,
  toChecking,
  toClosing,
  toConfirming,
  toPaying,
} from '../../support/orders.js';

const now = CHECKED_AT;
const CENT = { total: 1, currency: 'HKD' };
const OTHER = { ...PAYMENT, transactionId: 'another' };
const CHEAP = { ...PAYMENT, amount: CENT };
const MANY = 30;

/** The numbers of the payments that were reported for an order. */
function toldOf({ told }: OrderState): (string | null)[] {
  return told.map(({ transactionId }) => transactionId);
}

/** The numbers and amounts of the payments that are forwarded at the end of a story. */
function handedOn(...story: Story): unknown[] {
  const { state } = after(...story);
  if (state.phase !== 'ended') throw new Error(`the order has not ended: ${state.phase}`);
  return unclaimedPayments(state).map(({ transactionId, amount }) => [transactionId, amount?.total ?? null]);
}

describe('an order remembers the payments that were reported for it', () => {
  it.each<[string, Story]>([
    ['the wait for the payment', []],
    ['a query', toChecking],
    ['a close', toClosing],
    ['the query after a close', toConfirming],
    ['a pause', toPaying],
    ['the wait for a person', [...toClosing, [now, closeFailed('fatal')]]],
  ])('in %s', (_, story) => {
    expect(toldOf(after(...story, [now, notification({ amount: CENT })]).state)).toEqual([PAYMENT.transactionId]);
  });

  it('each once, and none of another order', () => {
    const foreign = notification({ order: { mchid: ORDER.ref.mchid, outTradeNo: 'OTHER' } });
    const wrong = notification({ amount: CENT });
    const unnamed = notification({ amount: CENT, transactionId: null });
    const { state } = after([now, foreign], [now, wrong], [now, wrong], [now, unnamed], [now, unnamed]);
    expect(toldOf(state)).toEqual([PAYMENT.transactionId, null]);
  });

  it('each once, whether a query or a notification reports it', () => {
    const wrong = CHEAP;
    const found = [now, answered('SUCCESS', wrong)] as const;
    expect(toldOf(after(...toChecking, found).state)).toEqual([PAYMENT.transactionId]);
    const { state } = after(...toChecking, found, [now, notification(wrong)], [now, retryRequested], found);
    expect(toldOf(state)).toEqual([PAYMENT.transactionId]);
  });

  it('up to a number that a state can carry', () => {
    const wrong = Array.from({ length: MANY }, (_, index) =>
      notification({ amount: CENT, transactionId: `T${index}` }),
    );
    const { state, step } = after(...wrong.map((event) => [now, event] as const));
    const told = toldOf(state);
    // The others are counted, so the page of the order shows that there are more.
    expect(state.notKept).toBe(MANY - 20);
    const count = `And ${MANY - 20} more notifications of other payments`;
    expect(currentDetailsOf(state, step)).toContain(count);
    const outcome = { ended: 'released' } as const;
    const ended: OrderState = { ...state, phase: 'ended', outcome };
    expect(currentDetailsOf(ended, { do: 'finish', outcome })).toContain(count);
    expect(play({ state, step: { do: 'query' } }, [now, wrong[0] ?? timer]).state.notKept).toBe(MANY - 20);
    expect(told).toEqual(Array.from({ length: 20 }, (_, index) => `T${index}`));
    const found = [now, answered('SUCCESS', CHEAP)] as const;
    const shown = after(...wrong.map((event) => [now, event] as const), [now, retryRequested], found);
    expect(toldOf(shown.state)).toEqual([...told, PAYMENT.transactionId]);
  });

  it('and none that an older version of this knew nothing of', () => {
    const { told: _, ...older } = after(...toChecking).state;
    const { state, step } = resume(ORDER_FLOW, older as OrderState, now);
    expect(toldOf(state)).toEqual([]);
    expect(step).toEqual({ do: 'query' });
    const told = play({ state, step }, [now, notification({ amount: CENT })]);
    expect(toldOf(told.state)).toEqual([PAYMENT.transactionId]);
  });

  it('also if it goes on in a new run', () => {
    const { state } = after([now, notification({ amount: CENT })]);
    expect(resume(ORDER_FLOW, state, now).state).toEqual(state);
  });
});

describe('the payments that an order forwards when it ends', () => {
  it('is a payment of another amount, when another payment ends it', () => {
    const other = { transactionId: 'another' };
    const story = [[now, notification({ amount: CENT })]] as const;
    expect(handedOn(...story, [now, notification(other)])).toEqual([[PAYMENT.transactionId, 1]]);
    const query = [[now + 1, timer] as const, [now + 1, answered('SUCCESS', OTHER)] as const];
    const asked = after(...story).step;
    expect(asked).toMatchObject({ do: 'askPerson' });
    expect(handedOn(...story, ...query)).toEqual([[PAYMENT.transactionId, 1]]);
  });

  it('is each of several, in their order', () => {
    const wrong = (transactionId: string | null) => [now, notification({ amount: CENT, transactionId })] as const;
    expect(handedOn(wrong('T1'), wrong(null), wrong('T2'), [now, notification()])).toEqual([
      ['T1', 1],
      [null, 1],
      ['T2', 1],
    ]);
  });

  it('is a payment reported during a close, if the query shows another', () => {
    const told = [...toClosing, [now, notification()]] as const;
    expect(handedOn(...told, [now, notAllowed(answerOf('SUCCESS', OTHER))])).toEqual([[PAYMENT.transactionId, 888]]);
  });

  it('is a payment of another amount that a query showed, when a notification of another payment ends it', () => {
    const found = [now, answered('SUCCESS', { ...OTHER, amount: CENT })] as const;
    expect(after(...toChecking, found).step).toMatchObject({ do: 'askPerson' });
    expect(handedOn(...toChecking, found, [now, notification()])).toEqual([['another', 1]]);
    expect(handedOn(...toChecking, found, [now, releaseRequested])).toEqual([['another', 1]]);
  });

  it('is a payment that is first shown by the query that a release waits for', () => {
    const found = [now, answered('REFUND', CHEAP)] as const;
    expect(after(...toChecking, [now, releaseRequested], found).step).toMatchObject({ outcome: { ended: 'released' } });
    expect(handedOn(...toChecking, [now, releaseRequested], found)).toEqual([[PAYMENT.transactionId, 1]]);
  });

  it('names the order by its key only, whatever else its checkout gave', () => {
    const unlike = { ...ORDER.ref, appid: 'wx8888888888888888' };
    const found = notAllowed(answerOf('SUCCESS', CHEAP));
    const begun = openOrder({ ...ORDER, ref: unlike }, START);
    const { state } = play(begun, ...toClosing, [now, found], [now, notification()]);
    const { mchid, outTradeNo } = ORDER.ref;
    expect(state.phase === 'ended' && unclaimedPayments(state)).toMatchObject([{ order: { mchid, outTradeNo } }]);
    expect(Object.keys(state.told[0]?.order ?? {})).toEqual(['mchid', 'outTradeNo']);
  });

  it('is none if the query shows the same payment', () => {
    const told = [...toClosing, [now, notification()]] as const;
    for (const shown of ['SUCCESS', 'REFUND'] as const) {
      expect(handedOn(...told, [now, notAllowed(shown)])).toEqual([]);
      expect(handedOn(...told, [now, closeAnswered('paid', { after: shown })])).toEqual([]);
    }
    expect(handedOn(...told, [now, superseded()])).toEqual([]);
  });

  it('is none if the notification of the same payment has no amount, and no amount is known', () => {
    const unpriced = openOrder({ ...ORDER, amount: null }, START);
    const told = notification({ amount: null });
    const { state } = play(unpriced, ...toClosing, [now, told], [now, notAllowed('SUCCESS')]);
    expect(state).toMatchObject({ phase: 'ended', outcome: { toldBy: 'query', amount: PAYMENT.amount } });
    expect(state.phase === 'ended' && unclaimedPayments(state)).toEqual([]);
  });

  it('is none if the only notification ended it, with a transaction number or without', () => {
    expect(handedOn([now, notification()])).toEqual([]);
    expect(handedOn([now, notification({ transactionId: null })])).toEqual([]);
  });

  it('is a payment reported without its number, since it may not be the one that the query shows', () => {
    const told = [...toClosing, [now, notification({ transactionId: null })]] as const;
    expect(handedOn(...told, [now, notAllowed('SUCCESS')])).toEqual([[null, 888]]);
  });

  it('is a payment that a notification reports with another amount than it has', () => {
    const wrong = [now, notification({ amount: CENT })] as const;
    expect(handedOn(wrong, [now, notification()])).toEqual([[PAYMENT.transactionId, 1]]);
  });

  it('is none if that payment was reported without an amount before', () => {
    expect(handedOn([now, notification({ amount: null })], [now, notification()])).toEqual([]);
    const unpriced = [now, answered('SUCCESS', { ...PAYMENT, amount: null })] as const;
    expect(handedOn(...toChecking, unpriced, [now, notification()])).toEqual([]);
    expect(handedOn(...toChecking, unpriced, [now, notification({ transactionId: 'another' })])).toEqual([
      [PAYMENT.transactionId, null],
    ]);
  });

  it.each<[string, Story]>([
    ['a query in flight', [...toChecking, [now, releaseRequested], [now, notification({ amount: CENT })]]],
    [
      'a close in flight',
      [...toClosing, [now, releaseRequested], [now, notification({ amount: CENT })], [now, superseded()]],
    ],
    [
      'the wait for a person',
      [
        [now, notification({ amount: CENT })],
        [now, releaseRequested],
      ],
    ],
  ])('is a payment reported to an order that is released from %s', (_, story) => {
    expect(after(...story).step).toMatchObject({ outcome: { ended: 'released' } });
    expect(handedOn(...story)).toEqual([[PAYMENT.transactionId, 1]]);
  });

  it('is a payment that the query after a resolution is the first to show', () => {
    const asked = [...toClosing, [now, closeFailed('fatal')]] as const;
    const found = [now, answered('SUCCESS', CHEAP)] as const;
    for (const word of [resolveAs('paid'), resolveAs('closed', true)]) {
      expect(after(...asked, [now, word], found).step).toMatchObject({ outcome: { ended: 'resolved' } });
      expect(handedOn(...asked, [now, word], found)).toEqual([[PAYMENT.transactionId, 1]]);
    }
    const wrong = [now, notification({ amount: CENT, transactionId: 'another' })] as const;
    expect(handedOn(...asked, wrong, [now, resolveAs('closed', true)], found)).toEqual([[PAYMENT.transactionId, 1]]);
  });

  it('is none if the person resolved it again after seeing that payment', () => {
    const found = [now, answered('SUCCESS', CHEAP)] as const;
    const first = [now, notification({ amount: CENT, transactionId: 'another' })] as const;
    const contradicted = [first, [now, resolveAs('closed')], found] as const;
    expect(after(...contradicted).step).toMatchObject({ reason: 'resolution-contradicted' });
    expect(handedOn(...contradicted, [now, resolveAs('closed', true)], found)).toEqual([]);
  });

  it('is none if the query only adds to the payment that the person knew', () => {
    const found = [now, answered('SUCCESS', CHEAP)] as const;
    for (const reported of [notification({ amount: null }), notification({ amount: CENT, transactionId: null })]) {
      expect(handedOn([now, reported], [now, resolveAs('paid')], found)).toEqual([]);
    }
  });

  it('is none if a person resolved it: the payment was why that person was asked', () => {
    const wrong = CHEAP;
    const story = [
      [now, notification(wrong)],
      [now, resolveAs('paid')],
      [now, answered('SUCCESS', wrong)],
    ] as const;
    expect(after(...story).step).toMatchObject({ outcome: { ended: 'resolved' } });
    expect(handedOn(...story)).toEqual([]);
  });
});
