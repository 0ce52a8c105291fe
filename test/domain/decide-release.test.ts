import { describe, expect, it } from 'vitest';
import { decide } from '../../domain/orders/decide.js';
import type { OrderEvent } from '../../domain/orders/state.js';
import {
  after,
  answered,
  closeAnswered,
  DEADLINE,
  failed,
  notification,
  PAYMENT,
  releaseRequested,
  resolveAs,
  toChecking,
  toClosing,
} from '../support/orders.js';

const due = DEADLINE;
const wrongAmount = { ...PAYMENT, amount: { total: 1, currency: 'HKD' } };

describe('a person who stops the watching', () => {
  it.each<[string, readonly (readonly [number, OrderEvent])[]]>([
    ['the wait for the payment', []],
    ['a payment in progress', [toChecking, [due, answered('USERPAYING', due)]]],
    ['a rest of an order that is not found', [toChecking, [due, answered('NOT_FOUND', due)]]],
    ['a rest after an unclear answer', [toChecking, [due, failed('query', 'unknown')]]],
    ['the wait for a person', [toChecking, [due, failed('query', 'fatal')]]],
  ])('has the order released in %s', (_, story) => {
    expect(after(...story, [due, releaseRequested]).step).toEqual({ do: 'finish', outcome: { ended: 'released' } });
  });

  it('has a query in flight heard out', () => {
    const asked = after(toChecking, [due, releaseRequested]);
    expect(asked.step).toEqual({ do: 'query' });
    expect(decide(asked.state, answered('SUCCESS', due), due).step).toMatchObject({ outcome: { ended: 'paid' } });
    expect(decide(asked.state, answered('CLOSED', due), due).step).toMatchObject({ outcome: { ended: 'closed' } });
  });

  it.each<[string, OrderEvent]>([
    ['NOTPAY', answered('NOTPAY', due)],
    ['USERPAYING', answered('USERPAYING', due)],
    ['NOT_FOUND', answered('NOT_FOUND', due)],
    ['another amount', answered('SUCCESS', due, wrongAmount)],
    ['nothing', failed('query', 'unknown')],
    ['a hint', failed('query', 'hint')],
    ['a fatal code', failed('query', 'fatal')],
  ])('has the order released after a query that is answered %s', (_, event) => {
    expect(after(toChecking, [due, releaseRequested], [due, event]).step).toMatchObject({
      outcome: { ended: 'released' },
    });
  });

  it.each<[string, OrderEvent]>([
    ['accepted', closeAnswered('accepted')],
    ['already closed', closeAnswered('alreadyClosed')],
    ['paid', closeAnswered('paid')],
    ['in progress', closeAnswered('inProgress')],
    ['too often', closeAnswered('tooOften')],
    ['not found', closeAnswered('notFound')],
    ['a wrong state', closeAnswered('refusedState')],
    ['a faulty request', closeAnswered('refusedRequest')],
    ['too early', closeAnswered('tooEarly')],
    ['too old', closeAnswered('queryTooOld')],
    ['nothing', failed('close', 'unknown')],
    ['a hint', failed('close', 'hint')],
    ['a fatal code', failed('close', 'fatal')],
  ])('has a close in flight heard out, and one query sent, when it is answered %s', (_, event) => {
    const closing = after(...toClosing, [due, releaseRequested]);
    expect(closing.step.do).toBe('close');
    const confirming = decide(closing.state, event, due);
    expect(confirming.step).toEqual({ do: 'query' });
    expect(decide(confirming.state, answered('NOTPAY', due), due).step).toMatchObject({
      outcome: { ended: 'released' },
    });
    expect(decide(confirming.state, answered('CLOSED', due), due).step).toMatchObject({ outcome: { ended: 'closed' } });
  });

  it('has a close that waits to be confirmed asked about at once', () => {
    const confirming = after(...toClosing, [due, closeAnswered('inProgress')], [due, releaseRequested]);
    expect(confirming.step).toEqual({ do: 'query' });
  });

  it('is heard though a person’s word waits for its query', () => {
    const asked = after(
      toChecking,
      [due, failed('query', 'fatal')],
      [due, resolveAs('closed')],
      [due, releaseRequested],
    );
    expect(asked.step).toEqual({ do: 'query' });
    expect(decide(asked.state, answered('NOTPAY', due), due).step).toMatchObject({ outcome: { ended: 'released' } });
    const forced = { ...asked.state, resolution: { as: 'closed', note: 'n', by: 'b', force: true } } as const;
    expect(decide(forced, answered('NOTPAY', due), due).step).toMatchObject({ outcome: { ended: 'resolved' } });
  });

  it('has a close in flight confirmed, not a person asked, when a notification of another amount comes', () => {
    const wrong = notification({ amount: wrongAmount.amount });
    const { state, step } = after(...toClosing, [due, releaseRequested], [due, wrong]);
    expect(step).toEqual({ do: 'query' });
    expect(decide(state, answered('NOTPAY', due), due).step).toMatchObject({ outcome: { ended: 'released' } });
  });

  it.each([
    ['a query', [toChecking]],
    ['the query after a close', [...toClosing, [due, closeAnswered('accepted')] as const]],
  ] as const)('has the order released when a notification of another amount overtakes %s', (_, story) => {
    const { step } = after(...story, [due, releaseRequested], [due, notification({ amount: wrongAmount.amount })]);
    expect(step).toMatchObject({ outcome: { ended: 'released' } });
  });

  it('has a contradiction released, not decided', () => {
    const disagree = after(
      ...toClosing,
      [due, notification()],
      [due, releaseRequested],
      [due, answered('CLOSED', due)],
    );
    expect(disagree.step).toMatchObject({ outcome: { ended: 'released' } });
  });
});
