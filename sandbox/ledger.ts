import { isEarly, type OrderBook, type SandboxOrder, type SandboxTradeState } from './orders.js';

export type SandboxCall = 'query' | 'close';

/** One request that the sandbox received, and what it answered. */
export interface LedgerEntry {
  /** On the order clock, milliseconds since 1970. */
  readonly at: number;
  readonly call: SandboxCall;
  readonly mchid: string;
  readonly outTradeNo: string;
  /** Of the request's signature: every attempt has its own. */
  readonly nonce: string;
  readonly timestamp: string;
  /** The trade state, the code, or `204`. */
  readonly answer: string;
  /** Whether an answer was sent that the caller can believe. */
  readonly delivered: boolean;
}

/** What must never happen, counted; each with the order numbers. */
export interface Audit {
  /** A close before the 5 minutes were over. */
  readonly early: readonly string[];
  /** A close after the caller had been told that the order is paid. */
  readonly closedWhilePaid: readonly string[];
  /** A second close with no NOTPAY told since the first, which was not answered SYSTEM_ERROR. */
  readonly needless: readonly string[];
  /** An outcome that is not the final state at WeChat Pay. */
  readonly wrong: readonly string[];
}

/** How the caller says that its orders ended: `paid`, `closed`, or something else. */
export type ClaimedOutcomes = ReadonlyMap<string, string>;

const FINAL: Partial<Record<SandboxTradeState, string>> = {
  SUCCESS: 'paid',
  REFUND: 'paid',
  CLOSED: 'closed',
  REVOKED: 'closed',
};

const PAID = new Set(['SUCCESS', 'REFUND', 'ORDERPAID']);
const UNPAID = new Set(['NOTPAY', 'PAYERROR', 'USERPAYING']);

/** Every call that the sandbox received, in order. */
export class Ledger {
  private readonly written: LedgerEntry[] = [];

  write(entry: LedgerEntry): void {
    this.written.push(entry);
  }

  /** The entries, of one order if it is named. */
  entries(outTradeNo?: string): LedgerEntry[] {
    return this.written.filter((entry) => outTradeNo === undefined || entry.outTradeNo === outTradeNo);
  }

  /** Looks through every call for what must never happen. */
  audit(orders: OrderBook, outcomes: ClaimedOutcomes): Audit {
    const all = orders.all();
    const that = (guilty: (entries: LedgerEntry[], order: SandboxOrder) => boolean): string[] =>
      all.filter((order) => guilty(this.ofOrder(order), order)).map(({ outTradeNo }) => outTradeNo);
    return {
      early: that((entries, order) => entries.some(({ call, at }) => call === 'close' && isEarly(order, at))),
      closedWhilePaid: that(closedWhilePaid),
      needless: that(closedNeedlessly),
      wrong: that((_, { outTradeNo, state }) => outcomes.has(outTradeNo) && outcomes.get(outTradeNo) !== FINAL[state]),
    };
  }

  private ofOrder({ mchid, outTradeNo }: SandboxOrder): LedgerEntry[] {
    return this.entries(outTradeNo).filter((entry) => entry.mchid === mchid);
  }
}

function closedWhilePaid(entries: LedgerEntry[]): boolean {
  const told = entries.findIndex(({ delivered, answer }) => delivered && PAID.has(answer));
  return told >= 0 && entries.slice(told + 1).some(({ call }) => call === 'close');
}

function closedNeedlessly(entries: LedgerEntry[]): boolean {
  let mayClose = true;
  for (const { call, delivered, answer } of entries) {
    if (call === 'query' && delivered && UNPAID.has(answer)) mayClose = true;
    if (call !== 'close') continue;
    if (!mayClose) return true;
    mayClose = answer === 'SYSTEM_ERROR';
  }
  return false;
}
