import type { Instant, SandboxApi, SandboxCall } from './calls.js';
import { claimKey } from './claims.js';
import type { MisbehaviourName } from './misbehaviour.js';

/** One request that the sandbox received from one of its merchants, and what it answered; or a notification that it sent. */
export interface LedgerEntry {
  /** On the order clock, milliseconds since 1970. */
  readonly at: Instant;
  /** On the wall clock, milliseconds since 1970. */
  readonly receivedAt: number;
  readonly api: SandboxApi;
  /** `notification`: WeChat Pay sent it unasked. */
  readonly call: SandboxCall | 'notification';
  readonly mchid: string;
  readonly subMchid?: string | undefined;
  /** The merchant's number: `out_trade_no`, or `out_order_no` of a service order. Empty for certificates. */
  readonly outTradeNo: string;
  /** Of the request's signature: every attempt has its own. Empty for a notification. */
  readonly nonce: string;
  /** Of the request's signature, in seconds since 1970. Empty in v2, which has none, and for a notification. */
  readonly timestamp: string;
  /** Of a request that is to change something, as it came. In v2 it has the nonce and the sign of its attempt. */
  readonly body?: string | undefined;
  /** The trade state, the code, or the status; of a service order the state with its description and collection. */
  readonly answer: string;
  /** Whether an answer was sent that the caller can believe; whether the receiver of a notification took it. */
  readonly delivered: boolean;
  /** How the sandbox misbehaved. */
  readonly misbehaviours?: readonly MisbehaviourName[];
}

/** Someone who was not let in: his request proves nothing, so it is kept apart and no audit looks at it. */
export interface RefusedRequest {
  /** On the wall clock, milliseconds since 1970. */
  readonly receivedAt: number;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly reason: string;
}

/** What must never happen, counted; each with the numbers of orders and service orders. */
export interface Audit {
  /** A close before the 5 minutes were over. */
  readonly early: readonly string[];
  /** A close, or a cancel, after an answer or a notification had told the caller that the money is paid. */
  readonly closedWhilePaid: readonly string[];
  /**
   * A close without a query before it that allowed it: one whose answer arrived, not more than half a minute old (and
   * 5 s for the request), and not used by another close, except one whose answer was lost or was SYSTEM_ERROR. NOTPAY
   * and PAYERROR allow it; USERPAYING and not-found only when told before as well. Or a cancel without a CREATED or an
   * unpaid DOING of its own, not more than 5 s old (and 2 s for the request).
   *
   * Also one within 5 minutes after another, when the caller got its answer, and that accepted it, or said that there is
   * nothing left to end.
   */
  readonly needless: readonly string[];
  /** A claimed outcome that is not the final state at WeChat Pay, or is of a number that it never heard of. */
  readonly wrong: readonly string[];
}

/** Every call that the sandbox received, in order. */
export class Ledger {
  readonly refused: RefusedRequest[] = [];
  private readonly written: LedgerEntry[] = [];

  /** @returns what to call when an answer that was not sent yet has been sent */
  write(entry: LedgerEntry): () => void {
    const place = this.written.push(entry) - 1;
    return () => {
      this.written[place] = { ...entry, delivered: true };
    };
  }

  refuse(request: RefusedRequest): void {
    this.refused.push(request);
  }

  /** The entries, of one number if it is given. */
  entries(outTradeNo?: string): LedgerEntry[] {
    return this.written.filter((entry) => outTradeNo === undefined || entry.outTradeNo === outTradeNo);
  }
}

/** The same entries by order and service order: see {@link claimKey}. Those of no order are left out. */
export function byOrder(entries: readonly LedgerEntry[]): ReadonlyMap<string, readonly LedgerEntry[]> {
  const orders = new Map<string, LedgerEntry[]>();
  for (const entry of entries) {
    const { api, call, mchid, subMchid, outTradeNo } = entry;
    if (call === 'certificates') continue;
    const key = claimKey(api === 'payscore' ? { mchid, outOrderNo: outTradeNo } : { mchid, subMchid, outTradeNo });
    const known = orders.get(key);
    if (known === undefined) orders.set(key, [entry]);
    else known.push(entry);
  }
  return orders;
}
