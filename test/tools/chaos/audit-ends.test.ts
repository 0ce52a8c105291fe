import { describe, expect, it } from 'vitest';
import {
  type Breach,
  breached,
  CANCELLED,
  CLOSED,
  GOOD,
  type Innocent,
  MINUTE,
  order,
  paidRun,
  payment,
  run,
  serviceOrder,
  START,
} from './planted.js';

const keptRun = { ...CANCELLED, result: { ended: 'kept', reason: 'not-allowed', cancelSent: 'no' } };
const resolved = run({ ended: 'resolved', as: 'paid' });
const orderCalls = GOOD.calls.slice(0, 3);

const BREACHES: readonly Breach[] = [
  [
    'a service order that is kept, though its kind is to be cancelled',
    'wrong',
    {
      calls: orderCalls,
      serviceOrders: [{ ...serviceOrder, state: 'CREATED', revokedAt: null, ends: ['cancelled'] }],
      runs: [CLOSED, keptRun],
    },
  ],
  [
    'resolved in a way that no plan has',
    'wrong',
    { orders: [{ ...order, state: 'SUCCESS', payments: [payment(50_000)] }], runs: [resolved, CANCELLED] },
  ],
  [
    'an order that is paid, though its kind is to be closed',
    'wrong',
    { orders: [{ ...order, ends: ['closed'], payments: [payment(50_000)] }], runs: [paidRun, CANCELLED] },
  ],
  ['closed, and the sandbox closed it only later', 'wrong', { orders: [{ ...order, closedAt: START + MINUTE + 1 }] }],
  [
    'closed, never so at the sandbox, and paid later',
    'wrong',
    { orders: [{ ...order, closedAt: null, state: 'SUCCESS', payments: [payment(2 * MINUTE)] }] },
  ],
  [
    'cancelled, and the sandbox revoked it only later',
    'wrong',
    { serviceOrders: [{ ...serviceOrder, revokedAt: START + MINUTE + 1 }] },
  ],
];

const INNOCENT: readonly Innocent[] = [
  [
    'a service order of a kind that is to be kept is kept',
    {
      calls: orderCalls,
      serviceOrders: [{ ...serviceOrder, state: 'DOING', revokedAt: null, ends: ['kept'] }],
      runs: [CLOSED, keptRun],
    },
  ],
  [
    'a payment of another amount is called paid, as planned',
    {
      orders: [{ ...order, state: 'SUCCESS', payments: [payment(50_000)], ends: ['resolved as paid'] }],
      runs: [resolved, CANCELLED],
    },
  ],
  ['the sandbox closed it in the instant of the end', { orders: [{ ...order, closedAt: START + MINUTE }] }],
];

describe('the audit, of ends', () => {
  it.each(BREACHES)('sees %s', (_, rule, evidence) => {
    expect(breached(evidence)).toContain(rule);
  });

  it.each(INNOCENT)('finds nothing where %s', (_, evidence) => {
    expect(breached(evidence)).toEqual([]);
  });
});
