import { describe, expect, it } from 'vitest';
import { decide } from '../../domain/orders/decide.js';
import type { OrderEvent, OrderState } from '../../domain/orders/state.js';
import { HOUR, MINUTE, SECOND } from '../../domain/time.js';
import {
  after,
  answered,
  checkRequested,
  closeAnswered,
  closeRequested,
  DEADLINE,
  failed,
  PAYMENT,
  placedAgain,
  retryRequested,
  timer,
  toChecking,
  toClosing,
} from '../support/orders.js';

const due = DEADLINE;
const wrongAmount = { ...PAYMENT, amount: { total: 1, currency: 'HKD' } };

/** An order in each rest that a check can interrupt, due, and the instant until which it rests. */
const RESTS = {
  userIsPaying: after(toChecking, [due, answered('USERPAYING', due)]),
  notFoundYet: after(toChecking, [due, answered('NOT_FOUND', due)]),
  unsettled: after(
    toChecking,
    [due, failed('query', 'unknown')],
    [due + SECOND, timer],
    [due, failed('query', 'unknown')],
  ),
  needsAttention: after(...toClosing, [due, failed('close', 'fatal')]),
  confirming: after(...toClosing, [due, closeAnswered('inProgress')]),
  awaitingPayment: after(),
} as const;
const rests = Object.entries(RESTS);

/** What decides nothing: the checkout learns it, and the order goes on as it would have. */
const UNDECIDED = {
  NOTPAY: answered('NOTPAY', due + 2 * SECOND),
  PAYERROR: answered('PAYERROR', due + 2 * SECOND),
  USERPAYING: answered('USERPAYING', due + 2 * SECOND),
  'not found': answered('NOT_FOUND', due + 2 * SECOND),
  nothing: failed('query', 'unknown'),
  'a refused signature': failed('query', 'hint'),
} as const satisfies Record<string, OrderEvent>;

const checked = (state: OrderState, event: OrderEvent, now = due + 2 * SECOND) =>
  decide(decide(state, checkRequested, now).state, event, now);

describe.each(rests)('a check in %s', (phase, { state, step }) => {
  it('asks WeChat Pay at once', () => {
    expect(state.phase).toBe(phase);
    expect(decide(state, checkRequested, due + 2 * SECOND).step).toEqual({ do: 'query' });
  });

  it.each(Object.entries(UNDECIDED))('that is answered %s leads back, to the same pause', (_, event) => {
    const back = checked(state, event);
    expect(back.step).toEqual(step);
    expect(back.state).toMatchObject({ phase, interrupted: null, lull: state.lull });
  });

  it('finds the order paid or closed', () => {
    expect(checked(state, answered('SUCCESS', due)).step).toMatchObject({ outcome: { ended: 'paid' } });
    expect(checked(state, answered('CLOSED', due)).step).toMatchObject({ outcome: { ended: 'closed' } });
  });

  it('asks a person about another amount', () => {
    expect(checked(state, answered('SUCCESS', due, wrongAmount)).step).toMatchObject({ reason: 'amount-differs' });
  });
});

describe('a check', () => {
  it.each(rests.filter(([phase]) => phase !== 'needsAttention'))(
    'in %s asks a person about a fatal answer',
    (_, { state }) => {
      expect(checked(state, failed('query', 'fatal')).step).toMatchObject({ reason: 'fatal-answer' });
    },
  );

  it.each(['fatal', 'hint'] as const)('does not keep the hourly query away when it is answered %s', (kind) => {
    const { state, step } = RESTS.needsAttention;
    const hints = { count: 5, since: due - HOUR };
    const back = checked({ ...state, hints: { query: hints, close: null } }, failed('query', kind), due + MINUTE);
    expect(back.step).toEqual(step);
  });

  it('never closes an order whose deadline comes while it is asked about', () => {
    const asked = after([due - 1, checkRequested], [due + SECOND, answered('NOTPAY', due - 1)]);
    expect(asked.step).toEqual({ do: 'wait', until: due });
    expect(decide(asked.state, timer, due + SECOND).step).toEqual({ do: 'query' });
  });

  it('never closes an order in which nothing else was to be waited for', () => {
    const { state } = after([due, checkRequested]);
    expect(decide(state, answered('NOTPAY', due), due).step).toEqual({ do: 'wait', until: due });
  });

  it('never has a payment closed that takes too long, nor an order that is not found', () => {
    const late = due + 20 * MINUTE;
    expect(checked(RESTS.userIsPaying.state, answered('USERPAYING', late), late).step.do).toBe('wait');
    expect(checked(RESTS.notFoundYet.state, answered('NOT_FOUND', late), late).step.do).toBe('wait');
  });

  it('does not move the rest that it interrupts, however often it is asked for', () => {
    let { state } = RESTS.userIsPaying;
    for (let at = due + 2 * SECOND; at < due + 60 * SECOND; at += 2 * SECOND) {
      ({ state } = checked(state, answered('USERPAYING', at), at));
    }
    expect(state).toMatchObject({ phase: 'userIsPaying', until: due + 5 * SECOND });
  });

  it('is the order’s own query once it is not only a check: a close was asked for', () => {
    const asked = decide(RESTS.userIsPaying.state, checkRequested, due + 2 * SECOND);
    const wanted = decide(asked.state, closeRequested, due + 2 * SECOND);
    expect(decide(wanted.state, answered('NOTPAY', due + 2 * SECOND), due + 2 * SECOND).step.do).toBe('close');
  });

  it('is the order’s own query once a person retries', () => {
    const asked = decide(RESTS.needsAttention.state, checkRequested, due + 2 * SECOND);
    const mended = decide(asked.state, retryRequested, due + 2 * SECOND);
    expect(decide(mended.state, answered('NOTPAY', due + 2 * SECOND), due + 2 * SECOND).step.do).toBe('close');
  });

  it('is no check any more when its answer has led elsewhere', () => {
    const { state } = checked(RESTS.userIsPaying.state, answered('SUCCESS', due, wrongAmount));
    expect(state.interrupted).toBeNull();
  });

  it('is not asked for anew while a close is being confirmed by a query', () => {
    const confirming = after(...toClosing, [due, closeAnswered('accepted')]);
    const again = decide(confirming.state, checkRequested, due + MINUTE);
    expect(again.step).toEqual({ do: 'query' });
    expect(decide(again.state, answered('NOTPAY', due + MINUTE), due + MINUTE).step).toEqual({
      do: 'wait',
      until: due + MINUTE + 2 * SECOND,
    });
  });

  it('of a close that waits to be confirmed is not asked for within two seconds of the last query', () => {
    expect(decide(RESTS.confirming.state, checkRequested, due + SECOND).step).toEqual(RESTS.confirming.step);
  });
});

describe('a close that waits to be confirmed', () => {
  it('is asked about at once, for itself, when a person retries', () => {
    const { state, step } = decide(RESTS.confirming.state, retryRequested, due + SECOND);
    expect(state.phase).toBe('confirming');
    expect(step).toEqual({ do: 'query' });
    expect(decide(state, answered('NOTPAY', due + SECOND), due + SECOND).step.do).toBe('close');
  });
});

describe('a request to close an order that is due', () => {
  const { userIsPaying, notFoundYet, unsettled, needsAttention, confirming } = RESTS;

  it.each(Object.entries({ userIsPaying, notFoundYet, unsettled }))('ends the rest in %s', (_, { state }) => {
    expect(decide(state, closeRequested, due + SECOND).state.phase).toBe('checking');
  });

  it.each(Object.entries({ needsAttention, confirming }))('does not end the wait in %s', (_, { state, step }) => {
    expect(decide(state, closeRequested, due + SECOND).step).toEqual(step);
  });

  it('asks once: a second request changes nothing', () => {
    const first = decide(userIsPaying.state, closeRequested, due + SECOND);
    const paying = decide(first.state, answered('USERPAYING', due + SECOND), due + SECOND);
    expect(decide(paying.state, closeRequested, due + 2 * SECOND).step).toEqual(paying.step);
  });

  it('does not end the rest of an order that is not due: its floor was moved', () => {
    const again = decide(unsettled.state, placedAgain, due + SECOND);
    expect(decide(again.state, closeRequested, due + SECOND).step.do).toBe('wait');
    expect(decide(again.state, closeRequested, due + SECOND).state.phase).toBe('unsettled');
  });
});
