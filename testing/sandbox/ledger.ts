import { SandboxStateError, type Instant, type SandboxApi, type SandboxCall } from './calls.js';
import type { OrderKey, SandboxTradeState } from './orders.js';
import type { ServiceOrderKey, ServiceOrderState } from './service-orders.js';
import type { MisbehaviourName } from './misbehaviour.js';

/**
 * How the caller says that its orders ended: `paid`, `closed`, `cancelled`, or something else. The key is a bare number
 * if only one order or service order has it, or else a {@link claimKey}.
 */
export type ClaimedOutcomes = ReadonlyMap<string, string>;

/** The key of a claim that says whose order it is: `mchid/number`, `mchid/subMchid/number`, `payscore/mchid/number`. */
export function claimKey(key: OrderKey | ServiceOrderKey): string {
  if ('outOrderNo' in key) return `payscore/${key.mchid}/${key.outOrderNo}`;
  const { mchid, subMchid, outTradeNo } = key;
  return [mchid, ...(subMchid === undefined ? [] : [subMchid]), outTradeNo].join('/');
}

/** The outcomes that are true in each state of an order. */
export const OUTCOMES_OF: Record<SandboxTradeState, readonly string[]> = {
  NOTPAY: [],
  USERPAYING: [],
  ACCEPT: [],
  PAYERROR: [],
  SUCCESS: ['paid'],
  REFUND: ['paid'],
  CLOSED: ['closed'],
  REVOKED: ['closed'],
};

/** The same for a service order. One that was kept may have been done since. */
export const SERVICE_OUTCOMES_OF: Record<ServiceOrderState, readonly string[]> = {
  CREATED: ['kept'],
  DOING: ['kept'],
  DONE: ['done', 'kept'],
  REVOKED: ['cancelled'],
  EXPIRED: ['expired'],
};

/** An order or a service order, and the outcomes that are true of it. */
export interface Known {
  readonly number: string;
  readonly key: string;
  readonly outcomes: readonly string[];
}

/**
 * The claims that are not true.
 *
 * @returns their keys, as they were given
 * @throws SandboxStateError if several orders have a number that is given without its merchant
 */
export function wrongClaims(claims: ClaimedOutcomes, orders: readonly Known[]): string[] {
  return [...claims].filter(([key, claim]) => isWrong(key, claim, orders)).map(([key]) => key);
}

function isWrong(key: string, claim: string, orders: readonly Known[]): boolean {
  const [known, ...others] = orders.filter((each) => each.key === key || each.number === key);
  if (known === undefined) return claim !== 'never-existed';
  if (others.length === 0) return !known.outcomes.includes(claim);
  const keys = [known, ...others].map((each) => each.key).join(', ');
  throw new SandboxStateError(`Several orders have the number ${key}. Use one of these keys: ${keys}.`);
}

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

/** A request that failed authentication. It proves nothing, so no audit reads it. */
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
   * A close without a query before it that allowed it: a query whose answer arrived, not more than half a minute old (and
   * 5 s for the request), and not used by another close, except one whose answer was lost or was SYSTEM_ERROR. NOTPAY
   * and PAYERROR allow it; USERPAYING and not-found only if an earlier answer said the same. Or a cancel without a CREATED or an
   * unpaid DOING of its own, not more than 5 s old (and 2 s for the request).
   *
   * Also one within 5 minutes after another, when the caller got its answer, and that accepted it, or said that there is
   * nothing left to end.
   */
  readonly needless: readonly string[];
  /** A claimed outcome that is not the final state at WeChat Pay, or has a number that it does not know. */
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

/** A close or a cancel as it arrived, and the last query before it. */
export interface Write {
  /** Whose it is: see `claimKey`. */
  readonly order: string;
  readonly call: 'close' | 'cancel';
  /** On the order clock, milliseconds since 1970. */
  readonly at: number;
  /** On the wall clock, milliseconds since 1970. */
  readonly receivedAt: number;
  readonly answer: string;
  /** Whether that answer was sent, and can be believed. */
  readonly delivered: boolean;
  /** As it came. In v2 it has the nonce and the sign of its attempt. */
  readonly body: string;
  /** What the last query about the order was answered, of those whose answer was delivered; `null`: there was none. */
  readonly queryAnswer: string | null;
  /** From the arrival of that query to the arrival of the write, milliseconds of the wall clock. */
  readonly queryAgeMs: number | null;
}

/** Every close and cancel, as they arrived. A query counts from when it arrived, however late its answer was. */
export function writesOf(entries: readonly LedgerEntry[]): Write[] {
  const writes = [...byOrder(entries)].flatMap(([order, own]) => {
    let query: LedgerEntry | undefined;
    return own.flatMap((entry) => {
      if (entry.call === 'query' && entry.delivered) query = entry;
      return entry.call === 'close' || entry.call === 'cancel' ? [writeOf(order, entry.call, entry, query)] : [];
    });
  });
  return writes.sort((one, other) => one.receivedAt - other.receivedAt);
}

function writeOf(order: string, call: Write['call'], entry: LedgerEntry, query: LedgerEntry | undefined): Write {
  const { at, receivedAt, answer, delivered, body = '' } = entry;
  const queryAgeMs = query === undefined ? null : receivedAt - query.receivedAt;
  return { order, call, at, receivedAt, answer, delivered, body, queryAnswer: query?.answer ?? null, queryAgeMs };
}

/** The different bodies that were sent to cancel each service order, the first of them first. S1: it is always the same. */
export function cancelBodiesOf(entries: readonly LedgerEntry[]): ReadonlyMap<string, readonly string[]> {
  const bodies = new Map<string, Set<string>>();
  for (const { order, call, body } of writesOf(entries)) {
    if (call === 'cancel') bodies.set(order, (bodies.get(order) ?? new Set()).add(body));
  }
  return new Map([...bodies].map(([order, each]) => [order, [...each]]));
}
