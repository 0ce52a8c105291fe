import type { Call, ErrorKind } from './errors/table.js';
import type { Amount, OrderRef } from './orders/order.js';
import type { Allowed } from './orders/write.js';
import type { Instant } from './time.js';

/** The trade states of WeChat Pay (S3). ACCEPT, which only its SDK names, is read as USERPAYING. */
export const TRADE_STATES = ['SUCCESS', 'REFUND', 'NOTPAY', 'CLOSED', 'REVOKED', 'USERPAYING', 'PAYERROR'] as const;
export type TradeState = (typeof TRADE_STATES)[number];

/** What a verified answer or notification says about a payment. Never the payer. `null`: WeChat Pay did not say. */
export interface Payment {
  /** WeChat Pay's own number of the payment. */
  readonly transactionId: string | null;
  /** What the order cost, in its own currency; not what the payer's account was charged. */
  readonly amount: Amount | null;
  /** When it was paid, RFC 3339 in UTC. */
  readonly paidAt: string | null;
}

interface Answered {
  /** `Request-ID` of the answer: WeChat Pay's support asks for it. */
  readonly requestId: string | null;
}

/** A verified answer about our order. Anything less is a failure, and decides nothing. */
export type OrderAnswer = Answered &
  (
    | { readonly tradeState: 'SUCCESS' | 'REFUND'; readonly payment: Payment }
    | { readonly tradeState: Exclude<TradeState, 'SUCCESS' | 'REFUND'> }
    /** Signed, and about an order that WeChat Pay does not know, or not yet. */
    | { readonly tradeState: 'NOT_FOUND'; readonly code: string }
  );

/** What the worker adds about the merchant to an answer: only the worker reads the merchants file. */
export interface MerchantFacts {
  /** An IANA name, as in `Asia/Hong_Kong`. Absent: the merchants file has none. */
  readonly timeZone?: string;
}

export interface QueryOrderInput {
  readonly order: OrderRef;
}

export type QueryOrderResult = OrderAnswer & MerchantFacts;

/**
 * Whether a write left the process: `no`; `maybe`, if the worker was lost after it had announced the write; `yes`, if
 * its bytes were handed to a socket. It says nothing about what WeChat Pay did.
 */
export type Sent = 'no' | 'maybe' | 'yes';

/** The more certain of two. */
export function mostSent(one: Sent, other: Sent): Sent {
  if (one === 'yes' || other === 'yes') return 'yes';
  return one === 'maybe' || other === 'maybe' ? 'maybe' : 'no';
}

/** A call without a usable answer. */
export interface CallFailure {
  readonly call: Call;
  /** A code of the error table. */
  readonly code: string;
  readonly kind: ErrorKind;
  readonly requestId: string | null;
}

/** A guarded write that ended without a result: before it was sent, or with its worker. */
export interface WriteFailure extends CallFailure {
  /** Of this attempt and of those before it. */
  readonly sent: Sent;
  /** What the last attempt had announced, if any. */
  readonly announced: Announced | null;
}

/** What an attempt writes down at Temporal right before it sends, and corrects if it learns more. */
export interface Announced {
  readonly sent: Sent;
  /** WeChat Pay answered the write with a claim of payment: no other may follow, also if this attempt is lost. */
  readonly paidClaimed?: true;
  /** The state that the write was allowed for, if it decides what the write gave up. */
  readonly allowedFor?: unknown;
}

/** What a write was answered, or what went wrong. */
export type WriteReply<Reply> = { readonly answer: Reply } | { readonly failure: CallFailure };

/**
 * What a guarded write came to: it asked, sent if the answer allowed it, and asked again.
 *
 * From the moment its bytes are handed to a socket, everything that happens is reported here and nothing is retried.
 */
export interface GuardedResult<Answer, Reply> extends MerchantFacts {
  /** The query that was made first. `null`: none, since it was too early. */
  readonly before: Answer | null;
  /** Of this attempt and of those before it. */
  readonly sent: Sent;
  /** What the attempts before this one had announced. Absent: nothing. */
  readonly earlier?: Announced;
  /** `null`: the first answer did not allow it, so this attempt sent nothing. */
  readonly write: WriteReply<Reply> | null;
  /** The query after it. `null`: nothing was sent. */
  readonly after: { readonly answer: Answer } | { readonly failure: CallFailure } | null;
}

export interface CloseOrderInput {
  readonly order: OrderRef;
  /** Nothing is sent before this instant of the server's clock. */
  readonly floor: Instant;
  /** What the first query may say for the close to be sent. */
  readonly allows: readonly Allowed[];
}

/**
 * What WeChat Pay answered to a close.
 *
 * - `accepted`: 204; it names no order, so it is confirmed by a query
 * - `alreadyClosed`, `paid`: ORDER_CLOSED, ORDERPAID; claims to be confirmed
 * - the others: refused, by kind
 */
export type CloseAnswer = 'accepted' | 'alreadyClosed' | 'paid' | Refusal;

/** Why a write was refused, where that claims nothing about the outcome. */
export const REFUSALS = ['inProgress', 'tooOften', 'notFound', 'refusedState', 'refusedRequest'] as const;
export type Refusal = (typeof REFUSALS)[number];

export interface CloseReply extends Answered {
  readonly answer: CloseAnswer;
  /** The error table's code, if the answer carried one. */
  readonly code?: string;
}

export type CloseOrderResult = GuardedResult<OrderAnswer, CloseReply>;

/** The first detail of an activity's `ApplicationFailure`; its `type` is a code of the error table. */
export interface FailureDetails {
  /** The call that failed: of a guarded write, its first query or the write itself. */
  readonly call: Call;
  readonly kind: ErrorKind;
  /** The code as WeChat Pay spelled it, if the answer has one: at most 32 characters, and never a key. */
  readonly rawCode?: string;
  readonly requestId: string | null;
  /** HTTP status, if there was an answer. */
  readonly status: number | null;
  /** Of a guarded write: what it is known to have sent, in this attempt or those before it. `null`: nothing. */
  readonly announced?: Announced | null;
}

/** The activities for orders. Each fails with an `ApplicationFailure` whose `type` is a code of the error table. */
export interface OrderActivities {
  /** Asks WeChat Pay for the state of an order. */
  readonly queryOrder: (input: QueryOrderInput) => Promise<QueryOrderResult>;
  /** Asks, closes the order if the answer and the floor allow it, and asks again. */
  readonly closeOrder: (input: CloseOrderInput) => Promise<CloseOrderResult>;
}
