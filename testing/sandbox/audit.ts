import {
  type Audit,
  byOrder,
  type ClaimedOutcomes,
  claimKey,
  type Known,
  type Ledger,
  type LedgerEntry,
  OUTCOMES_OF,
  SERVICE_OUTCOMES_OF,
  wrongClaims,
} from './ledger.js';
import { isEarly, type OrderStore, type SandboxOrder } from './orders.js';
import type { SandboxServiceOrder, ServiceOrderStore } from './service-orders.js';

const PAID = new Set(['SUCCESS', 'REFUND', 'ORDERPAID']);
const ENDED = new Set(['SUCCESS', 'REFUND', 'CLOSED', 'REVOKED']);
const UNPAID = new Set(['NOTPAY', 'PAYERROR']);
const DOUBTFUL = new Set(['USERPAYING', 'ACCEPT', 'ORDER_NOT_EXIST', 'ORDERNOTEXIST']);

/** What an audit reads. */
export interface AuditSources {
  readonly ledger: Ledger;
  readonly orders: OrderStore;
  readonly serviceOrders: ServiceOrderStore;
}

/**
 * Searches every call for what must never happen.
 *
 * @returns numbers of orders and service orders; of wrong claims, their keys
 * @throws SandboxStateError if a claim has a bare number that several orders have
 */
export function auditOf({ ledger, orders, serviceOrders }: AuditSources, outcomes: ClaimedOutcomes): Audit {
  const entries = byOrder(ledger.entries());
  const guilty = [
    ...orders.all().map((order) => faultsOf(order, entries.get(claimKey(order)) ?? [])),
    ...serviceOrders.all().map((order) => serviceFaultsOf(order, entries.get(claimKey(order)) ?? [])),
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

function knownServiceOrder(order: SandboxServiceOrder): Known {
  return { number: order.outOrderNo, key: claimKey(order), outcomes: SERVICE_OUTCOMES_OF[order.state] };
}

interface Faults {
  readonly number: string;
  readonly early: boolean;
  readonly closedWhilePaid: boolean;
  readonly needless: boolean;
}

function faultsOf(order: SandboxOrder, entries: readonly LedgerEntry[]): Faults {
  return {
    number: order.outTradeNo,
    early: entries.some(({ call, at }) => call === 'close' && isEarly(order, at)),
    closedWhilePaid: endedWhilePaid(entries, 'close', (answer) => PAID.has(answer)),
    needless: isNeedless(entries, CLOSE),
  };
}

function serviceFaultsOf(order: SandboxServiceOrder, entries: readonly LedgerEntry[]): Faults {
  return {
    number: order.outOrderNo,
    early: false,
    closedWhilePaid: endedWhilePaid(entries, 'cancel', (answer) => /^(DONE|ORDER_DONE)|USER_PAID$/.test(answer)),
    needless: isNeedless(entries, CANCEL),
  };
}

function endedWhilePaid(
  entries: readonly LedgerEntry[],
  end: 'close' | 'cancel',
  saysPaid: (answer: string) => boolean,
): boolean {
  const said = entries.findIndex(({ delivered, answer }) => delivered && saysPaid(answer));
  return said >= 0 && entries.slice(said + 1).some(({ call }) => call === end);
}

/** When a close, or a cancel, is needless. */
interface WriteRule {
  readonly write: 'close' | 'cancel';
  /** How old the query may be that allows it, milliseconds of the order clock. */
  readonly freshness: number;
  /** Whether a query's answer allows it; `undefined`: the answer says nothing about the state. */
  readonly allows: (answer: string, saidBefore: ReadonlySet<string>) => boolean | undefined;
  /** Whether it may be sent once more by the same query. */
  readonly mayRepeat: (first: LedgerEntry) => boolean;
}

const CLOSE: WriteRule = {
  write: 'close',
  // Half a minute, and the time that the request takes.
  freshness: 35_000,
  // The first USERPAYING or not-found does not allow a close: the order may be about to be paid, or to appear.
  allows: (answer, saidBefore) => {
    if (DOUBTFUL.has(answer)) return saidBefore.has(answer);
    if (UNPAID.has(answer)) return true;
    return ENDED.has(answer) ? false : undefined;
  },
  mayRepeat: ({ delivered, answer }) => !delivered || answer === 'SYSTEM_ERROR' || answer === 'SYSTEMERROR',
};

/** Answers to a query that have the state of a service order. */
const SAYS_STATE = /^(CREATED|DOING|DONE|REVOKED|EXPIRED|ORDER_NOT_EXIST)/;

const CANCEL: WriteRule = {
  write: 'cancel',
  // 5 s, and the time that the request takes.
  freshness: 7_000,
  // Possible in CREATED, and in DOING while the money is not paid.
  allows: (answer) =>
    SAYS_STATE.test(answer) ? /^(CREATED|DOING)/.test(answer) && !answer.endsWith('USER_PAID') : undefined,
  // Money may have become due since, whatever the first was answered.
  mayRepeat: () => false,
};

/** Answers after which nothing needs to be sent for a while: the write was accepted, or the order has ended. */
const DECIDED = new Set(['200', '204', 'ORDERPAID', 'ORDER_CLOSED', 'ORDERCLOSED', 'ORDER_CANCELED', 'ORDER_DONE']);

/** How long a query may still show an order open after that, milliseconds of the order clock. */
const SETTLES_WITHIN = 5 * 60_000;

/** A write needs a fresh query that allowed it. None may follow soon after one whose answer arrived and was decisive. */
function isNeedless(entries: readonly LedgerEntry[], { write, freshness, allows, mayRepeat }: WriteRule): boolean {
  const said = new Set<string>();
  let allowedAt = -Infinity;
  let settledAt = -Infinity;
  for (const entry of entries) {
    const { call, delivered, answer, at } = entry;
    const allowed = call === 'query' && delivered ? allows(answer, said) : undefined;
    if (allowed !== undefined) allowedAt = allowed ? at : -Infinity;
    if (delivered) said.add(answer);
    if (call !== write) continue;
    if (at - allowedAt > freshness || at < settledAt) return true;
    if (delivered && DECIDED.has(answer)) settledAt = at + SETTLES_WITHIN;
    if (!mayRepeat(entry)) allowedAt = -Infinity;
  }
  return false;
}
