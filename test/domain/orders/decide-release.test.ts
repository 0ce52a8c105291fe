import { describe, expect, it } from 'vitest';
import { decideOrder } from '../../../domain/orders/decide.js';
import type { OrderEvent } from '../../../domain/orders/state.js';
import {
  after,
  answered,
  answerOf,
  CHECKED_AT,
  closeAnswered,
  closeFailed,
  closeLost,
  DEADLINE,
  failure,
  leadsTo,
  NO_ANSWER,
  notAllowed,
  notification,
  play,
  queryFailed,
  releaseRequested,
  resolveAs,
  START,
  type Story,
  superseded,
  toChecking,
  toClosing,
  toConfirming,
  tooEarly,
  toPaying,
  toSettling,
  UNASKED,
  WRONG_PAYMENT,
  wrongNotification,
} from '../../support/orders.js';

const due = DEADLINE;
const HINT = failure('hint', 'closeOrder');
const FATAL = failure('fatal', 'closeOrder');

describe('a person who stops the watching', () => {
  it.each<[string, Story]>([
    ['the wait for the payment', []],
    ['a payment in progress', toPaying],
    ['a pause of an order that is not found', [...toClosing, [due, notAllowed('NOT_FOUND')]]],
    ['a pause after an unclear answer', [...toClosing, [due, closeFailed('unknown')]]],
    ['the wait for a person', [...toClosing, [due, closeFailed('fatal')]]],
  ])('has the order released in %s', (_, story) => {
    expect(after(...story, [due, releaseRequested]).step).toEqual({ do: 'finish', outcome: { ended: 'released' } });
  });

  it.each<[string, Story]>([
    ['a query', toChecking],
    ['the query after a close', toConfirming],
  ])('has %s in flight awaited: what it decides stands', (_, story) => {
    const asked = after(...story, [CHECKED_AT, releaseRequested]);
    expect(asked.step).toEqual({ do: 'query' });
    expect(leadsTo(play(asked, [CHECKED_AT, answered('SUCCESS')]), due)).toBe('paid');
    expect(leadsTo(play(asked, [CHECKED_AT, answered('CLOSED')]), due)).toBe('closed');
    expect(leadsTo(play(asked, [CHECKED_AT, notification()]), due)).toBe('paid');
  });

  const undecided: readonly (readonly [string, OrderEvent])[] = [
    ['NOTPAY', answered('NOTPAY')],
    ['USERPAYING', answered('USERPAYING')],
    ['NOT_FOUND', answered('NOT_FOUND')],
    ['another amount', answered('SUCCESS', WRONG_PAYMENT)],
    ['nothing', queryFailed('unknown')],
    ['a hint', queryFailed('hint')],
    ['a fatal code', queryFailed('fatal')],
    ['a notification of another amount', wrongNotification],
  ];

  it.each(undecided)('has the order released after a query that is answered %s', (_, event) => {
    for (const story of [toChecking, toConfirming]) {
      const asked = after(...story, [CHECKED_AT, releaseRequested]);
      expect(leadsTo(play(asked, [CHECKED_AT, event]), due)).toBe('released');
    }
  });

  it('has a close that waits to be confirmed asked about at once', () => {
    const settling = after(...toSettling);
    expect(settling.step.do).toBe('wait');
    const confirming = play(settling, [due, releaseRequested]);
    expect(confirming.step).toEqual({ do: 'query' });
    expect(leadsTo(play(confirming, [due, answered('NOTPAY')]), due)).toBe('released');
  });

  it('has a contradiction released, not decided', () => {
    const disagree = after(
      ...toClosing,
      [due, wrongNotification],
      [due, releaseRequested],
      [due, closeAnswered('accepted', { after: 'CLOSED' })],
    );
    expect(leadsTo(disagree, due)).toBe('released');
  });
});

describe('a person who stops the watching during a close', () => {
  const released = after(...toClosing, [due, releaseRequested]);

  it('has it cancelled, and awaited', () => {
    expect(released.step).toEqual({ do: 'close', allows: ['unpaid'], isSuperseded: true });
  });

  it.each<[string, OrderEvent, string]>([
    ['SUCCESS', notAllowed('SUCCESS'), 'paid'],
    ['CLOSED', closeAnswered('accepted', { after: 'CLOSED' }), 'closed'],
  ])('has the order end as it shows: %s', (_, event, end) => {
    expect(leadsTo(play(released, [due, event]), due)).toBe(end);
  });

  it.each<[string, OrderEvent]>([
    ['cancelled between two attempts', superseded('maybe')],
    ['lost', closeLost()],
    ['accepted', closeAnswered('accepted', { after: UNASKED })],
    ['already closed', closeAnswered('alreadyClosed', { after: UNASKED })],
    ['paid', closeAnswered('paid', { after: UNASKED })],
    ['in progress', closeAnswered('inProgress', { after: UNASKED })],
    ['too often', closeAnswered('tooOften', { after: UNASKED })],
    ['not found', closeAnswered('notFound', { after: UNASKED })],
    ['a wrong state', closeAnswered('refusedState', { after: UNASKED })],
    ['a faulty request', closeAnswered('refusedRequest', { after: UNASKED })],
    ['nothing', closeAnswered(NO_ANSWER, { after: UNASKED })],
    ['a hint', closeAnswered(HINT, { after: UNASKED })],
    ['a fatal code', closeAnswered(FATAL, { after: UNASKED })],
  ])('has one query follow if none has confirmed it: %s', (_, event) => {
    const confirming = play(released, [due, event]);
    expect(confirming.step).toEqual({ do: 'query' });
    expect(confirming.state.phase).toBe('confirming');
    expect(leadsTo(play(confirming, [due, answered('NOTPAY')]), due)).toBe('released');
    expect(leadsTo(play(confirming, [due, queryFailed('unknown')]), due)).toBe('released');
    expect(leadsTo(play(confirming, [due, answered('CLOSED')]), due)).toBe('closed');
  });

  it.each<[string, OrderEvent]>([
    ['cancelled before it was sent', superseded()],
    ['too early', tooEarly],
    ['not allowed: USERPAYING', notAllowed('USERPAYING')],
    ['not allowed: not found', notAllowed('NOT_FOUND')],
    ['not allowed: NOTPAY', notAllowed('NOTPAY')],
    ['not allowed: another amount', notAllowed(answerOf('SUCCESS', WRONG_PAYMENT))],
    ['accepted', closeAnswered('accepted')],
    ['paid', closeAnswered('paid')],
    ['in progress', closeAnswered('inProgress')],
    ['too often', closeAnswered('tooOften')],
    ['not found', closeAnswered('notFound')],
    ['a wrong state', closeAnswered('refusedState')],
    ['a faulty request', closeAnswered('refusedRequest')],
    ['nothing', closeAnswered(NO_ANSWER)],
    ['a hint', closeAnswered(HINT)],
    ['a fatal code', closeAnswered(FATAL)],
    ['a query without an answer', closeFailed('unknown')],
  ])('has the order released if nothing was sent, or a query has confirmed it: %s', (_, event) => {
    expect(leadsTo(play(released, [due, event]), due)).toBe('released');
  });

  it.each<[string, OrderEvent]>([
    ['a query without an answer', closeFailed('unknown')],
    ['a hint', closeFailed('hint')],
    ['a fatal code', closeFailed('fatal')],
    ['too early', tooEarly],
  ])('has one query follow for the close before, which none has confirmed: %s', (_, event) => {
    // That one was lost, and the query after it failed.
    const again = after(...toConfirming, [due, queryFailed('unknown')], [CHECKED_AT, { type: 'timerFired' }]);
    expect(again.step.do).toBe('close');
    const confirming = play(again, [CHECKED_AT, releaseRequested], [CHECKED_AT, event]);
    expect(confirming.step).toEqual({ do: 'query' });
  });

  it('has a payment that was notified meanwhile end the order, and another amount released', () => {
    expect(leadsTo(play(released, [due, notification()], [due, superseded()]), due)).toBe('paid');
    const wrong = play(released, [due, wrongNotification]);
    expect(leadsTo(play(wrong, [due, superseded()]), due)).toBe('released');
    for (const event of [superseded('maybe'), closeLost()]) {
      const confirming = play(wrong, [due, event]);
      expect(confirming.step).toEqual({ do: 'query' });
      expect(leadsTo(play(confirming, [due, answered('NOTPAY')]), due)).toBe('released');
    }
  });

  it('has the order end with the number that it was placed anew under', () => {
    const anew = after([START, { type: 'closeRequested', replacedBy: 'anew' }], [START, releaseRequested]);
    expect(anew.step).toEqual({ do: 'finish', outcome: { ended: 'released', replacedBy: 'anew' } });
  });
});

describe('a release, while a resolution waits for its query', () => {
  const asked = (as: 'paid' | 'closed' | 'never-existed', force = false) =>
    after(...toClosing, [due, closeFailed('fatal')], [due, resolveAs(as, force)], [due, releaseRequested]);

  it('has the query awaited', () => {
    expect(asked('closed').step).toEqual({ do: 'query' });
  });

  it.each<[string, OrderEvent]>([
    ['NOTPAY', answered('NOTPAY')],
    ['nothing', queryFailed('unknown')],
  ])('has the order released if the word is not confirmed: %s', (_, event) => {
    expect(leadsTo(decideOrder(asked('closed').state, event, due), due)).toBe('released');
  });

  it('goes after the resolution if that is confirmed or forced', () => {
    const never = decideOrder(asked('never-existed').state, answered('NOT_FOUND'), due);
    expect(never.step).toMatchObject({ outcome: { ended: 'resolved', as: 'never-existed' } });
    const paid = decideOrder(asked('paid').state, answered('SUCCESS', WRONG_PAYMENT), due);
    expect(paid.step).toMatchObject({ outcome: { ended: 'resolved', as: 'paid' } });
    const forced = decideOrder(asked('closed', true).state, answered('NOTPAY'), due);
    expect(forced.step).toMatchObject({ outcome: { ended: 'resolved', as: 'closed' } });
  });

  it('goes after what WeChat Pay shows', () => {
    expect(leadsTo(decideOrder(asked('closed').state, answered('SUCCESS'), due), due)).toBe('paid');
    expect(leadsTo(decideOrder(asked('paid').state, answered('CLOSED'), due), due)).toBe('closed');
  });
});
