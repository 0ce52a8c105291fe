import { describe, expect, it } from 'vitest';
import { decide } from '../../domain/orders/decide.js';
import type { OrderEvent, OrderState } from '../../domain/orders/state.js';
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
  timer,
  toChecking,
  toClosing,
} from '../support/orders.js';

const due = DEADLINE;
const confirmingNow = [...toClosing, [due, closeAnswered('accepted')]] as const;

/** An order in each phase that it can rest or ask in. */
const PHASES = {
  awaitingPayment: after().state,
  checking: after(toChecking).state,
  userIsPaying: after(toChecking, [due, answered('USERPAYING', due)]).state,
  closing: after(...toClosing).state,
  confirming: after(...confirmingNow).state,
  notFoundYet: after(toChecking, [due, answered('NOT_FOUND', due)]).state,
  unsettled: after(toChecking, [due, failed('query', 'unknown')]).state,
  needsAttention: after(toChecking, [due, failed('query', 'fatal')]).state,
} as const satisfies Record<string, OrderState>;

const everywhere = Object.entries(PHASES);
const asking = everywhere.filter(([name]) => name === 'checking' || name === 'confirming');
const twoHints = { count: 2, since: due - 120_000 };
const wrongPayment = { ...PAYMENT, amount: { total: 1, currency: 'HKD' } };

it.each(everywhere)('the state named %s is in that phase', (name, state) => {
  expect(state.phase).toBe(name);
});

describe('wherever an order is', () => {
  it.each(everywhere.filter(([name]) => name !== 'closing'))(
    'a right notification in %s ends it as paid',
    (_, state) => {
      expect(decide(state, notification(), due).step).toMatchObject({
        outcome: { ended: 'paid', toldBy: 'notification' },
      });
    },
  );

  it.each(everywhere)('a notification of another amount in %s needs a person', (_, state) => {
    const { step } = decide(state, notification({ amount: wrongPayment.amount }), due);
    expect(step).toMatchObject({ do: 'askPerson', reason: 'amount-differs' });
  });
});

describe.each(asking)('an answer in %s', (_, state) => {
  const then = (event: OrderEvent, changes: Partial<OrderState> = {}, now = due) =>
    decide({ ...state, closeAcceptedAt: null, closeTriedAt: null, ...changes } as OrderState, event, now);

  it('ends the order as paid on SUCCESS and REFUND', () => {
    expect(then(answered('SUCCESS', due)).step).toMatchObject({ outcome: { ended: 'paid' } });
    expect(then(answered('REFUND', due)).step).toMatchObject({ outcome: { ended: 'paid', refunded: true } });
  });

  it('ends the order as closed on CLOSED, unless a notification said paid', () => {
    expect(then(answered('CLOSED', due)).step).toMatchObject({ outcome: { ended: 'closed' } });
    expect(then(answered('CLOSED', due), { paidShown: true }).step).toMatchObject({
      reason: 'notification-and-query-disagree',
    });
  });

  it('needs a person where the amount differs', () => {
    expect(then(answered('SUCCESS', due, wrongPayment)).step).toMatchObject({ reason: 'amount-differs' });
  });

  it('needs a person where it is fatal, or the third hint', () => {
    expect(then(failed('query', 'fatal')).step).toMatchObject({ reason: 'fatal-answer' });
    expect(then(failed('query', 'hint')).state).toMatchObject({ phase: 'unsettled', until: due + 60_000 });
    expect(then(failed('query', 'hint'), { hints: { query: twoHints, close: null } }).step).toMatchObject({
      reason: 'signature-refused',
    });
  });

  it('allows a close where the order is unpaid, and no one claims otherwise', () => {
    expect(then(answered('NOTPAY', due)).step.do).toBe('close');
    expect(then(answered('NOTPAY', due), { paidClaimed: true }).step).toEqual({ do: 'wait', until: due + 5_000 });
    expect(then(answered('NOTPAY', due), { closeAcceptedAt: due }).step).toEqual({ do: 'wait', until: due + 2_000 });
    expect(then(answered('NOTPAY', due), { refusedAfter: 'unpaid' }).step).toMatchObject({ reason: 'request-refused' });
    expect(then(answered('NOTPAY', due - 31_000)).state).toMatchObject({ phase: 'unsettled' });
  });

  it('sends an order that is not due back to the wait', () => {
    const order = { ...state.order, payBefore: due + 1 };
    expect(then(answered('NOTPAY', due), { order }).step).toEqual({ do: 'wait', until: due + 1 });
  });

  it('waits for a payment in progress, and no longer than ten minutes', () => {
    expect(then(answered('USERPAYING', due)).state.phase).toBe('userIsPaying');
    expect(then(answered('USERPAYING', due), { closeAcceptedAt: due }).step).toEqual({
      do: 'wait',
      until: due + 2_000,
    });
    expect(then(answered('USERPAYING', due), { refusedAfter: 'paying' }).step).toMatchObject({
      reason: 'request-refused',
    });
    expect(then(answered('NOT_FOUND', due), { refusedAfter: 'notFound' }).step).toMatchObject({
      reason: 'request-refused',
    });
    expect(then(answered('USERPAYING', due), { payingSince: due - 600_000 }).step.do).toBe('close');
  });

  it('waits for an order that is not found, closes it at the second time, and lets it go at the end of its life', () => {
    const never = { seen: false, closedUnseen: true };
    expect(then(answered('NOT_FOUND', due)).state.phase).toBe('notFoundYet');
    expect(then(answered('NOT_FOUND', due), { notFounds: 1 }).step.do).toBe('close');
    const end = due + 7_200_000;
    expect(then(answered('NOT_FOUND', end), never, end).step).toMatchObject({ outcome: { ended: 'never-existed' } });
  });

  it('leaves the order unsettled where it decides nothing', () => {
    expect(then(failed('query', 'unknown')).state.phase).toBe('unsettled');
  });

  it('has a person’s word stand or fall', () => {
    const resolution = { as: 'closed', note: 'n', by: 'b', force: false } as const;
    expect(then(answered('NOTPAY', due), { resolution }).step).toMatchObject({ reason: 'resolution-contradicted' });
    const forced = { resolution: { ...resolution, force: true } };
    for (const event of [
      answered('NOTPAY', due),
      answered('USERPAYING', due),
      answered('NOT_FOUND', due),
      failed('query', 'hint'),
    ]) {
      expect(then(event, forced).step).toMatchObject({ outcome: { ended: 'resolved' } });
    }
  });

  it('has an order released that a person let go', () => {
    expect(then(answered('NOTPAY', due), { releaseRequested: true }).step).toMatchObject({
      outcome: { ended: 'released' },
    });
  });
});

describe('in a close', () => {
  it('a fatal answer needs a person, and so does the third hint', () => {
    expect(decide(PHASES.closing, failed('close', 'fatal'), due).step).toMatchObject({ reason: 'fatal-answer' });
    expect(decide(PHASES.closing, failed('close', 'hint'), due).state.phase).toBe('unsettled');
    const hinted = { ...PHASES.closing, hints: { query: null, close: twoHints } };
    expect(decide(hinted, failed('close', 'hint'), due).step).toMatchObject({ reason: 'signature-refused' });
  });

  it('that a person lets go, every answer is confirmed at once', () => {
    const { state } = decide(PHASES.closing, releaseRequested, due);
    for (const event of [closeAnswered('inProgress'), closeAnswered('tooOften'), failed('close', 'unknown')]) {
      expect(decide(state, event, due).step).toEqual({ do: 'query' });
    }
  });
});

describe('a rest', () => {
  it.each(['userIsPaying', 'notFoundYet', 'unsettled', 'needsAttention'] as const)(
    'in %s ends with its timer',
    (phase) => {
      expect(decide(PHASES[phase], timer, due).state.phase).toBe('checking');
      expect(decide(PHASES[phase], { type: 'retryRequested' }, due).state.phase).toBe('checking');
    },
  );

  it('of an order that needs attention ends with a person’s word, and no other does', () => {
    expect(decide(PHASES.needsAttention, resolveAs('paid'), due).state.phase).toBe('checking');
    expect(decide(PHASES.unsettled, resolveAs('paid'), due).step.do).toBe('wait');
  });
});
