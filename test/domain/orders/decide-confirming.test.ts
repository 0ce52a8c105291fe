import { describe, expect, it } from 'vitest';
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
  failure,
  leadsTo,
  NO_ANSWER,
  notAllowed,
  placedAgain,
  placementFailed,
  play,
  queryFailed,
  retryRequested,
  timer,
  toChecking,
  toClosing,
  toConfirming,
  toPaying,
  toSettling,
  UNASKED,
  wrongNotification,
} from '../../support/orders.js';

const due = DEADLINE;

describe('a close that was accepted', () => {
  const settling = after(...toSettling);
  const at = due + 2 * SECOND;

  it('is confirmed by a query, 2 s later and doubling to a minute', () => {
    let decision = settling;
    const pauses: number[] = [];
    for (let now = due; pauses.length < 7;) {
      const until = decision.step.do === 'wait' ? decision.step.until : now;
      pauses.push((until - now) / SECOND);
      now = until;
      decision = play(decision, [now, timer]);
      expect(decision.step).toEqual({ do: 'query' });
      decision = play(decision, [now, answered('NOTPAY')]);
    }
    expect(pauses).toEqual([2, 4, 8, 16, 32, 60, 60]);
  });

  it.each(['CLOSED', 'REVOKED'] as const)('ends the order as closed on %s', (tradeState) => {
    expect(play(settling, [at, timer], [at, answered(tradeState)]).step).toEqual({
      do: 'finish',
      outcome: { ended: 'closed', closeSent: 'yes' },
    });
  });

  it('ends the order as paid on SUCCESS', () => {
    expect(play(settling, [at, timer], [at, answered('SUCCESS')]).step).toMatchObject({ outcome: { ended: 'paid' } });
  });

  it('has five minutes to show, and is then sent once more', () => {
    const late = due + 5 * MINUTE;
    const asked = play(settling, [at, timer]);
    expect(leadsTo(play(asked, [late - 1, answered('NOTPAY')]), late - 1)).toBe('confirming 4');
    expect(leadsTo(play(asked, [late, answered('NOTPAY')]), late)).toBe('close if unpaid');
  });

  it('has its five minutes also if the query says that the shopper is paying', () => {
    const paying = play(settling, [at, timer], [at, answered('USERPAYING')]);
    expect(leadsTo(paying, at)).toBe('confirming 4');
    const late = due + 5 * MINUTE;
    expect(leadsTo(play(paying, [late, answered('USERPAYING')]), late)).toBe('userIsPaying 5');
  });

  it('of a payment that takes too long is sent once more after five minutes, on purpose while the shopper pays', () => {
    const late = due + 10 * MINUTE;
    const tried = after(...toPaying, [late, timer], [late, answered('USERPAYING')]);
    const accepted = play(tried, [late, closeAnswered('accepted', { before: 'USERPAYING' })]);
    expect(leadsTo(accepted, late)).toBe('confirming 2');
    const again = late + 5 * MINUTE;
    expect(leadsTo(play(accepted, [again, answered('USERPAYING')]), again)).toBe('close if unpaid or paying');
  });

  it.each<[string, OrderEvent, OrderEvent]>([
    ['a query without an answer, then NOTPAY', queryFailed('unknown'), answered('NOTPAY')],
    ['a query without an answer, then USERPAYING', queryFailed('unknown'), answered('USERPAYING')],
    ['a refused signature, then NOTPAY', queryFailed('hint'), answered('NOTPAY')],
  ])('is not sent again within its five minutes, also after %s', (_, event, answer) => {
    const between = play(settling, [at, timer], [at, event]);
    expect(between.state.phase).toBe('unsettled');
    const asked = play(between, [due + 2 * MINUTE, timer]);
    expect(asked.step).toEqual({ do: 'query' });
    expect(leadsTo(play(asked, [due + 2 * MINUTE, answer]), due + 2 * MINUTE)).toBe('confirming 4');
    expect(play(between, [due + 2 * MINUTE, retryRequested]).step).toEqual({ do: 'query' });
    expect(play(between, [due + 2 * MINUTE, closeRequested]).step).toEqual(between.step);
  });

  it('is sent again after a pause if it has not taken effect in five minutes', () => {
    const late = due + 5 * MINUTE;
    const between = play(settling, [at, timer], [at, queryFailed('unknown')]);
    expect(play(between, [late, timer]).step.do).toBe('close');
  });

  it.each<[string, OrderEvent]>([
    ['lost', closeLost()],
    ['unanswered', closeAnswered(NO_ANSWER, { after: UNASKED })],
    ['refused', closeAnswered('tooOften', { after: UNASKED })],
  ])('counts no more once another was %s: that one has a pause before the next', (_, event) => {
    const late = due + 5 * MINUTE;
    const again = play(settling, [late, answered('NOTPAY')], [late, event]);
    expect(again.state.closeAcceptedAt).toBeNull();
    const asked = again.step.do === 'query' ? play(again, [late, answered('NOTPAY')]) : again;
    expect(asked.state.phase).toBe('unsettled');
  });
});

describe('a close that may have been sent', () => {
  const lost = after(...toConfirming);

  it('pauses if the query shows no effect, and is then tried again', () => {
    const unpaid = play(lost, [due, answered('NOTPAY')]);
    expect(leadsTo(unpaid, due)).toBe('unsettled 1');
    expect(unpaid.state.pauses).toEqual({ unclearWrite: 1 });
    expect(play(unpaid, [due + SECOND, timer]).step.do).toBe('close');
  });

  it('is asked about at once when a person retries in the pause before the query', () => {
    const settling = after(...toSettling);
    const retried = play(settling, [due + SECOND, retryRequested]);
    expect(retried.state.phase).toBe('confirming');
    expect(retried.step).toEqual({ do: 'query' });
    expect(retried.state.pauses).toEqual({});
  });

  it('leads back to the wait if the order is not due any more', () => {
    const again = play(lost, [due, placedAgain], [due, answered('NOTPAY')]);
    expect(again.step).toEqual({ do: 'wait', until: due + 5.5 * MINUTE });
  });
});

/** Later answers about an order that WeChat Pay has called paid. */
const STATES: readonly OrderEvent[] = [
  answered('NOTPAY'),
  answered('PAYERROR'),
  answered('USERPAYING'),
  answered('NOT_FOUND'),
  queryFailed('unknown'),
  queryFailed('hint'),
  queryFailed('retry'),
];

describe.each<[string, OrderEvent]>([
  ['ORDERPAID', closeAnswered('paid')],
  ['ORDERPAID, and a query that fails', closeAnswered('paid', { after: UNASKED })],
  ['ORDERPAID, and a query that says USERPAYING', closeAnswered('paid', { after: 'USERPAYING' })],
  ['ORDERPAID, and a query that finds nothing', closeAnswered('paid', { after: 'NOT_FOUND' })],
])('after a close that was answered %s', (_, event) => {
  const claimed = after(...toClosing, [due, event]);

  it('WeChat Pay is asked at once, and then every 2 s doubling to 5 min', () => {
    expect(claimed.step).toEqual({ do: 'query' });
    let decision = claimed;
    const pauses: number[] = [];
    for (let now = due; pauses.length < 9;) {
      decision = play(decision, [now, answered('NOTPAY')]);
      const until = decision.step.do === 'wait' ? decision.step.until : now;
      expect(decision.state.phase).toBe('confirming');
      pauses.push((until - now) / SECOND);
      now = until;
    }
    expect(pauses).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 300]);
  });

  it.each(STATES)('no close is sent any more, whatever is answered first and then: %j', (first) => {
    const done = new Set<string>();
    for (const second of STATES) {
      for (const request of [timer, closeRequested, retryRequested, placementFailed, extended(due + HOUR)]) {
        let decision = play(claimed, [due, first], [due, request]);
        for (let now = due; now < due + 2 * DAY; now += 8 * HOUR) {
          done.add(decision.step.do);
          decision = play(decision, [now, timer]);
          done.add(decision.step.do);
          decision = play(decision, [now, second]);
        }
      }
    }
    expect(done).not.toContain('close');
  });

  it('a query that shows the payment ends it, and one that says CLOSED does', () => {
    expect(leadsTo(play(claimed, [due, answered('SUCCESS')]), due)).toBe('paid');
    expect(leadsTo(play(claimed, [due, answered('CLOSED')]), due)).toBe('closed');
  });
});

describe('a claim of payment', () => {
  const late = due + 20 * MINUTE;

  it('keeps a query by the order itself from closing it', () => {
    const claimed = after(...toClosing, [due, closeAnswered('paid')], [due, answered('USERPAYING')], [late, timer]);
    expect(claimed.state.phase).toBe('checking');
    expect(leadsTo(play(claimed, [late, answered('NOTPAY')]), late)).toBe('confirming 2');
    expect(leadsTo(play(claimed, [late, answered('USERPAYING')]), late)).toBe('userIsPaying 10');
  });

  it('keeps an order that is not found from being closed, and from ending as never existed', () => {
    const end = due + 3 * HOUR;
    const unseen = after(...toClosing, [due, closeAnswered('paid', { before: 'NOT_FOUND' })]);
    const once = play(unseen, [due, answered('NOT_FOUND')], [end, timer]);
    expect(once.state).toMatchObject({ seen: false, closedUnseen: true, phase: 'checking' });
    expect(play(once, [end, answered('NOT_FOUND')]).state.phase).toBe('notFoundYet');
  });

  it('by a notification of another amount keeps it from being closed, too', () => {
    const told = after([due - 1, wrongNotification], [due + HOUR, timer]);
    expect(leadsTo(play(told, [due + HOUR, answered('NOTPAY')]), due + HOUR)).toBe('confirming 2');
  });

  it('is none if a close was merely refused', () => {
    for (const answer of ['inProgress', 'tooOften', 'notFound', 'refusedState'] as const) {
      expect(after(...toClosing, [due, closeAnswered(answer)]).state.paidClaimed).toBe(false);
    }
  });
});

describe('a query by the order itself', () => {
  it('asks a person if it is fatal, however the order came there', () => {
    for (const story of [toChecking, toConfirming]) {
      expect(leadsTo(after(...story, [due + MINUTE, queryFailed('fatal')]), due)).toBe('fatal-answer');
    }
    const guard = closeFailed('fatal', 'no', 'closeOrder', 'LOCAL_NOT_ITS_WORKFLOW');
    expect(leadsTo(after(...toClosing, [due, guard]), due)).toBe('fatal-answer');
    const write = closeAnswered(failure('fatal', 'closeOrder', 'NO_AUTH'), { after: UNASKED });
    expect(leadsTo(after(...toClosing, [due, write]), due)).toBe('fatal-answer');
  });

  it('that says NOTPAY begins a close only if it is due', () => {
    const refused = after(...toClosing, [due, notAllowed('NOT_FOUND')], [due + MINUTE, extended(due + HOUR)]);
    const asked = play(refused, [due + 5 * MINUTE, timer]);
    expect(asked.step).toEqual({ do: 'query' });
    expect(play(asked, [due + 5 * MINUTE, answered('NOTPAY')]).step).toEqual({ do: 'wait', until: due + HOUR });
  });
});
