import type { Instant, SandboxApi, SandboxCall } from './calls.js';
import type { Misbehaviour } from './misbehaviour.js';

/** One request that the sandbox received from one of its merchants, and what it answered. */
export interface LedgerEntry {
  /** On the order clock, milliseconds since 1970. */
  readonly at: Instant;
  /** On the wall clock, milliseconds since 1970. */
  readonly receivedAt: number;
  readonly api: SandboxApi;
  readonly call: SandboxCall;
  readonly mchid: string;
  readonly subMchid?: string | undefined;
  /** The merchant's number: `out_trade_no`, or `out_order_no` of a service order. Empty for certificates. */
  readonly outTradeNo: string;
  /** Of the request's signature: every attempt has its own. */
  readonly nonce: string;
  /** Of the request's signature, in seconds since 1970. Empty in v2, which has none. */
  readonly timestamp: string;
  /** The trade state, the code, or the status; of a service order the state with its description and collection. */
  readonly answer: string;
  /** Whether an answer was sent that the caller can believe. */
  readonly delivered: boolean;
  /** How the sandbox misbehaved. */
  readonly misbehaviour?: Misbehaviour | undefined;
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
  /** A close, or a cancel, after the caller had been told that the money is paid. */
  readonly closedWhilePaid: readonly string[];
  /**
   * A close with no NOTPAY told in the half minute before it, or since another close that was not answered
   * SYSTEM_ERROR; a cancel with no CREATED or DOING told since the one before, or at all.
   */
  readonly needless: readonly string[];
  /** An outcome that is not the final state at WeChat Pay. */
  readonly wrong: readonly string[];
}

/** How the caller says that its orders ended: `paid`, `closed`, `cancelled`, or something else, by their numbers. */
export type ClaimedOutcomes = ReadonlyMap<string, string>;

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
