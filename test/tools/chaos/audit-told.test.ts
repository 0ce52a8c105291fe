import { describe, expect, it } from 'vitest';
import {
  type Breach,
  breached,
  CANCELLED,
  CLOSED,
  event,
  GOOD,
  type Innocent,
  lateEvent,
  lateRun,
  lateSettled,
  MINUTE,
  order,
  payment,
  post,
  postsOf,
  run,
  START,
} from './planted.js';

const OUTCOME = { ended: 'closed', closeSent: 'yes' };
const closed = event('order.closed', { outcome: OUTCOME });
const cancelled = postsOf([CANCELLED]);
const asked = event('order.needs-attention', { reason: 'fatal-answer' }, { sequence: START + 1 });
const told = (...events: readonly ReturnType<typeof event>[]) => [...events.map((each) => post(each)), ...cancelled];
const waiting = { ...run(null), status: 'running', endedAt: null, reason: 'fatal-answer' } as const;
const isLate = {
  orders: [{ ...order, state: 'SUCCESS', payments: [payment(MINUTE + 5_000)] }],
  runs: [CLOSED, CANCELLED, lateRun],
};
const tells = (...sequences: readonly number[]) => sequences.map((sequence) => ({ type: 'order.closed', sequence }));

const BREACHES: readonly Breach[] = [
  ['an end that never came', 'not told', { posts: cancelled }],
  ['an end that was not taken', 'not told', { posts: [post(closed, { isTaken: false }), ...cancelled] }],
  ['another end than the outcome', 'not told', { posts: told(event('order.paid', { outcome: { ended: 'paid' } })) }],
  [
    'an event that a run told, and that never came',
    'not told',
    { runs: [{ ...CLOSED, tells: [{ type: 'order.needs-attention', sequence: START + 1 }] }, CANCELLED] },
  ],
  ['a person who is needed, unknown to the checkout', 'not told', { runs: [waiting, CANCELLED], posts: cancelled }],
  [
    'a person who is needed for another reason than told',
    'not told',
    { runs: [{ ...waiting, reason: 'request-refused' }, CANCELLED], posts: told(asked) },
  ],
  ['a late payment that was recorded, and not told', 'not told', { ...isLate, posts: GOOD.posts }],
  [
    'a late payment that was found, and whose refund was not told',
    'not told',
    {
      ...isLate,
      runs: [CLOSED, CANCELLED, { ...lateRun, result: { ended: 'refunded' } }],
      posts: [...GOOD.posts, post({ ...lateEvent, type: 'late-payment.found' })],
    },
  ],
  ['a post that does not verify', 'told wrong', { posts: [...GOOD.posts, post(closed, { fault: 'No signature' })] }],
  [
    'two bodies under one id, though the second was not taken',
    'told wrong',
    { posts: [...GOOD.posts, post(closed, { body: '{}', isTaken: false })] },
  ],
  [
    'an event of a workflow that nobody knows',
    'told wrong',
    { posts: [...GOOD.posts, post({ ...closed, id: 'evt_2', workflowId: 'order/1/2' })] },
  ],
  [
    'an event about another order',
    'told wrong',
    { posts: told({ ...closed, data: { ...closed.data, order: { mchid: '1900000109', outTradeNo: 'CHAOS-2' } } }) },
  ],
  [
    'an outcome that the workflow did not return',
    'told wrong',
    { posts: told(event('order.closed', { outcome: { ...OUTCOME, closeSent: 'no' } })) },
  ],
  ['an end that is not the newest', 'told wrong', { posts: told(closed, { ...asked, sequence: START + 2 * MINUTE }) }],
  ['a second end', 'told wrong', { posts: told(closed, { ...closed, id: 'evt_2', sequence: START + 2 * MINUTE }) }],
  [
    'an order told as closed before the sandbox closed it',
    'told wrong',
    { posts: told({ ...closed, sequence: START + 31_000 }) },
  ],
  [
    'an order told as closed that had been paid',
    'told wrong',
    { orders: [{ ...order, state: 'SUCCESS', payments: [payment(50_000)] }] },
  ],
  [
    'a late payment that the sandbox does not have',
    'told wrong',
    { ...isLate, orders: [order], posts: [...GOOD.posts, lateSettled] },
  ],
  [
    'a late payment after another end than the order returned',
    'told wrong',
    {
      ...isLate,
      posts: [...GOOD.posts, post({ ...lateEvent, data: { ...lateEvent.data, ended: { ended: 'paid' } } })],
    },
  ],
  [
    'a number that does not grow as a run tells',
    'sequence',
    { runs: [{ ...CLOSED, tells: tells(START + MINUTE, START + MINUTE) }, CANCELLED] },
  ],
  [
    'a number that is less in a later run',
    'sequence',
    {
      runs: [
        { ...CLOSED, status: 'continued', tells: tells(START + 2 * MINUTE) },
        { ...CLOSED, startedAt: START + 1, tells: tells(START + MINUTE) },
        CANCELLED,
      ],
    },
  ],
  ['an older event that came first after a newer one', 'sequence', { posts: told(closed, asked) }],
];

const INNOCENT: readonly Innocent[] = [
  ['an event came twice, and the older one once more after the newer', { posts: told(asked, closed, asked) }],
  ['a person is needed, and the checkout knows', { runs: [waiting, CANCELLED], posts: told(asked) }],
  ['a late payment was recorded and told', { ...isLate, posts: [...GOOD.posts, lateSettled] }],
  [
    'a late payment was known before anybody was asked',
    { ...isLate, runs: [CLOSED, CANCELLED, { ...lateRun, result: { ended: 'known' } }], posts: GOOD.posts },
  ],
];

/** A workflow that still runs is stuck, whatever the checkout knows. */
const found = (evidence: Innocent[1]): string[] =>
  breached(evidence).filter((rule) => rule !== 'stuck' && rule !== 'lost');

describe('the audit, of what the checkout was told', () => {
  it.each(BREACHES)('sees %s', (_, rule, evidence) => {
    expect(breached(evidence)).toContain(rule);
  });

  it.each(INNOCENT)('finds nothing where %s', (_, evidence) => {
    expect(found(evidence)).toEqual([]);
  });
});
