import { describe, expect, it } from 'vitest';
import { RULES } from '../../../tools/chaos/audit.js';
import {
  ask,
  type Breach,
  breached,
  cancel,
  CANCELLED,
  claimed,
  close,
  CLOSED,
  GOOD,
  type Innocent,
  killed,
  lateRun,
  lateSettled,
  MINUTE,
  order,
  paidRun,
  payment,
  PRICE,
  query,
  run,
  serviceCalls,
  serviceOrder,
  START,
} from './planted.js';

const BREACHES: readonly Breach[] = [
  ['a close a second too soon', 'early', { calls: [query(-1_500), close(-1_000), ...serviceCalls] }],
  [
    'a close of an order that was paid before its query',
    'while paid',
    { orders: [{ ...order, state: 'SUCCESS', payments: [payment(30_000)] }], runs: [paidRun, CANCELLED] },
  ],
  ['a close after ORDERPAID', 'while paid', { calls: [...claimed, ...serviceCalls] }],
  [
    'a close after ORDERPAID of an order that is paid, whoever died',
    'while paid',
    {
      orders: [{ ...order, state: 'SUCCESS', payments: [payment(31_200)] }],
      runs: [paidRun, CANCELLED],
      calls: [...claimed, ...serviceCalls],
      losses: [killed],
    },
  ],
  ['an end of which the checkout was not told', 'not told', { posts: [] }],
  [
    'a post that does not verify',
    'told wrong',
    { posts: GOOD.posts.map((each) => ({ ...each, fault: 'No matching signature found' })) },
  ],
  [
    'a number that does not grow',
    'sequence',
    { runs: [{ ...CLOSED, tells: [2, 1].map((sequence) => ({ type: 'order.closed', sequence })) }, CANCELLED] },
  ],
  ['a close before the deadline', 'deadline', { orders: [{ ...order, dueAt: START + 32_000 }] }],
  ['a close without any query', 'no fresh query', { calls: [close(31_300), ...serviceCalls] }],
  ['a close 11 s after its query', 'no fresh query', { calls: [query(31_000), close(42_001), ...serviceCalls] }],
  [
    'a cancel 6 s after its query',
    'no fresh query',
    { calls: [...GOOD.calls.slice(0, 3), ask(1_000, 'CREATED'), cancel(7_000)] },
  ],
  [
    'a close by a query of another process',
    'no fresh query',
    { calls: [query(31_000, { pid: 2 }), close(31_300), ...serviceCalls] },
  ],
  [
    'a close by a query whose answer never came',
    'no fresh query',
    { calls: [query(31_000, { answeredAt: null }), close(31_300), ...serviceCalls] },
  ],
  [
    'a close by a query whose answer could not be believed',
    'no fresh query',
    { calls: [query(31_000, { isBelievable: false }), close(31_300), ...serviceCalls] },
  ],
  [
    'two closes by one query',
    'no fresh query',
    { calls: [query(31_000), close(31_300, { said: 'SYSTEM_ERROR' }), close(31_600), ...serviceCalls] },
  ],
  [
    'a close after a query that said CLOSED',
    'no fresh query',
    { calls: [query(31_000, { said: 'CLOSED' }), close(31_300), ...serviceCalls] },
  ],
  ['closed, and the sandbox says NOTPAY', 'wrong', { orders: [{ ...order, state: 'NOTPAY', closedAt: null }] }],
  ['closed, and it had been paid', 'wrong', { orders: [{ ...order, state: 'SUCCESS', payments: [payment(50_000)] }] }],
  ['paid, and the sandbox has no payment', 'wrong', { runs: [paidRun, CANCELLED] }],
  [
    'paid with another amount',
    'wrong',
    {
      orders: [{ ...order, state: 'SUCCESS', expected: { ...PRICE, total: 1 }, payments: [payment(40_000)] }],
      calls: serviceCalls,
      runs: [paidRun, CANCELLED],
    },
  ],
  ['never-existed, and it does', 'wrong', { runs: [run({ ended: 'never-existed' }), CANCELLED] }],
  ['released, though no plan has that end', 'wrong', { runs: [run({ ended: 'released' }), CANCELLED] }],
  ['a close that is denied', 'wrong', { runs: [run({ ended: 'closed', closeSent: 'no' }), CANCELLED] }],
  ['cancelled, and the sandbox says DOING', 'wrong', { serviceOrders: [{ ...serviceOrder, state: 'DOING' }] }],
  ['an order without a workflow', 'lost', { runs: [CANCELLED] }],
  ['a workflow that failed', 'lost', { runs: [{ ...CLOSED, status: 'failed', result: null }, CANCELLED] }],
  [
    'a payment after the end that was notified, and is unaccounted for',
    'lost',
    { orders: [{ ...order, state: 'SUCCESS', payments: [payment(MINUTE + 5_000, START + MINUTE + 6_000)] }] },
  ],
  ['an order that goes on for ever', 'stuck', { runs: [{ ...CLOSED, status: 'running', result: null }, CANCELLED] }],
  [
    'a second body',
    'bodies differ',
    { calls: [...GOOD.calls, ask(5_000, 'CREATED'), cancel(5_200, '{"reason":"b"}')] },
  ],
  [
    'money that was due before the query, and that no request gave up',
    'given up',
    { serviceOrders: [{ ...serviceOrder, totalDue: 700, dueSince: START + 500 }] },
  ],
  [
    'money given up by a request that named another amount',
    'given up',
    {
      serviceOrders: [
        { ...serviceOrder, totalDue: 700, requests: [{ from: START, mayCancel: ['created'], giveUp: 600 }] },
      ],
    },
  ],
  [
    'money that became due after the query, and no person was told',
    'given up',
    { serviceOrders: [{ ...serviceOrder, totalDue: 700, dueSince: START + 1_100 }] },
  ],
  [
    'a paid service order that was cancelled',
    'given up',
    {
      serviceOrders: [
        {
          ...serviceOrder,
          totalDue: 700,
          paidAt: START + 2_000,
          requests: [{ from: START, mayCancel: ['created'], giveUp: 700 }],
        },
      ],
    },
  ],
  [
    'a workflow task that failed',
    'failed tasks',
    {
      runs: [{ ...CLOSED, failedTasks: [{ cause: 'NON_DETERMINISTIC_ERROR', message: 'no such timer' }] }, CANCELLED],
    },
  ],
  ['an error without a code', 'no code', { clientErrors: ['closeNow: Error: 9 FAILED_PRECONDITION'] }],
  ['a worker that ended by itself', 'crashed', { crashes: ['worker-1 ended with 1'] }],
  ['a key in a log', 'secrets', { leaks: ['the v2 key of 1900000109 in worker-1.log'] }],
];

const INNOCENT: readonly Innocent[] = [
  ['nothing is wrong', {}],
  [
    'paid between the query and the close, which WeChat Pay refused',
    {
      orders: [{ ...order, state: 'SUCCESS', payments: [payment(31_200)] }],
      calls: [query(31_000), close(31_300, { said: 'ORDERPAID' }), query(31_600, { said: 'SUCCESS' }), ...serviceCalls],
      runs: [paidRun, CANCELLED],
    },
  ],
  [
    'paid after the close, and a workflow of late payments was told',
    {
      orders: [{ ...order, state: 'SUCCESS', payments: [payment(MINUTE + 5_000, START + MINUTE + 6_000)] }],
      runs: [CLOSED, CANCELLED, lateRun],
      posts: [...GOOD.posts, lateSettled],
    },
  ],
  [
    'a false claim of payment that was lost with its worker',
    { calls: [...claimed, query(41_000, { said: 'CLOSED' }), ...serviceCalls], losses: [killed] },
  ],
  [
    'money that became due after the query, and a person was told',
    {
      serviceOrders: [{ ...serviceOrder, totalDue: 700, dueSince: START + 1_100 }],
      runs: [CLOSED, { ...CANCELLED, result: { ended: 'cancelled', cancelSent: 'yes', raced: true, totalDue: 700 } }],
    },
  ],
  [
    'an amount that a request gave up',
    {
      serviceOrders: [
        { ...serviceOrder, totalDue: 700, requests: [{ from: START, mayCancel: ['created'], giveUp: 700 }] },
      ],
    },
  ],
  [
    'a workflow task that was made anew since something else came',
    { runs: [{ ...CLOSED, failedTasks: [{ cause: 'UNHANDLED_COMMAND', message: '' }] }, CANCELLED] },
  ],
];

describe('the audit of a storm', () => {
  it.each(BREACHES)('sees %s', (_, rule, evidence) => {
    expect(breached(evidence)).toContain(rule);
  });

  it('has a planted breach for each of its rules', () => {
    expect(new Set(BREACHES.map(([, rule]) => rule))).toEqual(new Set(Object.keys(RULES)));
  });

  it.each(INNOCENT)('finds nothing where %s', (_, evidence) => {
    expect(breached(evidence)).toEqual([]);
  });
});
