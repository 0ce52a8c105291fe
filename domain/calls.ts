import type { Call } from './call-policies.js';
import type { ErrorKind } from './errors/table.js';
import type { Amount, OrderRef } from './orders/order.js';
import type { Allowed } from './orders/write.js';
import type { Instant } from './time.js';

/** The trade states of WeChat Pay (S3). ACCEPT, which only WeChat Pay's SDK names, is read as USERPAYING. */
export const TRADE_STATES = ['SUCCESS', 'REFUND', 'NOTPAY', 'CLOSED', 'REVOKED', 'USERPAYING', 'PAYERROR'] as const;
export type TradeState = (typeof TRADE_STATES)[number];

/** A payment, from a verified answer or notification. Never the payer. `null`: WeChat Pay did not say. */
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

/** A verified answer about our order. Any other answer is a failure, and is inconclusive. */
export type OrderAnswer = Answered &
  (
    | { readonly tradeState: 'SUCCESS' | 'REFUND'; readonly payment: Payment }
    | { readonly tradeState: Exclude<TradeState, 'SUCCESS' | 'REFUND'> }
    /** Signed, and about an order that WeChat Pay does not know, or not yet. */
    | { readonly tradeState: 'NOT_FOUND'; readonly code: string }
  );

/** What the worker adds to an answer from the merchants file, which only the worker reads. */
export interface MerchantFacts {
  /** An IANA name, as in `Asia/Hong_Kong`. Absent: the merchants file has none. */
  readonly timeZone?: string;
  /** The merchant has no URL for outcomes, so nobody is told. Absent: it may have one. */
  readonly hasWebhook?: false;
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
  /** By this attempt or an earlier one. */
  readonly sent: Sent;
  /** What the last attempt had announced. `null`: nothing. */
  readonly announced: Announced | null;
}

/** What an attempt records at Temporal right before it sends, and corrects if it learns more. */
export interface Announced {
  readonly sent: Sent;
  /** WeChat Pay answered the write with a claim of payment. No other write may follow, even if this attempt is lost. */
  readonly paidClaimed?: true;
  /** The progress of a service order that the cancel was allowed for: it says which amount was given up. */
  readonly allowedFor?: unknown;
}

/** The answer to a write, or its failure. */
export type WriteReply<Reply> = { readonly answer: Reply } | { readonly failure: CallFailure };

/**
 * The result of a guarded write: a query, the write if the answer allowed it, and a query.
 *
 * From the moment at which its bytes are handed to a socket, everything that happens is part of the result.
 */
export interface GuardedResult<Answer, Reply> extends MerchantFacts {
  /** The first query. `null`: none was made, because it was too early. */
  readonly before: Answer | null;
  /** By this attempt or an earlier one. */
  readonly sent: Sent;
  /** What earlier attempts had announced. Absent: nothing. */
  readonly earlier?: Announced;
  /** `null`: the first answer did not allow it, so this attempt sent nothing. */
  readonly write: WriteReply<Reply> | null;
  /** The query after the write. `null`: nothing was sent. */
  readonly after: { readonly answer: Answer } | { readonly failure: CallFailure } | null;
}

export interface CloseOrderInput {
  readonly order: OrderRef;
  /** Nothing is sent before this instant of the server's clock. */
  readonly floor: Instant;
  /** The answers to the first query that allow the close. */
  readonly allows: readonly Allowed[];
}

/**
 * What WeChat Pay answered to a close.
 *
 * - `accepted`: 204. It names no order, so a query must confirm it
 * - `alreadyClosed`, `paid`: ORDER_CLOSED, ORDERPAID. A query must confirm them, too
 * - the others: refused, by kind
 */
export type CloseAnswer = 'accepted' | 'alreadyClosed' | 'paid' | Refusal;

/** Why a write was refused, if that says nothing about the outcome. */
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
  /** The call that failed. In a guarded write, it is the first query or the write itself. */
  readonly call: Call;
  readonly kind: ErrorKind;
  /** The code as WeChat Pay spelled it, if the answer has one: at most 32 characters, and never a key. */
  readonly rawCode?: string;
  readonly requestId: string | null;
  /** HTTP status, if there was an answer. */
  readonly status: number | null;
  /** In a guarded write: what this attempt or an earlier one had announced. `null`: nothing. */
  readonly announced?: Announced | null;
}

/** The activities for orders. Each fails with an `ApplicationFailure` whose `type` is a code of the error table. */
export interface OrderActivities {
  readonly queryOrder: (input: QueryOrderInput) => Promise<QueryOrderResult>;
  /** A guarded write: query, close if the answer and the floor allow it, query. */
  readonly closeOrder: (input: CloseOrderInput) => Promise<CloseOrderResult>;
}
