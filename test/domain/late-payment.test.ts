import { describe, expect, it } from 'vitest';
import { decideLate, openLate, type LateDecision, type LateEvent } from '../../domain/late-payment.js';
import type { Outcome, PaymentNotice } from '../../domain/order-state.js';
import { DAY, HOUR, SECOND, type Instant } from '../../domain/time.js';
import { answered, failed, ORDER, PAYMENT, START } from '../support/orders.js';

const NOTICE: PaymentNotice = { ...PAYMENT, order: ORDER.ref };
const CLOSED: Outcome = { ended: 'closed', by: 'us' };
const PAID: Outcome = { ended: 'paid', refunded: false, toldBy: 'notice', ...PAYMENT };
const SECOND_PAYMENT: PaymentNotice = { ...NOTICE, transactionId: 'another' };
const recorded: LateEvent = { type: 'recorded', as: 'refunded', note: 'refund R1', by: 'Mei' };

/** Only the answers of queries, which orders and late payments share. */
function said(tradeState: Parameters<typeof answered>[0]): LateEvent {
  const event = answered(tradeState, START);
  if (event.type !== 'queryAnswered') throw new Error('not an answer');
  return event;
}

const unclear: LateEvent = failed('query', 'unknown') as LateEvent;

function after(
  ended: Outcome,
  notice: PaymentNotice,
  ...events: readonly (readonly [Instant, LateEvent])[]
): LateDecision {
  return events.reduce(
    ({ state }, [now, event]) => decideLate(state, event, now),
    openLate(ORDER, ended, notice, START),
  );
}

describe('a payment after the end', () => {
  it('that the order ended with is known, and nothing is asked', () => {
    expect(openLate(ORDER, PAID, NOTICE, START).step).toEqual({ do: 'finish', outcome: { ended: 'known' } });
  });

  it('that the order ended with, but of another amount, is not known', () => {
    const other = { ...NOTICE, amount: { total: 1, currency: 'HKD' } };
    expect(openLate(ORDER, PAID, other, START).step).toEqual({ do: 'query' });
  });

  it.each<Outcome>([CLOSED, { ended: 'never-existed' }, { ended: 'released' }])(
    'of an order that ended %j needs a person',
    (ended) => {
      const { step } = after(ended, NOTICE, [START, said('SUCCESS')]);
      expect(step).toEqual({ do: 'askPerson', reason: 'paid-after-close', until: START + HOUR });
    },
  );

  it('besides the one that the order ended with is a second payment, refunded or not', () => {
    expect(after(PAID, SECOND_PAYMENT, [START, said('SUCCESS')]).step).toMatchObject({ reason: 'paid-twice' });
    expect(after(PAID, SECOND_PAYMENT, [START, said('REFUND')]).step).toMatchObject({ reason: 'paid-twice' });
  });

  it('that WeChat Pay shows refunded has ended', () => {
    expect(after(CLOSED, NOTICE, [START, said('REFUND')]).step).toEqual({
      do: 'finish',
      outcome: { ended: 'refunded' },
    });
  });

  it.each(['CLOSED', 'REVOKED'] as const)('that the query calls %s needs a person', (tradeState) => {
    expect(after(CLOSED, NOTICE, [START, said(tradeState)]).step).toMatchObject({
      reason: 'notice-and-query-disagree',
    });
  });

  it.each<[string, LateEvent]>([
    ['a failed query', unclear],
    ['NOTPAY', said('NOTPAY')],
    ['PAYERROR', said('PAYERROR')],
    ['USERPAYING', said('USERPAYING')],
    ['a not-found', said('NOT_FOUND')],
  ])('is asked about again after %s, 1 s later, doubling', (_, event) => {
    const first = after(CLOSED, NOTICE, [START, event]);
    expect(first.step).toEqual({ do: 'wait', until: START + SECOND });
    const second = decideLate(decideLate(first.state, { type: 'timerFired' }, START).state, event, START);
    expect(second.step).toEqual({ do: 'wait', until: START + 2 * SECOND });
  });

  it('needs a person when it stays unclear for a day', () => {
    expect(after(CLOSED, NOTICE, [START + DAY, unclear]).step).toMatchObject({ reason: 'patience-over' });
  });

  it('is asked about every hour while a person is needed, and when one retries', () => {
    const { state } = after(CLOSED, NOTICE, [START, said('SUCCESS')]);
    expect(decideLate(state, { type: 'timerFired' }, START + HOUR).step).toEqual({ do: 'query' });
    expect(decideLate(state, { type: 'retryRequested' }, START).step).toEqual({ do: 'query' });
  });

  it.each<[string, readonly (readonly [Instant, LateEvent])[]]>([
    ['checking', []],
    ['unsettled', [[START, unclear]]],
    ['waiting for a person', [[START, said('SUCCESS')]]],
  ])('ends when a person records what was done, while %s', (_, story) => {
    expect(after(CLOSED, NOTICE, ...story, [START, recorded]).step).toEqual({
      do: 'finish',
      outcome: { ended: 'recorded', as: 'refunded', note: 'refund R1', by: 'Mei' },
    });
  });

  it('changes nothing after its end', () => {
    const ended = after(CLOSED, NOTICE, [START, recorded]);
    expect(decideLate(ended.state, said('SUCCESS'), START).step).toEqual(ended.step);
  });
});
