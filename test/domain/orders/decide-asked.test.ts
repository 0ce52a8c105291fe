import { describe, expect, it } from 'vitest';
import { decideOrder } from '../../../domain/orders/decide.js';
import type { OrderEvent, OrderState } from '../../../domain/orders/state.js';
import { HOUR, MINUTE, SECOND } from '../../../domain/time.js';
import {
  after,
  answered,
  checkRequested,
  closeAnswered,
  closeFailed,
  closeRequested,
  DEADLINE,
  extended,
  leadsTo,
  notAllowed,
  ORDER,
  placedAgain,
  placementFailed,
  play,
  queryFailed,
  retryRequested,
  START,
  timer,
  toChecking,
  toClosing,
  toConfirming,
  toPaying,
  toSettling,
  WRONG_PAYMENT,
} from '../../support/orders.js';
import { withoutStory } from '../../support/story.js';

const due = DEADLINE;
const at = due + 2 * SECOND;

/** An order in each phase in which it waits, due, and the instant until which it does. */
const WAITS = {
  userIsPaying: after(...toPaying),
  notFoundYet: after(...toClosing, [due, notAllowed('NOT_FOUND')]),
  unsettled: after(...toClosing, [due, closeAnswered('tooOften')]),
  needsAttention: after(...toClosing, [due, closeFailed('fatal')]),
  confirming: after(...toSettling, [due + SECOND, timer], [due + SECOND, answered('NOTPAY')]),
  awaitingPayment: after(),
} as const;
const waits = Object.entries(WAITS);

/** Inconclusive answers: the checkout gets them, and the order goes on as before. */
const UNDECIDED = {
  NOTPAY: answered('NOTPAY'),
  PAYERROR: answered('PAYERROR'),
  USERPAYING: answered('USERPAYING'),
  'not found': answered('NOT_FOUND'),
  nothing: queryFailed('unknown'),
  'a refused signature': queryFailed('hint'),
} as const satisfies Record<string, OrderEvent>;

const checked = (state: OrderState, event: OrderEvent, now = at) =>
  decideOrder(decideOrder(state, checkRequested, now).state, event, now);

describe.each(waits)('a check in %s', (phase, { state, step }) => {
  const now = due + 3 * SECOND;

  it('asks WeChat Pay at once', () => {
    expect(state.phase).toBe(phase);
    expect(decideOrder(state, checkRequested, now).step).toEqual({ do: 'query' });
  });

  it.each(Object.entries(UNDECIDED))('that is answered %s leads back, to the same wait', (_, event) => {
    const back = checked(state, event, now);
    expect(back.step).toEqual(step);
    expect(back.state).toMatchObject({ phase, interrupted: null });
  });

  it('finds the order paid or closed', () => {
    expect(checked(state, answered('SUCCESS'), now).step).toMatchObject({ outcome: { ended: 'paid' } });
    expect(checked(state, answered('CLOSED'), now).step).toMatchObject({ outcome: { ended: 'closed' } });
  });

  it('asks a person about another amount', () => {
    expect(leadsTo(checked(state, answered('SUCCESS', WRONG_PAYMENT), now), now)).toBe('amount-differs');
  });

  it('never leads to a close, however late and whatever is answered', () => {
    for (const event of Object.values(UNDECIDED)) {
      // In `confirming`, the query after the pause is not a check.
      const times = phase === 'confirming' ? [now] : [now, now + 10 * MINUTE, now + 3 * HOUR];
      for (const late of times) expect(checked(state, event, late).step).toEqual(step);
    }
  });
});

describe('a check', () => {
  it('that is answered ends the pauses of queries, as every answered query does, and none of a write', () => {
    expect(WAITS.userIsPaying.state.pauses).toEqual({ userIsPaying: 1 });
    expect(checked(WAITS.userIsPaying.state, UNDECIDED.USERPAYING).state.pauses).toEqual({});
    expect(checked(WAITS.userIsPaying.state, UNDECIDED.nothing).state.pauses).toEqual({ userIsPaying: 1 });
    expect(checked(WAITS.unsettled.state, UNDECIDED.NOTPAY).state.pauses).toEqual({ tooOften: 1 });
  });

  it.each(waits.filter(([phase]) => phase !== 'needsAttention'))(
    'in %s asks a person about a fatal answer',
    (_, { state }) => {
      const now = due + 3 * SECOND;
      expect(leadsTo(checked(state, queryFailed('fatal'), now), now)).toBe('fatal-answer');
    },
  );

  it.each(['fatal', 'hint'] as const)('does not keep the hourly query away when it is answered %s', (kind) => {
    const { state, step } = WAITS.needsAttention;
    const refusedSignatures = { query: { count: 5, since: due - HOUR }, write: null };
    expect(checked({ ...state, refusedSignatures }, queryFailed(kind), due + MINUTE).step).toEqual(step);
  });

  it('never closes an order whose deadline comes while it is asked about', () => {
    const asked = after([due - 1, checkRequested], [due + SECOND, answered('NOTPAY')]);
    expect(asked.step).toEqual({ do: 'wait', until: due });
    expect(play(asked, [due + SECOND, timer]).step.do).toBe('close');
  });

  it('of an order that is due leads back to the wait, and not to a close', () => {
    const { state } = after([due, checkRequested]);
    expect(decideOrder(state, answered('NOTPAY'), due).step).toEqual({ do: 'wait', until: due });
  });

  it('does not move the wait that it interrupts, however often it is asked for', () => {
    let { state } = WAITS.userIsPaying;
    for (let now = at; now < due + 60 * SECOND; now += 2 * SECOND) {
      ({ state } = checked(state, answered('USERPAYING'), now));
    }
    expect(state).toMatchObject({ phase: 'userIsPaying', until: due + 5 * SECOND });
  });

  it('leads back to a wait that is over by then', () => {
    const late = due + HOUR;
    const back = checked(WAITS.userIsPaying.state, answered('USERPAYING'), late);
    expect(back.step).toEqual({ do: 'wait', until: due + 5 * SECOND });
    expect(play(back, [late, timer]).step).toEqual({ do: 'query' });
  });

  it('counts as a query of the order once a close was requested, or a person retries', () => {
    for (const request of [closeRequested, retryRequested]) {
      const asked = play(WAITS.userIsPaying, [at, checkRequested], [at, request]);
      expect(asked.step).toEqual({ do: 'query' });
      expect(play(asked, [at, answered('NOTPAY')]).step.do).toBe('close');
    }
  });

  it('stays a check whatever else comes meanwhile', () => {
    for (const event of [extended(due + MINUTE), placedAgain, placementFailed, timer, checkRequested]) {
      const asked = play(WAITS.notFoundYet, [at, checkRequested], [at, event]);
      const late = due + HOUR;
      expect(play(asked, [late, answered('NOTPAY')]).step).toEqual(WAITS.notFoundYet.step);
    }
  });

  it('is a check no more when its answer has led elsewhere', () => {
    const { state } = checked(WAITS.userIsPaying.state, answered('SUCCESS', WRONG_PAYMENT));
    expect(state.interrupted).toBeNull();
  });

  it('is not asked for anew while a close is confirmed by a query: that answers it', () => {
    const confirming = after(...toConfirming);
    const again = play(confirming, [due + MINUTE, checkRequested]);
    expect(again.step).toEqual({ do: 'query' });
    expect(again.state.interrupted).toBeNull();
    expect(leadsTo(play(again, [due + MINUTE, answered('NOTPAY')]), due + MINUTE)).toBe('unsettled 1');
  });

  it('is not asked for anew while a query is on its way', () => {
    const asked = after(...toChecking);
    expect(play(asked, [due + HOUR, checkRequested]).state.interrupted).toBeNull();
  });

  it('waits for the answer of a close in flight, and leaves that alone', () => {
    const closing = after(...toClosing);
    const asked = play(closing, [due, checkRequested]);
    expect(asked.step).toEqual(closing.step);
    expect(withoutStory(asked.state)).toEqual(withoutStory(closing.state));
  });

  it.each(waits.filter(([phase]) => phase !== 'awaitingPayment'))(
    'in %s is answered from memory within two seconds of the last query',
    (_, decision) => {
      const { queriedAt } = checked(decision.state, UNDECIDED.nothing, due + HOUR).state;
      expect(queriedAt).toBe(due + HOUR);
      const soon = { ...decision.state, queriedAt: due + SECOND };
      expect(decideOrder(soon, checkRequested, due + 3 * SECOND - 1).step).toEqual(decision.step);
      expect(decideOrder(soon, checkRequested, due + 3 * SECOND).step).toEqual({ do: 'query' });
    },
  );

  it('before the floor finds the order paid, and ends it', () => {
    const early = START + MINUTE;
    const asked = after([early, checkRequested]);
    expect(leadsTo(play(asked, [early, answered('SUCCESS')]), early)).toBe('paid');
    expect(play(asked, [early, answered('NOTPAY')]).step).toEqual({ do: 'wait', until: DEADLINE });
  });

  it('that failed is not made anew within two seconds either', () => {
    const early = START + MINUTE;
    const failed = after([early, checkRequested], [early, queryFailed('unknown')]);
    expect(play(failed, [early + SECOND, checkRequested]).step.do).toBe('wait');
  });
});

describe('a request to close an order that is due', () => {
  const { userIsPaying, notFoundYet, unsettled, needsAttention, confirming } = WAITS;

  it.each(Object.entries({ userIsPaying, notFoundYet, unsettled }))('ends the wait in %s', (_, decision) => {
    expect(leadsTo(play(decision, [due + SECOND, closeRequested]), due)).toBe('close if unpaid');
  });

  it.each(Object.entries({ needsAttention, confirming }))('does not end the wait in %s', (_, decision) => {
    expect(play(decision, [due + SECOND, closeRequested]).step).toEqual(decision.step);
  });

  it('closes once: a second request changes nothing', () => {
    const first = play(userIsPaying, [due + SECOND, closeRequested]);
    const paying = play(first, [due + SECOND, notAllowed('USERPAYING')]);
    expect(play(paying, [at, closeRequested]).step).toEqual(paying.step);
  });

  it('does not end the wait of an order that is not due: its floor was moved', () => {
    const again = play(unsettled, [due + SECOND, placedAgain], [due + SECOND, closeRequested]);
    expect(again.state.phase).toBe('unsettled');
  });

  it('waits for the floor', () => {
    const early = after([ORDER.floor - MINUTE, closeRequested]);
    expect(early.step).toEqual({ do: 'wait', until: ORDER.floor });
    expect(play(early, [ORDER.floor, timer]).step.do).toBe('close');
  });
});
