import type { Instant, SandboxApi, SandboxCall } from './calls.js';
import type { Misbehaviour } from './misbehaviour.js';

/** One request that the sandbox received from one of its merchants, and what it answered; or a notification that it sent. */
export interface LedgerEntry {
  /** On the order clock, milliseconds since 1970. */
  readonly at: Instant;
  /** On the wall clock, milliseconds since 1970. */
  readonly receivedAt: number;
  readonly api: SandboxApi;
  /** `notification`: WeChat Pay told of its own accord. */
  readonly call: SandboxCall | 'notification';
  readonly mchid: string;
  readonly subMchid?: string | undefined;
  /** The merchant's number: `out_trade_no`, or `out_order_no` of a service order. Empty for certificates. */
  readonly outTradeNo: string;
  /** Of the request's signature: every attempt has its own. Empty for a notification. */
  readonly nonce: string;
  /** Of the request's signature, in seconds since 1970. Empty in v2, which has none, and for a notification. */
  readonly timestamp: string;
  /** The trade state, the code, or the status; of a service order the state with its description and collection. */
  readonly answer: string;
  /** Whether an answer was sent that the caller can believe; whether the receiver of a notification took it. */
  readonly delivered: boolean;
  /** How the sandbox misbehaved. */
  readonly misbehaviours?: readonly Misbehaviour[];
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
  /** A close, or a cancel, after the caller had been told that the money is paid, by an answer or by a notification. */
  readonly closedWhilePaid: readonly string[];
  /**
   * A close with no NOTPAY told in the half minute before it, or since another close that was not answered
   * SYSTEM_ERROR; a cancel with no CREATED or DOING told in the 5 s before it (2 s for its way), or since another.
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
