import { describe, expect, it } from 'vitest';
import type { Loss, ServiceOrderEvidence, Work } from '../../../tools/chaos/evidence.js';
import {
  ask,
  type Breach,
  breached,
  call,
  cancel,
  CANCELLED,
  claimed,
  close,
  CLOSED,
  GOOD,
  type Innocent,
  killed,
  order,
  query,
  SERVICE_KEY,
  serviceCalls,
  serviceOrder,
  START,
} from './planted.js';

/** An attempt of the first process, from its query to after the claim. */
const attempt = (startedAfter: number, endedAfter: number, more: Partial<Work> = {}): Work => ({
  what: 'activity',
  pid: 1,
  startedAt: START + startedAfter,
  endedAt: START + endedAfter,
  isDone: true,
  ...more,
});

const withWork = (...work: Work[]) => [{ ...CLOSED, work }, CANCELLED];
const orderCalls = GOOD.calls.slice(0, 3);
const claimCalls = [...claimed, query(41_000, { said: 'CLOSED' }), ...serviceCalls];
const temporalKilled: Loss = { what: 'temporal-killed', from: START + 32_000, until: START + 38_000, pid: null };
const killedLater: Loss = { ...killed, from: START + 45_000 };

/** A cancel after a query that said something, for a service order with that request. */
const cancelAfter = (said: string, more: Partial<ServiceOrderEvidence>) => ({
  calls: [...orderCalls, ask(1_000, said), cancel(1_200)],
  serviceOrders: [{ ...serviceOrder, ...more }],
});

const CREATED_ONLY = { from: START, mayCancel: ['created'], giveUp: null } as const;

const BREACHES: readonly Breach[] = [
  [
    'a close after a claim that its process had reported before it died',
    'while paid',
    { calls: claimCalls, losses: [killedLater], runs: withWork(attempt(30_900, 32_000)) },
  ],
  [
    'a close after a claim that was reported once Temporal was back',
    'while paid',
    { calls: claimCalls, losses: [temporalKilled], runs: withWork(attempt(30_900, 38_500)) },
  ],
  [
    'a close after a claim, and the process died long after the attempt was over',
    'while paid',
    { calls: claimCalls, losses: [{ ...killed, from: START + 70_000 }] },
  ],
  [
    'a close after a query that was answered SYSTEM_ERROR',
    'no fresh query',
    { calls: [query(31_000, { said: 'SYSTEM_ERROR' }), close(31_300), ...serviceCalls] },
  ],
  [
    'a close while the shopper pays',
    'no fresh query',
    { calls: [query(31_000, { said: 'USERPAYING' }), close(31_300), ...serviceCalls] },
  ],
  [
    'a close at the first not-found',
    'no fresh query',
    { calls: [query(31_000, { said: 'ORDER_NOT_EXIST' }), close(31_300), ...serviceCalls] },
  ],
  [
    'a close at the first not-found, after a close that was answered so too',
    'no fresh query',
    {
      calls: [
        query(28_000),
        close(28_300, { said: 'ORDER_NOT_EXIST' }),
        query(31_000, { said: 'ORDER_NOT_EXIST' }),
        close(31_300),
        ...serviceCalls,
      ],
    },
  ],
  [
    'a close after an answer of 202',
    'no fresh query',
    { calls: [query(31_000, { said: '202' }), close(31_300), ...serviceCalls] },
  ],
  [
    'a cancel of a service order in service, where only a created one was named',
    'no fresh query',
    cancelAfter('DOING USER_CONFIRM', {}),
  ],
  ['a cancel of a service order that says nothing more than DOING', 'no fresh query', cancelAfter('DOING', {})],
  [
    'a cancel though an amount was due that no request gave up',
    'no fresh query',
    cancelAfter('DOING MCH_COMPLETE USER_PAYING', {
      requests: [{ ...CREATED_ONLY, mayCancel: ['created', 'in-service'] }],
      totalDue: 700,
    }),
  ],
  [
    'a cancel though another amount was given up',
    'no fresh query',
    cancelAfter('DOING MCH_COMPLETE USER_PAYING', {
      requests: [{ from: START, mayCancel: [], giveUp: 600 }],
      totalDue: 700,
    }),
  ],
  [
    'a cancel before its request was due',
    'no fresh query',
    cancelAfter('CREATED', { requests: [{ ...CREATED_ONLY, from: START + 6_000 }] }),
  ],
  [
    'a cancel whose query showed the debt, though it came while the query was on its way',
    'given up',
    {
      ...cancelAfter('DOING MCH_COMPLETE USER_PAYING', { totalDue: 700, dueSince: START + 1_050 }),
      runs: [CLOSED, { ...CANCELLED, result: { ended: 'cancelled', cancelSent: 'yes', raced: true } }],
    },
  ],
];

const INNOCENT: readonly Innocent[] = [
  [
    'the attempt of a false claim was lost with Temporal',
    {
      calls: claimCalls,
      losses: [temporalKilled],
      runs: withWork(attempt(30_900, 61_000, { isDone: false }), attempt(39_900, 41_500)),
    },
  ],
  [
    'only a workflow task was completed between the claim and the death',
    { calls: claimCalls, losses: [killed], runs: withWork(attempt(31_000, 31_450, { what: 'task' })) },
  ],
  [
    'a number that is not found twice is closed',
    {
      calls: [
        query(28_000, { said: 'ORDER_NOT_EXIST' }),
        query(31_000, { said: 'ORDER_NOT_EXIST' }),
        close(31_300, { said: 'ORDER_NOT_EXIST' }),
        ...serviceCalls,
      ],
      orders: [{ ...order, closedAt: START + 31_350 }],
    },
  ],
  [
    'a service order in service is cancelled that a request names',
    cancelAfter('DOING USER_CONFIRM', { requests: [{ ...CREATED_ONLY, mayCancel: ['in-service'] }] }),
  ],
  [
    'the second of two requests names the stage',
    cancelAfter('DOING USER_CONFIRM', { requests: [CREATED_ONLY, { ...CREATED_ONLY, mayCancel: ['in-service'] }] }),
  ],
  [
    'an amount is given up that is due',
    cancelAfter('DOING MCH_COMPLETE USER_PAYING', {
      requests: [{ from: START, mayCancel: [], giveUp: 700 }],
      totalDue: 700,
    }),
  ],
  [
    'the debt came after the answer to the query, and a person was told',
    {
      calls: [...orderCalls, call(1_000, { order: SERVICE_KEY, said: 'CREATED' }), cancel(1_200)],
      serviceOrders: [{ ...serviceOrder, totalDue: 700, dueSince: START + 1_150 }],
      runs: [CLOSED, { ...CANCELLED, result: { ended: 'cancelled', cancelSent: 'yes', raced: true } }],
    },
  ],
];

describe('the audit, of what may be written', () => {
  it.each(BREACHES)('sees %s', (_, rule, evidence) => {
    expect(breached(evidence)).toContain(rule);
  });

  it.each(INNOCENT)('finds nothing where %s', (_, evidence) => {
    expect(breached(evidence)).toEqual([]);
  });
});
