import { describe, expect, it } from 'vitest';
import { toldBeyond } from '../../domain/late/told-beyond.js';
import { decide, goOn, open } from '../../domain/orders/decide.js';
import type { OrderEvent, OrderState } from '../../domain/orders/state.js';
import {
  after,
  answered,
  closeAnswered,
  DEADLINE,
  failed,
  notification,
  ORDER,
  PAYMENT,
  releaseRequested,
  resolveAs,
  retryRequested,
  toChecking,
  toClosing,
  timer,
} from '../support/orders.js';

const due = DEADLINE;
const CENT = { total: 1, currency: 'HKD' };
const OTHER = { ...PAYMENT, transactionId: 'another' };
const MANY = 30;

type Story = readonly (readonly [number, OrderEvent])[];

/** The numbers of the payments that an order was told of. */
function toldOf({ told }: OrderState): (string | null)[] {
  return told.map(({ transactionId }) => transactionId);
}

/** The numbers and amounts of the payments that are handed on at the end of a story. */
function handedOn(...story: Story): unknown[] {
  const { state } = after(...story);
  if (state.phase !== 'ended') throw new Error(`the order has not ended: ${state.phase}`);
  return toldBeyond(state).map(({ transactionId, amount }) => [transactionId, amount?.total ?? null]);
}

describe('an order remembers the payments that it was told of', () => {
  it.each<[string, Story]>([
    ['the wait for the payment', []],
    ['a query', [toChecking]],
    ['a close', [...toClosing]],
    ['the query after a close', [...toClosing, [due, closeAnswered('accepted')]]],
    ['a rest', [toChecking, [due, answered('USERPAYING', due)]]],
    ['the wait for a person', [toChecking, [due, failed('query', 'fatal')]]],
  ])('in %s', (_, story) => {
    expect(toldOf(after(...story, [due, notification({ amount: CENT })]).state)).toEqual([PAYMENT.transactionId]);
  });

  it('each once, and none of another order', () => {
    const foreign = notification({ order: { mchid: ORDER.ref.mchid, outTradeNo: 'OTHER' } });
    const wrong = notification({ amount: CENT });
    const unnamed = notification({ amount: CENT, transactionId: null });
    const { state } = after([due, foreign], [due, wrong], [due, wrong], [due, unnamed], [due, unnamed]);
    expect(toldOf(state)).toEqual([PAYMENT.transactionId, null]);
  });

  it('each once, be it told by a query or a notification', () => {
    const wrong = { ...PAYMENT, amount: CENT };
    const found = [due, answered('SUCCESS', due, wrong)] as const;
    expect(toldOf(after(toChecking, found).state)).toEqual([PAYMENT.transactionId]);
    const { state } = after(toChecking, found, [due, notification(wrong)], [due, retryRequested], found);
    expect(toldOf(state)).toEqual([PAYMENT.transactionId]);
  });

  it('up to a number that a state can carry', () => {
    const wrong = Array.from({ length: MANY }, (_, index) =>
      notification({ amount: CENT, transactionId: `T${index}` }),
    );
    const told = toldOf(after(...wrong.map((event) => [due, event] as const)).state);
    expect(told).toEqual(Array.from({ length: 20 }, (_, index) => `T${index}`));
    const found = [due, answered('SUCCESS', due, { ...PAYMENT, amount: CENT })] as const;
    const shown = after(...wrong.map((event) => [due, event] as const), [due, retryRequested], found);
    expect(toldOf(shown.state)).toEqual([...told, PAYMENT.transactionId]);
  });

  it('and none that an older version of this knew nothing of', () => {
    const { told: _, ...older } = after(toChecking).state;
    const { state, step } = goOn(older as OrderState, due);
    expect(toldOf(state)).toEqual([]);
    expect(step).toEqual({ do: 'query' });
    expect(toldOf(decide(state, notification({ amount: CENT }), due).state)).toEqual([PAYMENT.transactionId]);
  });

  it('also where it goes on in a new run', () => {
    const { state } = after([due, notification({ amount: CENT })]);
    expect(goOn(state, due).state).toEqual(state);
  });
});

describe('what an order hands on when it ends', () => {
  it('is a payment of another amount, when another payment ends it', () => {
    const other = { transactionId: 'another' };
    const story = [[due, notification({ amount: CENT })]] as const;
    expect(handedOn(...story, [due, notification(other)])).toEqual([[PAYMENT.transactionId, 1]]);
    const query = [[due + 1, timer] as const, [due + 1, answered('SUCCESS', due, OTHER)] as const];
    const asked = after(...story).step;
    expect(asked).toMatchObject({ do: 'askPerson' });
    expect(handedOn(...story, ...query)).toEqual([[PAYMENT.transactionId, 1]]);
  });

  it('is each of several, in their order', () => {
    const wrong = (transactionId: string | null) => [due, notification({ amount: CENT, transactionId })] as const;
    expect(handedOn(wrong('T1'), wrong(null), wrong('T2'), [due, notification()])).toEqual([
      ['T1', 1],
      [null, 1],
      ['T2', 1],
    ]);
  });

  it('is a payment told while a close was under way, when the query shows another', () => {
    const told = [...toClosing, [due, notification()]] as const;
    expect(handedOn(...told, [due, answered('SUCCESS', due, OTHER)])).toEqual([[PAYMENT.transactionId, 888]]);
  });

  it('is a payment of another amount that a query showed, when a notification of another payment ends it', () => {
    const found = [due, answered('SUCCESS', due, { ...OTHER, amount: CENT })] as const;
    expect(after(toChecking, found).step).toMatchObject({ do: 'askPerson' });
    expect(handedOn(toChecking, found, [due, notification()])).toEqual([['another', 1]]);
    expect(handedOn(toChecking, found, [due, releaseRequested])).toEqual([['another', 1]]);
  });

  it('is a payment that is first shown by the query that a release waits for', () => {
    const found = [due, answered('REFUND', due, { ...PAYMENT, amount: CENT })] as const;
    expect(after(toChecking, [due, releaseRequested], found).step).toMatchObject({ outcome: { ended: 'released' } });
    expect(handedOn(toChecking, [due, releaseRequested], found)).toEqual([[PAYMENT.transactionId, 1]]);
  });

  it('is told as the order is known, whatever else its checkout said of it', () => {
    const unlike = { ...ORDER.ref, appid: 'wx8888888888888888' };
    const story = [timer, answered('SUCCESS', due, { ...PAYMENT, amount: CENT }), notification()];
    const { state } = story.reduce(
      (before, event) => decide(before.state, event, due),
      open({ ...ORDER, ref: unlike }, due),
    );
    const { mchid, outTradeNo } = ORDER.ref;
    expect(state.phase === 'ended' && toldBeyond(state)).toMatchObject([{ order: { mchid, outTradeNo } }]);
    expect(Object.keys(state.told[0]?.order ?? {})).toEqual(['mchid', 'outTradeNo']);
  });

  it('is nothing where the query shows the very payment', () => {
    expect(handedOn(...toClosing, [due, notification()], [due, answered('SUCCESS', due)])).toEqual([]);
    expect(handedOn(...toClosing, [due, notification()], [due, answered('REFUND', due)])).toEqual([]);
  });

  it('is nothing where the notification of the very payment did not say the amount, and nobody else does', () => {
    const events = [timer, answered('NOTPAY', due), notification({ amount: null }), answered('SUCCESS', due)];
    const unpriced = open({ ...ORDER, amount: null }, due);
    const { state } = events.reduce((before, event) => decide(before.state, event, due), unpriced);
    expect(state).toMatchObject({ phase: 'ended', outcome: { toldBy: 'query', amount: PAYMENT.amount } });
    expect(state.phase === 'ended' && toldBeyond(state)).toEqual([]);
  });

  it('is nothing where the one notification ended it, named or not', () => {
    expect(handedOn([due, notification()])).toEqual([]);
    expect(handedOn([due, notification({ transactionId: null })])).toEqual([]);
  });

  it('is a payment told without its number, which nobody can tell from the one that the query shows', () => {
    const told = [...toClosing, [due, notification({ transactionId: null })]] as const;
    expect(handedOn(...told, [due, answered('SUCCESS', due)])).toEqual([[null, 888]]);
  });

  it('is a payment that a notification tells with another amount than it has', () => {
    const wrong = [due, notification({ amount: CENT })] as const;
    expect(handedOn(wrong, [due, notification()])).toEqual([[PAYMENT.transactionId, 1]]);
  });

  it('is nothing where that payment was told without an amount before', () => {
    expect(handedOn([due, notification({ amount: null })], [due, notification()])).toEqual([]);
    const unpriced = [due, answered('SUCCESS', due, { ...PAYMENT, amount: null })] as const;
    expect(handedOn(toChecking, unpriced, [due, notification()])).toEqual([]);
    expect(handedOn(toChecking, unpriced, [due, notification({ transactionId: 'another' })])).toEqual([
      [PAYMENT.transactionId, null],
    ]);
  });

  it.each<[string, Story]>([
    ['a query in flight', [toChecking, [due, releaseRequested], [due, notification({ amount: CENT })]]],
    [
      'a close in flight',
      [...toClosing, [due, releaseRequested], [due, notification({ amount: CENT })], [due, answered('NOTPAY', due)]],
    ],
    [
      'the wait for a person',
      [
        [due, notification({ amount: CENT })],
        [due, releaseRequested],
      ],
    ],
  ])('is a payment told to an order that is released from %s', (_, story) => {
    expect(after(...story).step).toMatchObject({ outcome: { ended: 'released' } });
    expect(handedOn(...story)).toEqual([[PAYMENT.transactionId, 1]]);
  });

  it('is a payment that the query after a person’s word is the first to show', () => {
    const asked = [toChecking, [due, failed('query', 'fatal')]] as const;
    const found = [due, answered('SUCCESS', due, { ...PAYMENT, amount: CENT })] as const;
    for (const word of [resolveAs('paid'), resolveAs('closed', true)]) {
      expect(after(...asked, [due, word], found).step).toMatchObject({ outcome: { ended: 'resolved' } });
      expect(handedOn(...asked, [due, word], found)).toEqual([[PAYMENT.transactionId, 1]]);
    }
    const wrong = [due, notification({ amount: CENT, transactionId: 'another' })] as const;
    expect(handedOn(...asked, wrong, [due, resolveAs('closed', true)], found)).toEqual([[PAYMENT.transactionId, 1]]);
  });

  it('is nothing where a person spoke again, with that payment before them', () => {
    const found = [due, answered('SUCCESS', due, { ...PAYMENT, amount: CENT })] as const;
    const first = [due, notification({ amount: CENT, transactionId: 'another' })] as const;
    const contradicted = [first, [due, resolveAs('closed')], found] as const;
    expect(after(...contradicted).step).toMatchObject({ reason: 'resolution-contradicted' });
    expect(handedOn(...contradicted, [due, resolveAs('closed', true)], found)).toEqual([]);
  });

  it('is nothing where the query only tells more of the payment that a person knew', () => {
    const found = [due, answered('SUCCESS', due, { ...PAYMENT, amount: CENT })] as const;
    for (const told of [notification({ amount: null }), notification({ amount: CENT, transactionId: null })]) {
      expect(handedOn([due, told], [due, resolveAs('paid')], found)).toEqual([]);
    }
  });

  it('is nothing where a person said how it ended: they were asked because of it', () => {
    const wrong = { ...PAYMENT, amount: CENT };
    const story = [
      [due, notification(wrong)],
      [due, resolveAs('paid')],
      [due, answered('SUCCESS', due, wrong)],
    ] as const;
    expect(after(...story).step).toMatchObject({ outcome: { ended: 'resolved' } });
    expect(handedOn(...story)).toEqual([]);
  });
});
