import { describe, expect, it } from 'vitest';
import { Ledger, type Audit, type SandboxCall } from '../../sandbox/ledger.js';
import { OrderBook } from '../../sandbox/orders.js';

const MCHID = '1900000109';
const CREATED = Date.parse('2026-03-02T12:00:00Z');
const OLD_ENOUGH = CREATED + 5 * 60_000;

/** An audit of one order, after some calls. `lost` was never delivered. */
function auditOf(
  calls: readonly (readonly [SandboxCall, string, 'lost'?])[],
  at = OLD_ENOUGH,
  outcome?: string,
): Audit {
  const orders = new OrderBook();
  orders.place({ mchid: MCHID, outTradeNo: 'ONE', amount: { total: 1, currency: 'HKD' } }, CREATED);
  const ledger = new Ledger();
  for (const [call, answer, lost] of calls) {
    const entry = { at, call, mchid: MCHID, outTradeNo: 'ONE', nonce: 'n', timestamp: '1', answer };
    ledger.write({ ...entry, delivered: lost === undefined });
  }
  return ledger.audit(orders, new Map(outcome === undefined ? [] : [['ONE', outcome]]));
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

  it('finds a second close with no NOTPAY between', () => {
    expect(
      auditOf([
        ['close', '204'],
        ['query', 'CLOSED'],
        ['close', 'ORDER_CLOSED'],
      ]).needless,
    ).toEqual(['ONE']);
  });

  it('finds a second close after a NOTPAY that was lost', () => {
    expect(
      auditOf([
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
        ['close', 'RULE_LIMIT'],
        ['query', 'NOTPAY'],
        ['close', '204'],
      ],
    ],
    [
      'SYSTEM_ERROR before, which asks for it',
      [
        ['close', 'SYSTEM_ERROR'],
        ['close', '204'],
      ],
    ],
  ] as const)('finds no fault in a second close with %s', (_, calls) => {
    expect(auditOf(calls).needless).toEqual([]);
  });

  it('finds an outcome that is not the state at WeChat Pay', () => {
    expect(auditOf([], OLD_ENOUGH, 'closed').wrong).toEqual(['ONE']);
  });
});
