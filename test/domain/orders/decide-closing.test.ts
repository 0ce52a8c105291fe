import { describe, expect, it } from 'vitest';
import type { OrderEvent } from '../../../domain/orders/state.js';
import { HOUR, MINUTE, SECOND } from '../../../domain/time.js';
import type { PauseName } from '../../../domain/waiting.js';
import {
  after,
  answered,
  answerOf,
  closeAnswered,
  closed,
  closeFailed,
  closeLost,
  DEADLINE,
  failure,
  leadsTo,
  NO_ANSWER,
  notAllowed,
  ORDER,
  PAYMENT,
  play,
  timer,
  toClosing,
  tooEarly,
  toPaying,
  UNASKED,
  WRONG_PAYMENT,
} from '../../support/orders.js';

const due = DEADLINE;
const HINT = failure('hint', 'closeOrder', 'SIGN_ERROR');
const FATAL = failure('fatal', 'closeOrder', 'NO_AUTH');
const SYSTEM_ERROR = failure('retry', 'closeOrder');

const closing = (event: OrderEvent) => after(...toClosing, [due, event]);

describe('a guarded close that was not sent', () => {
  it.each<[string, OrderEvent, string]>([
    ['SUCCESS', notAllowed('SUCCESS'), 'paid'],
    ['REFUND', notAllowed('REFUND'), 'paid'],
    ['SUCCESS with another amount', notAllowed(answerOf('SUCCESS', WRONG_PAYMENT)), 'amount-differs'],
    ['CLOSED', notAllowed('CLOSED'), 'closed'],
    ['REVOKED', notAllowed('REVOKED'), 'closed'],
    ['USERPAYING', notAllowed('USERPAYING'), 'userIsPaying 5'],
    ['not found', notAllowed('NOT_FOUND'), 'notFoundYet 300'],
  ])('goes by its first query: %s', (_, event, leads) => {
    const decision = closing(event);
    expect(leadsTo(decision, due)).toBe(leads);
    expect(decision.state).toMatchObject({ closeSent: 'no', closeTriedAt: null, closeUnconfirmed: false });
  });

  it('came too early, and waits for a second, then longer', () => {
    const early = closing(tooEarly);
    expect(leadsTo(early, due)).toBe('unsettled 1');
    expect(early.state).toMatchObject({ pauses: { unclear: 1 }, closeSent: 'no', queriedAt: null });
    const again = play(early, [due + SECOND, timer], [due + SECOND, tooEarly]);
    expect(leadsTo(again, due + SECOND)).toBe('unsettled 2');
  });

  it.each<[string, OrderEvent, string]>([
    ['a query without an answer', closeFailed('unknown'), 'unsettled 1'],
    ['SYSTEM_ERROR for as long as it is retried', closeFailed('retry'), 'unsettled 1'],
    ['a query that has grown too old', closeFailed('retry', 'no', 'closeOrder', 'LOCAL_GUARD_EXPIRED'), 'unsettled 1'],
    ['a worker that was lost before it sent', closeLost('no'), 'unsettled 1'],
    ['a signature that is refused', closeFailed('hint'), 'unsettled 60'],
    ['a fatal answer', closeFailed('fatal'), 'fatal-answer'],
  ])('fails: %s', (_, event, leads) => {
    const decision = closing(event);
    expect(leadsTo(decision, due)).toBe(leads);
    expect(decision.state).toMatchObject({ closeSent: 'no', closeTriedAt: null, closeUnconfirmed: false });
  });
});

describe('a guarded close that was sent', () => {
  it.each<[string, OrderEvent, string]>([
    ['accepted, and CLOSED', closeAnswered('accepted', { after: 'CLOSED' }), 'closed'],
    ['already closed, and REVOKED', closeAnswered('alreadyClosed', { after: 'REVOKED' }), 'closed'],
    ['paid, and SUCCESS', closeAnswered('paid', { after: 'SUCCESS' }), 'paid'],
    ['accepted, and SUCCESS', closeAnswered('accepted', { after: 'SUCCESS' }), 'paid'],
    ['refused, and SUCCESS', closeAnswered('inProgress', { after: 'SUCCESS' }), 'paid'],
    ['refused, and CLOSED', closeAnswered('refusedState', { after: 'CLOSED' }), 'closed'],
    ['faulty, and CLOSED', closeAnswered('refusedRequest', { after: 'CLOSED' }), 'closed'],
    ['unanswered, and SUCCESS', closeAnswered(NO_ANSWER, { after: 'SUCCESS' }), 'paid'],
    ['unanswered, and CLOSED', closeAnswered(NO_ANSWER, { after: 'CLOSED' }), 'closed'],
    ['refused for its signature, and CLOSED', closeAnswered(HINT, { after: 'CLOSED' }), 'closed'],
    ['fatal, and SUCCESS', closeAnswered(FATAL, { after: 'SUCCESS' }), 'paid'],
    [
      'paid, and SUCCESS with another amount',
      closeAnswered('paid', { after: answerOf('SUCCESS', WRONG_PAYMENT) }),
      'amount-differs',
    ],
  ])('ends with what its second query says: %s', (_, event, leads) => {
    const decision = closing(event);
    expect(leadsTo(decision, due)).toBe(leads);
    expect(decision.state.closeSent).toBe('yes');
  });

  it('ends with the payment that its second query shows', () => {
    expect(closing(closeAnswered('paid', { after: 'REFUND' })).step).toEqual({
      do: 'finish',
      outcome: { ended: 'paid', refunded: true, toldBy: 'query', ...PAYMENT },
    });
  });

  it.each<[string, OrderEvent, string, PauseName | null]>([
    ['accepted', closeAnswered('accepted'), 'confirming 2', 'settling'],
    ['already closed', closeAnswered('alreadyClosed'), 'confirming 2', 'settling'],
    ['accepted, and USERPAYING', closeAnswered('accepted', { after: 'USERPAYING' }), 'confirming 2', 'settling'],
    ['accepted, and not found', closeAnswered('accepted', { after: 'NOT_FOUND' }), 'confirming 2', 'settling'],
    ['paid', closeAnswered('paid'), 'confirming 0', null],
    ['paid, and USERPAYING', closeAnswered('paid', { after: 'USERPAYING' }), 'confirming 0', null],
    ['in progress', closeAnswered('inProgress'), 'unsettled 60', 'inProgress'],
    [
      'in progress, and USERPAYING',
      closeAnswered('inProgress', { after: 'USERPAYING' }),
      'userIsPaying 5',
      'userIsPaying',
    ],
    ['too often', closeAnswered('tooOften'), 'unsettled 10', 'tooOften'],
    ['too often, and not found', closeAnswered('tooOften', { after: 'NOT_FOUND' }), 'notFoundYet 300', 'notFound'],
    ['not found', closeAnswered('notFound'), 'unsettled 300', 'notFound'],
    ['a wrong state', closeAnswered('refusedState'), 'unsettled 2', 'refused'],
    ['a faulty request', closeAnswered('refusedRequest'), 'request-refused', null],
    [
      'a faulty request, and PAYERROR instead of NOTPAY',
      closeAnswered('refusedRequest', { after: 'PAYERROR' }),
      'request-refused',
      null,
    ],
    [
      'a faulty request, and USERPAYING since',
      closeAnswered('refusedRequest', { after: 'USERPAYING' }),
      'userIsPaying 5',
      'userIsPaying',
    ],
    ['nothing', closeAnswered(NO_ANSWER), 'unsettled 1', 'unclearWrite'],
    ['SYSTEM_ERROR', closeAnswered(SYSTEM_ERROR), 'unsettled 1', 'unclearWrite'],
    ['nothing, and USERPAYING', closeAnswered(NO_ANSWER, { after: 'USERPAYING' }), 'userIsPaying 5', 'userIsPaying'],
    ['nothing, and not found', closeAnswered(NO_ANSWER, { after: 'NOT_FOUND' }), 'notFoundYet 300', 'notFound'],
    ['a refused signature', closeAnswered(HINT), 'unsettled 60', 'hint'],
    ['a refused signature, and USERPAYING', closeAnswered(HINT, { after: 'USERPAYING' }), 'unsettled 60', 'hint'],
    ['a fatal code', closeAnswered(FATAL), 'fatal-answer', null],
  ])('and answered, with no end to see: %s', (_, event, leads, pause) => {
    const decision = closing(event);
    expect(leadsTo(decision, due)).toBe(leads);
    expect(decision.state).toMatchObject({ closeSent: 'yes', closeTriedAt: due, closeUnconfirmed: false });
    expect(decision.state.pauses).toEqual(pause === null ? {} : { [pause]: 1 });
  });

  it.each<[string, OrderEvent, string, PauseName | null]>([
    ['accepted', closeAnswered('accepted', { after: UNASKED }), 'confirming 2', 'settling'],
    ['already closed', closeAnswered('alreadyClosed', { after: UNASKED }), 'confirming 2', 'settling'],
    ['paid', closeAnswered('paid', { after: UNASKED }), 'confirming 0', null],
    ['in progress', closeAnswered('inProgress', { after: UNASKED }), 'unsettled 60', 'inProgress'],
    ['too often', closeAnswered('tooOften', { after: UNASKED }), 'unsettled 10', 'tooOften'],
    ['not found', closeAnswered('notFound', { after: UNASKED }), 'unsettled 300', 'notFound'],
    ['a wrong state', closeAnswered('refusedState', { after: UNASKED }), 'unsettled 2', 'refused'],
    ['a faulty request', closeAnswered('refusedRequest', { after: UNASKED }), 'unsettled 2', 'refused'],
    ['nothing', closeAnswered(NO_ANSWER, { after: UNASKED }), 'unsettled 1', 'unclearWrite'],
    ['a refused signature', closeAnswered(HINT, { after: UNASKED }), 'unsettled 60', 'hint'],
    ['a fatal code', closeAnswered(FATAL, { after: UNASKED }), 'fatal-answer', null],
  ])('and answered, and its second query failed: %s', (_, event, leads, pause) => {
    const decision = closing(event);
    expect(leadsTo(decision, due)).toBe(leads);
    expect(decision.state).toMatchObject({ closeSent: 'yes', closeTriedAt: due, closeUnconfirmed: true });
    expect(decision.state.pauses).toEqual(pause === null ? {} : { [pause]: 1 });
  });

  it('while the shopper pays: a faulty request, and USERPAYING still, asks a person', () => {
    const late = due + 10 * MINUTE;
    const sent = after(...toPaying, [late, timer], [late, answered('USERPAYING')]);
    const faulty = closeAnswered('refusedRequest', { before: 'USERPAYING' });
    expect(leadsTo(play(sent, [late, faulty]), late)).toBe('request-refused');
    const unpaid = closeAnswered('refusedRequest', { before: 'USERPAYING', after: 'NOTPAY' });
    expect(leadsTo(play(sent, [late, unpaid]), late)).toBe('unsettled 2');
  });

  it('is tried again after the pause, and an hour after a person was asked about a faulty request', () => {
    const refused = closing(closeAnswered('tooOften'));
    expect(play(refused, [due + 10 * SECOND, timer]).step.do).toBe('close');
    const faulty = closing(closeAnswered('refusedRequest'));
    const asked = play(faulty, [due + HOUR, timer]);
    expect(asked.step).toEqual({ do: 'query' });
    expect(play(asked, [due + HOUR, answered('NOTPAY')]).step.do).toBe('close');
  });

  it('remembers what an earlier attempt has sent', () => {
    const said = { before: answerOf('NOTPAY'), write: null, after: null } as const;
    expect(closing(closed({ ...said, sent: 'maybe' })).state.closeSent).toBe('maybe');
    const twice = play(closing(closeLost()), [due, answered('NOTPAY')], [due + SECOND, timer]);
    expect(twice.step.do).toBe('close');
    expect(play(twice, [due + SECOND, closeFailed('unknown')]).state.closeSent).toBe('maybe');
    expect(play(twice, [due + SECOND, notAllowed('CLOSED')]).step).toMatchObject({
      outcome: { ended: 'closed', closeSent: 'maybe' },
    });
    expect(play(twice, [due + SECOND, closeAnswered('accepted', { after: 'CLOSED' })]).step).toMatchObject({
      outcome: { ended: 'closed', closeSent: 'yes' },
    });
  });

  it('names the number under which the order was placed anew', () => {
    const anew = [ORDER.floor, { type: 'closeRequested', replacedBy: 'anew' }] as const;
    const { step } = after(anew, [ORDER.floor, closeAnswered('accepted', { after: 'CLOSED' })]);
    expect(step).toEqual({ do: 'finish', outcome: { ended: 'closed', closeSent: 'yes', replacedBy: 'anew' } });
  });
});

describe('a lost close', () => {
  it('that was announced may have been sent: a query follows at once', () => {
    const lost = closing(closeLost());
    expect(lost.step).toEqual({ do: 'query' });
    expect(lost.state).toMatchObject({
      phase: 'confirming',
      closeSent: 'maybe',
      closeUnconfirmed: true,
      closeTriedAt: due,
    });
    expect(play(lost, [due, answered('CLOSED')]).step).toMatchObject({
      outcome: { ended: 'closed', closeSent: 'maybe' },
    });
  });

  it('that was not announced sent nothing', () => {
    expect(leadsTo(closing(closeLost('no')), due)).toBe('unsettled 1');
    expect(play(closing(closeLost('no')), [due + SECOND, timer]).step.do).toBe('close');
  });

  it.each(['maybe', 'yes'] as const)('is also one that was retried in vain after something was sent: %s', (sent) => {
    const failed = closing(closeFailed('retry', sent, 'closeOrder'));
    expect(failed.step).toEqual({ do: 'query' });
    expect(failed.state).toMatchObject({ closeSent: sent, closeUnconfirmed: true });
  });

  it('that may have been sent is tried again only after a pause, which grows', () => {
    let decision = closing(closeLost());
    const pauses: string[] = [];
    let at = due;
    for (let count = 0; count < 4; count += 1) {
      decision = play(decision, [at, answered('NOTPAY')]);
      pauses.push(leadsTo(decision, at));
      at = 'until' in decision.state ? decision.state.until : at;
      decision = play(decision, [at, timer], [at, closeLost()]);
    }
    expect(pauses).toEqual(['unsettled 1', 'unsettled 2', 'unsettled 4', 'unsettled 8']);
  });

  it('whose query was refused or fatal counts by that answer', () => {
    expect(leadsTo(closing(closeFailed('hint', 'maybe')), due)).toBe('unsettled 60');
    expect(leadsTo(closing(closeFailed('fatal', 'yes')), due)).toBe('fatal-answer');
    expect(closing(closeFailed('fatal', 'yes')).state).toMatchObject({ closeSent: 'yes', closeUnconfirmed: true });
  });
});

describe('WeChat Pay’s last answer', () => {
  const lastOf = (event: OrderEvent) => closing(event).state.last;

  it('is the one that decided the next step: the answer to the query, or to the close', () => {
    expect(lastOf(notAllowed('USERPAYING'))).toMatchObject({ call: 'queryOrder', said: 'USERPAYING' });
    expect(lastOf(closeAnswered('accepted', { after: 'CLOSED' }))).toMatchObject({
      call: 'queryOrder',
      said: 'CLOSED',
      requestId: 'request-1',
    });
    expect(lastOf(closeAnswered('tooOften'))).toMatchObject({
      call: 'closeOrder',
      said: 'tooOften',
      requestId: 'request-2',
    });
    expect(lastOf(closeAnswered(FATAL))).toMatchObject({ call: 'closeOrder', said: 'NO_AUTH' });
    expect(lastOf(closeAnswered(NO_ANSWER, { after: 'USERPAYING' }))).toMatchObject({ said: 'USERPAYING' });
    expect(lastOf(closeFailed('unknown', 'no', 'queryOrder', 'LOCAL_UNVERIFIED'))).toMatchObject({
      call: 'queryOrder',
      said: 'LOCAL_UNVERIFIED',
    });
    expect(lastOf(tooEarly)).toBeNull();
  });

  it('and was verified, is kept for those who ask, with the instant at which it was asked for', () => {
    expect(closing(closeAnswered('tooOften', { after: 'USERPAYING' })).state.verified).toEqual({
      tradeState: 'USERPAYING',
      askedAt: due,
    });
    expect(closing(closeAnswered('tooOften', { after: UNASKED })).state.verified?.tradeState).toBe('NOTPAY');
    expect(closing(closeFailed('unknown')).state.verified).toBeNull();
  });
});
