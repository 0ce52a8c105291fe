import { describe, expect, it } from 'vitest';
import type { Loss, RequestEvidence } from '../../../tools/chaos/evidence.js';
import {
  type Breach,
  breached,
  CANCELLED,
  close,
  GOOD,
  type Innocent,
  MINUTE,
  order,
  query,
  run,
  serviceCalls,
  START,
} from './planted.js';

/** The order of the planted storm is closed 31.3 s after its start, and its floor is 30 s after it. */
const request = (
  does: RequestEvidence['does'],
  after: number,
  more: Partial<RequestEvidence> = {},
): RequestEvidence => ({
  does,
  payBefore: null,
  askedAt: START + after,
  answeredAt: START + after + 50,
  accepted: 'yes',
  ...more,
});

const withRequests = (dueAfter: number, ...requests: RequestEvidence[]) => ({
  orders: [{ ...order, dueAt: START + dueAfter, requests }],
});

const LONG_AFTER = 10 * MINUTE;
const extended = (after: number) => request('extend', after, { payBefore: START + 40_000 });

/** The order is closed at its deadline, ten minutes after its start. */
const closedAtDeadline = {
  calls: [query(LONG_AFTER + 1_000), close(LONG_AFTER + 1_300), ...serviceCalls],
  runs: [run({ ended: 'closed', closeSent: 'yes' }, { endedAt: START + 11 * MINUTE }), CANCELLED],
};
const heedless = {
  ...closedAtDeadline,
  orders: [
    {
      ...order,
      dueAt: START + LONG_AFTER,
      closedAt: START + LONG_AFTER + 1_350,
      requests: [request('close-now', 5_000)],
    },
  ],
};
const away: Loss = { what: 'wechatpay-away', from: START + 50_000, until: START + 9.5 * MINUTE, pid: null };

/** A worker dies again and again until shortly before the deadline. */
const deaths = (pid: number): Loss[] =>
  Array.from({ length: 13 }, (_, place) => {
    const from = START + 30_000 + place * 45_000;
    return { what: 'worker-killed', from, until: from + 5_000, pid };
  });

const BREACHES: readonly Breach[] = [
  ['a close before the deadline', 'deadline', withRequests(40_000)],
  ['a close before the deadline that was accepted', 'deadline', withRequests(20_000, extended(1_000))],
  ['a close before its closeNow was asked for', 'deadline', withRequests(LONG_AFTER, request('close-now', 40_000))],
  [
    'a close before the deadline, and its closeNow was refused',
    'deadline',
    withRequests(LONG_AFTER, request('close-now', 1_000, { accepted: 'no' })),
  ],
  ['a closeNow that is heeded only at the deadline', 'deadline', heedless],
  [
    'a closeNow that is heeded only at the deadline, though workers died that never had the order',
    'deadline',
    { ...heedless, losses: deaths(2) },
  ],
  ['a closeNow after which no close comes', 'deadline', { ...heedless, calls: serviceCalls }],
];

const INNOCENT: readonly Innocent[] = [
  ['a close was asked for', withRequests(LONG_AFTER, request('close-now', 5_000))],
  [
    'a close was requested in a try that was not answered',
    withRequests(LONG_AFTER, request('close-now', 5_000, { accepted: 'maybe', answeredAt: null })),
  ],
  ['the placement failed', withRequests(LONG_AFTER, request('placement-failed', 5_000))],
  [
    'an extension was refused',
    withRequests(20_000, request('extend', 1_000, { payBefore: START + 40_000, accepted: 'no' })),
  ],
  ['an extension came when the order was due already: it may not stand', withRequests(20_000, extended(30_500))],
  ['an extension came after the close', withRequests(20_000, extended(31_400))],
  ['a closeNow could not be heeded before, since its worker died again and again', { ...heedless, losses: deaths(1) }],
  ['a closeNow could not be heeded before, since WeChat Pay was away', { ...heedless, losses: [away] }],
];

describe('the audit, of deadlines', () => {
  it.each(BREACHES)('sees %s', (_, rule, evidence) => {
    expect(breached(evidence)).toContain(rule);
  });

  it.each(INNOCENT)('finds nothing where %s', (_, evidence) => {
    expect(breached(evidence)).toEqual([]);
  });

  it('lets a storm be good whose order is closed after its deadline', () => {
    expect(breached(GOOD)).toEqual([]);
  });
});
