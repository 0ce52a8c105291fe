import { describe, expect, it } from 'vitest';
import type { OrderEvent } from '../../../domain/orders/state.js';
import { DAY, HOUR, MINUTE, SECOND } from '../../../domain/time.js';
import {
  after,
  answered,
  answerOf,
  checkRequested,
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
  notification,
  ORDER,
  PAYMENT,
  placedAgain,
  placementFailed,
  play,
  releaseRequested,
  START,
  superseded,
  timer,
  toClosing,
  tooEarly,
  UNASKED,
  WRONG_PAYMENT,
  wrongNotification,
} from '../../support/orders.js';

const due = DEADLINE;
const closing = after(...toClosing);
const supersededBy = (event: OrderEvent) => play(closing, [due, event]);

/** Results of a close that do not end the order by themselves, with or without a query after it. */
const UNDECIDED: readonly (readonly [string, OrderEvent])[] = [
  ['cancelled before it was sent', superseded()],
  ['cancelled between two attempts', superseded('maybe')],
  ['lost', closeLost()],
  ['accepted', closeAnswered('accepted')],
  ['paid', closeAnswered('paid')],
  ['in progress', closeAnswered('inProgress')],
  ['too often', closeAnswered('tooOften')],
  ['not found', closeAnswered('notFound')],
  ['a wrong state', closeAnswered('refusedState')],
  ['a faulty request', closeAnswered('refusedRequest')],
  ['unanswered', closeAnswered(NO_ANSWER)],
  ['unanswered, and unasked', closeAnswered(NO_ANSWER, { after: UNASKED })],
  ['fatal', closeAnswered(failure('fatal', 'closeOrder'))],
  ['refused for its signature', closeAnswered(failure('hint', 'closeOrder'))],
  ['unclear', closeFailed('unknown')],
  ['too early', tooEarly],
  ['not allowed: USERPAYING', notAllowed('USERPAYING')],
  ['not allowed: not found', notAllowed('NOT_FOUND')],
  // A close that is allowed only while the order is not found.
  ['not allowed: NOTPAY', notAllowed('NOTPAY')],
];

describe('a close in flight', () => {
  it.each<[string, OrderEvent]>([
    ['a notification', notification()],
    ['a notification of another amount', wrongNotification],
    ['an extension', extended(due + HOUR)],
    ['another placement', placedAgain],
    ['a placement that failed', placementFailed],
    ['a person who stops the watching', releaseRequested],
  ])('is superseded by %s: it is cancelled, and nothing is decided before its result', (_, event) => {
    expect(supersededBy(event).step).toEqual({ do: 'close', allows: ['unpaid'], isSuperseded: true });
  });

  it.each<[string, OrderEvent]>([
    ['a check', checkRequested],
    ['a request to close', closeRequested],
    ['a notification of another order', notification({ order: { mchid: '42', outTradeNo: 'other' } })],
  ])('goes on when there is %s', (_, event) => {
    expect(supersededBy(event).step).toEqual(closing.step);
  });

  it('is none of what an order did before: the next one is not superseded', () => {
    const again = play(supersededBy(placedAgain), [due, superseded()], [due + HOUR, timer]);
    expect(again.step).toEqual({ do: 'close', allows: ['unpaid'], isSuperseded: false });
  });
});

describe('a close that something superseded', () => {
  it('leads back to the wait if nothing was sent, with all patience', () => {
    const back = play(supersededBy(placedAgain), [due, superseded()]);
    expect(back.step).toEqual({ do: 'wait', until: due + 5.5 * MINUTE });
    expect(back.state).toMatchObject({ closeSent: 'no', closeUnconfirmed: false, patienceFrom: null });
  });

  it('is confirmed by a query if it may have been sent', () => {
    const asked = play(supersededBy(placedAgain), [due, superseded('maybe')]);
    expect(asked.step).toEqual({ do: 'query' });
    expect(asked.state).toMatchObject({ phase: 'confirming', closeSent: 'maybe' });
    expect(play(asked, [due, answered('NOTPAY')]).step).toEqual({ do: 'wait', until: due + 5.5 * MINUTE });
    expect(leadsTo(play(asked, [due, answered('CLOSED')]), due)).toBe('closed');
  });

  it('ends the order as its result says', () => {
    for (const event of [placedAgain, extended(due + HOUR), placementFailed]) {
      const sent = closeAnswered('accepted', { after: 'CLOSED' });
      expect(leadsTo(play(supersededBy(event), [due, sent]), due)).toBe('closed');
      expect(leadsTo(play(supersededBy(event), [due, notAllowed('SUCCESS')]), due)).toBe('paid');
    }
  });
});

describe('a notification that supersedes a close', () => {
  it.each(UNDECIDED)('ends the order as paid once the close came back: %s', (_, event) => {
    expect(play(supersededBy(notification()), [due, event]).step).toEqual({
      do: 'finish',
      outcome: { ended: 'paid', refunded: false, toldBy: 'notification', ...PAYMENT },
    });
  });

  it.each(UNDECIDED)('of another amount asks a person once the close came back: %s', (_, event) => {
    expect(leadsTo(play(supersededBy(wrongNotification), [due, event]), due)).toBe('amount-differs');
  });

  it('ends the order with the payment that has the right amount, whatever the query shows', () => {
    const wrong = notAllowed(answerOf('SUCCESS', { ...WRONG_PAYMENT, transactionId: 'another' }));
    const { step } = play(supersededBy(notification()), [due, wrong]);
    expect(step).toMatchObject({ outcome: { transactionId: PAYMENT.transactionId, toldBy: 'notification' } });
    const two = play(supersededBy(wrongNotification), [due, notification({ transactionId: 'right' })]);
    expect(play(two, [due, superseded()]).step).toMatchObject({ outcome: { transactionId: 'right' } });
  });

  it('ends the order as the query has it, if the query shows the payment', () => {
    for (const event of [notification(), wrongNotification]) {
      const { step } = play(supersededBy(event), [due, closeAnswered('paid', { after: 'REFUND' })]);
      expect(step).toMatchObject({ outcome: { ended: 'paid', toldBy: 'query', refunded: true } });
    }
  });

  it('and is contradicted by a query that says CLOSED asks a person', () => {
    for (const event of [notification(), wrongNotification]) {
      const sent = closeAnswered('accepted', { after: 'CLOSED' });
      expect(leadsTo(play(supersededBy(event), [due, sent]), due)).toBe('notification-and-query-disagree');
    }
  });

  it('asks a person about another amount that a query shows, too', () => {
    const wrong = notAllowed(answerOf('SUCCESS', WRONG_PAYMENT));
    expect(leadsTo(play(supersededBy(wrongNotification), [due, wrong]), due)).toBe('amount-differs');
  });
});

describe('an extension that supersedes a close', () => {
  const later = due + HOUR;
  const extending = supersededBy(extended(later));

  it('is not granted before the close came back', () => {
    expect(extending.state.order.payBefore).toBe(due);
  });

  it.each<[string, OrderEvent]>([
    ['cancelled before it was sent', superseded()],
    ['not allowed: NOTPAY', notAllowed('NOTPAY')],
    ['too early', tooEarly],
    ['unclear, and nothing was sent', closeFailed('unknown')],
  ])('stands if nothing was sent: %s', (_, event) => {
    const { state } = play(extending, [due, event]);
    expect(state).toMatchObject({ order: { payBefore: later }, closeSent: 'no', patienceFrom: null });
  });

  it.each<[string, OrderEvent]>([
    ['cancelled between two attempts', superseded('maybe')],
    ['lost', closeLost()],
    ['refused', closeAnswered('tooOften')],
    ['accepted', closeAnswered('accepted')],
    ['not allowed, and sent by an earlier attempt', notAllowed('USERPAYING', 'maybe')],
  ])('falls if something was sent, or may have been: %s', (_, event) => {
    const { state } = play(extending, [due, event]);
    expect(state.order.payBefore).toBe(due);
  });

  it('is the latest of several, and no later than a week after creation', () => {
    const several = play(extending, [due, extended(later + HOUR)], [due, extended(later)], [due, superseded()]);
    expect(several.step).toEqual({ do: 'wait', until: later + HOUR });
    const month = play(supersededBy(extended(START + 30 * DAY)), [due, superseded()]);
    expect(month.step).toEqual({ do: 'wait', until: START + 7 * DAY });
  });

  it('is none after a request to close, nor after a close that may have been sent', () => {
    const asked = play(closing, [due, closeRequested], [due, extended(later)], [due, superseded()]);
    expect(asked.state.order.payBefore).toBe(due);
    const lost = play(closing, [due, closeLost()], [due, answered('NOTPAY')], [due + SECOND, timer]);
    expect(lost.step.do).toBe('close');
    const late = play(lost, [due + SECOND, extended(later)], [due + SECOND, superseded()]);
    expect(late.state.order.payBefore).toBe(due);
  });

  it('is forgotten with the close that it came in', () => {
    const fallen = play(extending, [due, closeAnswered('inProgress')], [due + MINUTE, timer]);
    expect(fallen.state).toMatchObject({ phase: 'closing', extension: null });
  });
});

describe('another placement that supersedes a close', () => {
  it.each(UNDECIDED)('has nothing closed before its new floor, whatever the close came to: %s', (_, event) => {
    let decision = play(supersededBy(placedAgain), [due, event]);
    const floor = due + 5.5 * MINUTE;
    expect(decision.state.order.floor).toBe(floor);
    for (let now = due; now < floor; now += 10 * SECOND) {
      expect(decision.step.do).not.toBe('close');
      if (decision.step.do === 'query') decision = play(decision, [now, answered('NOTPAY')]);
      else if ('until' in decision.step && decision.step.until <= now) decision = play(decision, [now, timer]);
    }
  });

  it('after 40 minutes of SYSTEM_ERROR has its new floor kept, in a back-off and in a pause', () => {
    const at = due + 40 * MINUTE;
    const unsettled = play(closing, [at - MINUTE, closeFailed('retry')]);
    const inPause = play(unsettled, [at, placedAgain], [at + MINUTE, timer]);
    expect(inPause.step).toEqual({ do: 'query' });
    expect(play(inPause, [at + MINUTE, answered('NOTPAY')]).step).toEqual({ do: 'wait', until: at + 5.5 * MINUTE });
    const inBackOff = play(closing, [at, placedAgain], [at, superseded('maybe')], [at, answered('NOTPAY')]);
    expect(inBackOff.step).toEqual({ do: 'wait', until: at + 5.5 * MINUTE });
    expect(play(inBackOff, [at + 5.5 * MINUTE, timer]).step.do).toBe('close');
    expect(ORDER.floor).toBeLessThan(at);
  });
});
