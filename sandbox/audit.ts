import { isEarly } from './close-rule.js';
import type { Audit, ClaimedOutcomes, Ledger, LedgerEntry } from './ledger.js';
import type { OrderBook, SandboxOrder, SandboxTradeState } from './orders.js';
import type { SandboxServiceOrder, ServiceOrderBook, ServiceOrderState } from './service-orders.js';

const FINAL: Partial<Record<SandboxTradeState, string>> = {
  SUCCESS: 'paid',
  REFUND: 'paid',
  CLOSED: 'closed',
  REVOKED: 'closed',
};

const SERVICE_FINAL: Partial<Record<ServiceOrderState, string>> = {
  DOING: 'kept',
  DONE: 'done',
  REVOKED: 'cancelled',
  EXPIRED: 'expired',
};

const PAID = new Set(['SUCCESS', 'REFUND', 'ORDERPAID']);
const UNPAID = new Set(['NOTPAY', 'PAYERROR', 'USERPAYING', 'ORDER_NOT_EXIST', 'ORDERNOTEXIST']);

/** What an audit looks at. */
export interface Books {
  readonly ledger: Ledger;
  readonly orders: OrderBook;
  readonly serviceOrders: ServiceOrderBook;
}

/** Looks through every call for what must never happen. */
export function auditOf({ ledger, orders, serviceOrders }: Books, outcomes: ClaimedOutcomes): Audit {
  const entries = ledger.entries();
  const isWrong = (number: string, final: string | undefined): boolean =>
    outcomes.has(number) && outcomes.get(number) !== final;
  const guilty = [
    ...orders.all().map((order) => faultsOf(order, ofOrder(entries, order), isWrong)),
    ...serviceOrders.all().map((order) => serviceFaultsOf(order, ofServiceOrder(entries, order), isWrong)),
  ];
  const that = (fault: keyof Audit): string[] =>
    guilty.filter(({ faults }) => faults[fault]).map(({ number }) => number);
  return {
    early: that('early'),
    closedWhilePaid: that('closedWhilePaid'),
    needless: that('needless'),
    wrong: that('wrong'),
  };
}

type IsWrong = (number: string, final: string | undefined) => boolean;

interface Faults {
  readonly number: string;
  readonly faults: Record<keyof Audit, boolean>;
}

function faultsOf(order: SandboxOrder, entries: LedgerEntry[], isWrong: IsWrong): Faults {
  const faults = {
    early: entries.some(({ call, at }) => call === 'close' && isEarly(order, at)),
    closedWhilePaid: endedWhilePaid(entries, 'close', (answer) => PAID.has(answer)),
    needless: closedNeedlessly(entries),
    wrong: isWrong(order.outTradeNo, FINAL[order.state]),
  };
  return { number: order.outTradeNo, faults };
}

function serviceFaultsOf(order: SandboxServiceOrder, entries: LedgerEntry[], isWrong: IsWrong): Faults {
  const faults = {
    early: false,
    closedWhilePaid: endedWhilePaid(entries, 'cancel', (answer) => /^(DONE|ORDER_DONE)|USER_PAID$/.test(answer)),
    needless: cancelledUnread(entries),
    wrong: isWrong(order.outOrderNo, SERVICE_FINAL[order.state]),
  };
  return { number: order.outOrderNo, faults };
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

/** A close needs a query before it that allowed it; a second one a new query, unless the first was answered SYSTEM_ERROR. */
function closedNeedlessly(entries: LedgerEntry[]): boolean {
  let allowedAt: number | undefined;
  for (const { call, delivered, answer, at } of entries) {
    if (call === 'query' && delivered && UNPAID.has(answer)) allowedAt = at;
    if (call !== 'close') continue;
    if (allowedAt === undefined || at - allowedAt > CLOSE_FRESHNESS) return true;
    if (answer !== 'SYSTEM_ERROR' && answer !== 'SYSTEMERROR') allowedAt = undefined;
  }
  return false;
}

function cancelledUnread(entries: LedgerEntry[]): boolean {
  let mayCancel = false;
  for (const { call, delivered, answer } of entries) {
    if (call === 'query' && delivered) mayCancel = /^(CREATED|DOING)/.test(answer);
    if (call !== 'cancel') continue;
    if (!mayCancel) return true;
    mayCancel = false;
  }
  return false;
}
