import { describe, expect, it } from 'vitest';
import { auditOf, RULES, type RuleName } from '../../tools/chaos/audit.js';
import type {
  Evidence,
  Loss,
  OrderEvidence,
  ServiceOrderEvidence,
  WireCall,
  WorkflowRun,
} from '../../tools/chaos/evidence.js';

const MINUTE = 60_000;
const CREATED = Date.UTC(2026, 0, 1);
const START = CREATED + 5 * MINUTE;
const PRICE = { total: 888, currency: 'HKD' };
const KEY = '1900000109/CHAOS-1';
const SERVICE_KEY = 'payscore/1900000109/CHAOS-S-1';

const order: OrderEvidence = {
  key: KEY,
  kind: 'unpaid',
  workflowId: `order/${KEY}`,
  createdAt: CREATED,
  state: 'CLOSED',
  expected: PRICE,
  payments: [],
};

const serviceOrder: ServiceOrderEvidence = {
  key: SERVICE_KEY,
  kind: 'cancel',
  workflowId: SERVICE_KEY,
  state: 'REVOKED',
  totalDue: null,
  dueSince: null,
  paidAt: null,
  givenUp: [],
};

/** A call so many milliseconds after the start, which is answered after 100. */
function call(after: number, more: Partial<WireCall>): WireCall {
  const arrivedAt = START + after;
  const answered = { answeredAt: arrivedAt + 100, said: 'NOTPAY', isBelievable: true };
  return { arrivedAt, pid: 1, call: 'query', order: KEY, body: '', faults: [], ...answered, ...more };
}

const query = (after: number, more: Partial<WireCall> = {}): WireCall => call(after, more);
const close = (after: number, more: Partial<WireCall> = {}): WireCall =>
  call(after, { call: 'close', said: '204', ...more });
const ask = (after: number, said: string): WireCall => call(after, { order: SERVICE_KEY, said });
const cancel = (after: number, body = '{"reason":"a"}'): WireCall =>
  call(after, { call: 'cancel', order: SERVICE_KEY, said: '200', body });

function run(result: unknown, more: Partial<WorkflowRun> = {}): WorkflowRun {
  return {
    workflowId: order.workflowId,
    type: 'timeoutThenClose',
    startedAt: START,
    status: 'completed',
    endedAt: START + MINUTE,
    result,
    failedTasks: [],
    toldPayments: [],
    completions: [],
    ...more,
  };
}

const CLOSED = run({ ended: 'closed', closeSent: 'yes' });
const CANCELLED = run({ ended: 'cancelled', cancelSent: 'yes' }, { workflowId: SERVICE_KEY, type: 'cancelPayscore' });

/** An order that was closed and a service order that was cancelled, both as they should be. */
const GOOD: Evidence = {
  orders: [order],
  serviceOrders: [serviceOrder],
  calls: [
    query(31_000),
    close(31_300),
    query(31_600, { said: 'CLOSED' }),
    ask(1_000, 'CREATED'),
    cancel(1_200),
    ask(1_400, 'REVOKED'),
  ],
  runs: [CLOSED, CANCELLED],
  losses: [],
  clientErrors: [],
  crashes: [],
  leaks: [],
};

/** A payment by the books, so many milliseconds after the start. */
const payment = (after: number, notifiedAt: number | null = null) => ({
  transactionId: '4200000001',
  amount: PRICE,
  paidAt: START + after,
  notifiedAt,
});

const paidRun = run({ ended: 'paid', transactionId: '4200000001' });
const killed: Loss = { what: 'worker-killed', from: START + 31_500, until: START + 34_000, pid: 1 };
/** WeChat Pay claimed a payment that its books do not have. */
const claimed = [query(31_000), close(31_300, { said: 'ORDERPAID' }), query(40_000), close(40_200)];
const serviceCalls = GOOD.calls.slice(3);

/** What is wrong, the rule that must see it, and the evidence for it. */
const BREACHES: readonly (readonly [string, RuleName, Partial<Evidence>])[] = [
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
  ['closed, and the books say NOTPAY', 'wrong', { orders: [{ ...order, state: 'NOTPAY' }] }],
  ['closed, and it had been paid', 'wrong', { orders: [{ ...order, state: 'SUCCESS', payments: [payment(50_000)] }] }],
  ['paid, and the books have no payment', 'wrong', { runs: [paidRun, CANCELLED] }],
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
  ['released by nobody', 'wrong', { runs: [run({ ended: 'released' }), CANCELLED] }],
  ['a close that is denied', 'wrong', { runs: [run({ ended: 'closed', closeSent: 'no' }), CANCELLED] }],
  ['cancelled, and the books say DOING', 'wrong', { serviceOrders: [{ ...serviceOrder, state: 'DOING' }] }],
  ['an order without a workflow', 'lost', { runs: [CANCELLED] }],
  ['a workflow that failed', 'lost', { runs: [{ ...CLOSED, status: 'failed', result: null }, CANCELLED] }],
  [
    'a payment after the end that was notified, and that nobody owns',
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
    { serviceOrders: [{ ...serviceOrder, totalDue: 700, givenUp: [600] }] },
  ],
  [
    'money that became due after the query, and no person was told',
    'given up',
    { serviceOrders: [{ ...serviceOrder, totalDue: 700, dueSince: START + 1_100 }] },
  ],
  [
    'a paid service order that was cancelled',
    'given up',
    { serviceOrders: [{ ...serviceOrder, totalDue: 700, paidAt: START + 2_000, givenUp: [700] }] },
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

/** What looks alike, and is no fault. */
const INNOCENT: readonly (readonly [string, Partial<Evidence>])[] = [
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
      runs: [
        CLOSED,
        CANCELLED,
        run({ ended: 'recorded' }, { workflowId: `late/order/${KEY}`, toldPayments: ['4200000001'] }),
      ],
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
  ['an amount that a request gave up', { serviceOrders: [{ ...serviceOrder, totalDue: 700, givenUp: [700] }] }],
  [
    'a workflow task that was made anew since something else came',
    { runs: [{ ...CLOSED, failedTasks: [{ cause: 'UNHANDLED_COMMAND', message: '' }] }, CANCELLED] },
  ],
];

function breached(evidence: Partial<Evidence>): string[] {
  return Object.entries(auditOf({ ...GOOD, ...evidence }))
    .filter(([, findings]) => findings.length > 0)
    .map(([name]) => name);
}

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
