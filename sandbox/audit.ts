import { claimKey, OUTCOMES_OF, SERVICE_OUTCOMES_OF, wrongClaims, type ClaimedOutcomes, type Known } from './claims.js';
import { isEarly } from './close-rule.js';
import type { Audit, Ledger, LedgerEntry } from './ledger.js';
import type { OrderBook, SandboxOrder } from './orders.js';
import type { SandboxServiceOrder, ServiceOrderBook } from './service-orders.js';

const PAID = new Set(['SUCCESS', 'REFUND', 'ORDERPAID']);
const ENDED = new Set(['SUCCESS', 'REFUND', 'CLOSED', 'REVOKED']);
const UNPAID = new Set(['NOTPAY', 'PAYERROR', 'USERPAYING', 'ORDER_NOT_EXIST', 'ORDERNOTEXIST']);

/** What an audit looks at. */
export interface Books {
  readonly ledger: Ledger;
  readonly orders: OrderBook;
  readonly serviceOrders: ServiceOrderBook;
}

/**
 * Looks through every call for what must never happen.
 *
 * @returns numbers of orders and service orders; of wrong claims, their keys
 * @throws BookError where a claim is by a bare number that several have
 */
export function auditOf({ ledger, orders, serviceOrders }: Books, outcomes: ClaimedOutcomes): Audit {
  const entries = ledger.entries();
  const guilty = [
    ...orders.all().map((order) => faultsOf(order, ofOrder(entries, order))),
    ...serviceOrders.all().map((order) => serviceFaultsOf(order, ofServiceOrder(entries, order))),
  ];
  const that = (fault: keyof Faults): string[] => guilty.filter((faults) => faults[fault]).map(({ number }) => number);
  return {
    early: that('early'),
    closedWhilePaid: that('closedWhilePaid'),
    needless: that('needless'),
    wrong: wrongClaims(outcomes, [...orders.all().map(knownOrder), ...serviceOrders.all().map(knownServiceOrder)]),
  };
}

function knownOrder(order: SandboxOrder): Known {
  return { number: order.outTradeNo, key: claimKey(order), outcomes: OUTCOMES_OF[order.state] };
}

function knownServiceOrder({ mchid, outOrderNo, state }: SandboxServiceOrder): Known {
  return { number: outOrderNo, key: claimKey({ mchid, outOrderNo }), outcomes: SERVICE_OUTCOMES_OF[state] };
}

interface Faults {
  readonly number: string;
  readonly early: boolean;
  readonly closedWhilePaid: boolean;
  readonly needless: boolean;
}

function faultsOf(order: SandboxOrder, entries: LedgerEntry[]): Faults {
  return {
    number: order.outTradeNo,
    early: entries.some(({ call, at }) => call === 'close' && isEarly(order, at)),
    closedWhilePaid: endedWhilePaid(entries, 'close', (answer) => PAID.has(answer)),
    needless: closedNeedlessly(entries),
  };
}

function serviceFaultsOf(order: SandboxServiceOrder, entries: LedgerEntry[]): Faults {
  return {
    number: order.outOrderNo,
    early: false,
    closedWhilePaid: endedWhilePaid(entries, 'cancel', (answer) => /^(DONE|ORDER_DONE)|USER_PAID$/.test(answer)),
    needless: cancelledUnread(entries),
  };
}

function ofOrder(entries: LedgerEntry[], { mchid, subMchid, outTradeNo }: SandboxOrder): LedgerEntry[] {
  return entries.filter(
    (entry) =>
      entry.api !== 'payscore' &&
      entry.outTradeNo === outTradeNo &&
      entry.mchid === mchid &&
      entry.subMchid === subMchid,
  );
}

function ofServiceOrder(entries: LedgerEntry[], { mchid, outOrderNo }: SandboxServiceOrder): LedgerEntry[] {
  return entries.filter(
    (entry) => entry.api === 'payscore' && entry.outTradeNo === outOrderNo && entry.mchid === mchid,
  );
}

function endedWhilePaid(
  entries: LedgerEntry[],
  end: 'close' | 'cancel',
  tellsPaid: (answer: string) => boolean,
): boolean {
  const told = entries.findIndex(({ delivered, answer }) => delivered && tellsPaid(answer));
  return told >= 0 && entries.slice(told + 1).some(({ call }) => call === end);
}

/** How old the query may be that a close goes by, milliseconds: half a minute, and the way of the request. */
const CLOSE_FRESHNESS = 35_000;

/** How old the query may be that a cancel goes by, milliseconds: 5 s, and the way of the request. */
const CANCEL_FRESHNESS = 7_000;

/** A close needs a query before it that allowed it; a second one a new query, unless the first was answered SYSTEM_ERROR. */
function closedNeedlessly(entries: LedgerEntry[]): boolean {
  let allowedAt: number | undefined;
  for (const { call, delivered, answer, at } of entries) {
    if (call === 'query' && delivered && UNPAID.has(answer)) allowedAt = at;
    if (call === 'query' && delivered && ENDED.has(answer)) allowedAt = undefined;
    if (call !== 'close') continue;
    if (allowedAt === undefined || at - allowedAt > CLOSE_FRESHNESS) return true;
    if (answer !== 'SYSTEM_ERROR' && answer !== 'SYSTEMERROR') allowedAt = undefined;
  }
  return false;
}

/** What a query can tell of a service order; any other code says nothing of its state. */
const TELLS_STATE = /^(CREATED|DOING|DONE|REVOKED|EXPIRED|ORDER_NOT_EXIST)/;

/** Whether a state allows a cancel at all: in CREATED, and in a DOING whose money has not come in. */
function allowsCancel(answer: string): boolean {
  return /^(CREATED|DOING)/.test(answer) && !answer.endsWith('USER_PAID');
}

/** Every cancel needs a query of its own, whatever the one before was answered. */
function cancelledUnread(entries: LedgerEntry[]): boolean {
  let allowedAt: number | undefined;
  for (const { call, delivered, answer, at } of entries) {
    if (call === 'query' && delivered && TELLS_STATE.test(answer)) allowedAt = allowsCancel(answer) ? at : undefined;
    if (call !== 'cancel') continue;
    if (allowedAt === undefined || at - allowedAt > CANCEL_FRESHNESS) return true;
    allowedAt = undefined;
  }
  return false;
}
