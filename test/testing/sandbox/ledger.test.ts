import { describe, expect, it } from 'vitest';
import { auditOf as audit } from '../../../testing/sandbox/audit.js';
import type { SandboxCall } from '../../../testing/sandbox/calls.js';
import { Ledger, type Audit } from '../../../testing/sandbox/ledger.js';
import { OrderStore } from '../../../testing/sandbox/orders.js';
import { ServiceOrderStore } from '../../../testing/sandbox/service-orders.js';

const MCHID = '1900000109';
const CREATED = Date.parse('2026-03-02T12:00:00Z');
const OLD_ENOUGH = CREATED + 5 * 60_000;

/** An audit of one order, after some calls: `lost` was never delivered, and a number is so many milliseconds later. */
function auditOf(
  calls: readonly (readonly [SandboxCall, string, ('lost' | number)?])[],
  at = OLD_ENOUGH,
  outcome?: string,
): Audit {
  const orders = new OrderStore();
  orders.place({ mchid: MCHID, outTradeNo: 'ONE', amount: { total: 1, currency: 'HKD' } }, CREATED);
  const serviceOrders = new ServiceOrderStore();
  const ledger = new Ledger();
  for (const [call, answer, how = 0] of calls) {
    const request = {
      at: how === 'lost' ? at : at + how,
      receivedAt: at,
      api: 'v3-global',
      call,
      mchid: MCHID,
      outTradeNo: 'ONE',
      nonce: 'n',
      timestamp: '1',
    } as const;
    ledger.write({ ...request, answer, delivered: how !== 'lost' });
  }
  return audit({ ledger, orders, serviceOrders }, new Map(outcome === undefined ? [] : [['ONE', outcome]]));
}

const NOTHING: Audit = { early: [], closedWhilePaid: [], needless: [], wrong: [] };

describe('an audit', () => {
  it('finds nothing in a close that was asked about before and after', () => {
    expect(
      auditOf([
        ['query', 'NOTPAY'],
        ['close', '204'],
        ['query', 'CLOSED'],
      ]),
    ).toEqual(NOTHING);
  });

  it('finds a close sooner than five minutes, also one that was refused', () => {
    expect(
      auditOf(
        [
          ['query', 'NOTPAY'],
          ['close', 'INVALID_REQUEST'],
        ],
        OLD_ENOUGH - 1,
      ).early,
    ).toEqual(['ONE']);
  });

  it.each([
    ['query', 'SUCCESS'],
    ['query', 'REFUND'],
    ['close', 'ORDERPAID'],
  ] as const)('finds a close after %s told %s', (call, answer) => {
    expect(
      auditOf([
        [call, answer],
        ['query', 'NOTPAY'],
        ['close', 'ORDERPAID'],
      ]).closedWhilePaid,
    ).toEqual(['ONE']);
  });

  it('finds no fault in a close after a payment that nobody could hear of', () => {
    expect(
      auditOf([
        ['query', 'SUCCESS', 'lost'],
        ['query', 'NOTPAY'],
        ['close', 'ORDERPAID'],
      ]).closedWhilePaid,
    ).toEqual([]);
  });

  it('finds a close with no query before it, or only a lost one', () => {
    expect(auditOf([['close', '204']]).needless).toEqual(['ONE']);
    expect(
      auditOf([
        ['query', 'NOTPAY', 'lost'],
        ['close', '204'],
      ]).needless,
    ).toEqual(['ONE']);
  });

  it.each([
    ['35 s after its query', 35_000, []],
    ['later than that', 35_001, ['ONE']],
  ])('looks how old a close’s query is: %s', (_, later, needless) => {
    expect(
      auditOf([
        ['query', 'NOTPAY'],
        ['close', '204', later],
      ]).needless,
    ).toEqual(needless);
  });

  it('finds no fault in a close of an order whose payment failed', () => {
    expect(
      auditOf([
        ['query', 'PAYERROR'],
        ['close', '204'],
      ]).needless,
    ).toEqual([]);
  });

  it.each(['ORDER_NOT_EXIST', 'ORDERNOTEXIST', 'USERPAYING'])(
    'takes only a second %s for a leave to close',
    (answer) => {
      const [query, close] = [
        ['query', answer],
        ['close', answer],
      ] as const;
      expect(auditOf([query, close]).needless).toEqual(['ONE']);
      expect(auditOf([['query', answer, 'lost'], query, close]).needless).toEqual(['ONE']);
      expect(auditOf([['query', 'NOTPAY'], query, close]).needless).toEqual(['ONE']);
      expect(auditOf([query, query, close]).needless).toEqual([]);
      // A close, too, tells that the shopper is paying, or that there is no order.
      expect(auditOf([['query', 'NOTPAY'], close, query, close]).needless).toEqual([]);
    },
  );

  it.each(['CLOSED', 'REVOKED'])('finds a close of an order that was told to be %s', (answer) => {
    expect(
      auditOf([
        ['query', 'NOTPAY'],
        ['query', answer],
        ['close', 'ORDER_CLOSED'],
      ]).needless,
    ).toEqual(['ONE']);
  });

  it('finds a second close with no NOTPAY between', () => {
    expect(
      auditOf([
        ['query', 'NOTPAY'],
        ['close', '204'],
        ['query', 'CLOSED'],
        ['close', 'ORDER_CLOSED'],
      ]).needless,
    ).toEqual(['ONE']);
  });

  it('finds a second close after a NOTPAY that was lost', () => {
    expect(
      auditOf([
        ['query', 'NOTPAY'],
        ['close', '204'],
        ['query', 'NOTPAY', 'lost'],
        ['close', '204'],
      ]).needless,
    ).toEqual(['ONE']);
  });

  it.each([
    [
      'a NOTPAY between',
      [
        ['query', 'NOTPAY'],
        ['close', 'RULE_LIMIT'],
        ['query', 'NOTPAY'],
        ['close', '204'],
      ],
    ],
    [
      'SYSTEM_ERROR before, which asks for it',
      [
        ['query', 'NOTPAY'],
        ['close', 'SYSTEM_ERROR'],
        ['close', '204'],
      ],
    ],
    [
      'v2’s SYSTEMERROR before, which is the same',
      [
        ['query', 'NOTPAY'],
        ['close', 'SYSTEMERROR'],
        ['close', '200'],
      ],
    ],
    [
      'an answer before that was lost',
      [
        ['query', 'NOTPAY'],
        ['close', '204', 'lost'],
        ['close', '204', 'lost'],
        ['query', 'NOTPAY'],
        ['close', '204'],
      ],
    ],
    [
      '202 before, which decides nothing',
      [
        ['query', 'NOTPAY'],
        ['close', '202'],
        ['query', 'NOTPAY'],
        ['close', '204'],
      ],
    ],
  ] as const)('finds no fault in a second close with %s', (_, calls) => {
    expect(auditOf(calls).needless).toEqual([]);
  });

  const SETTLED = 5 * 60_000;

  it.each(['204', '200', 'ORDERPAID', 'ORDER_CLOSED', 'ORDERCLOSED'])(
    'finds a second close within five minutes after one that was answered %s, whatever a query says',
    (answer) => {
      const again = (later: number, how?: 'lost') =>
        auditOf([
          ['query', 'NOTPAY'],
          ['close', answer, how ?? 0],
          ['query', 'NOTPAY', later],
          ['close', answer, later],
        ]).needless;
      expect(again(1)).toEqual(['ONE']);
      expect(again(SETTLED - 1)).toEqual(['ONE']);
      expect(again(SETTLED)).toEqual([]);
      expect(again(1, 'lost')).toEqual([]);
    },
  );

  it('finds a second close with no new query, when the first was refused', () => {
    expect(
      auditOf([
        ['query', 'NOTPAY'],
        ['close', 'RULE_LIMIT'],
        ['close', '204'],
      ]).needless,
    ).toEqual(['ONE']);
  });

  it('finds an outcome that is not the state at WeChat Pay', () => {
    expect(auditOf([], OLD_ENOUGH, 'closed').wrong).toEqual(['ONE']);
  });

  it('does not take one sub-merchant’s order for another’s of the same number', () => {
    const orders = new OrderStore();
    const amount = { total: 1, currency: 'HKD' };
    for (const subMchid of ['1', '2']) orders.place({ mchid: MCHID, subMchid, outTradeNo: 'ONE', amount }, CREATED);
    const ledger = new Ledger();
    const request = { at: CREATED, receivedAt: 0, api: 'v3', mchid: MCHID, outTradeNo: 'ONE' } as const;
    const answered = { nonce: 'n', timestamp: '1', answer: 'INVALID_REQUEST', delivered: true };
    ledger.write({ ...request, ...answered, call: 'close', subMchid: '1' });
    const books = { ledger, orders, serviceOrders: new ServiceOrderStore() };
    expect(audit(books, new Map()).early).toEqual(['ONE']);
  });
});
