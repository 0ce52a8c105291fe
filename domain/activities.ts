import type { ErrorKind } from './errors/kinds.js';
import type { Amount, OrderRef } from './orders/order.js';
import { CANCEL_FRESHNESS, CANCEL_SIGNED_WITHIN } from './payscore/timing.js';
import type {
  CancelServiceOrderInput,
  CancelServiceOrderResult,
  QueryServiceOrderInput,
  QueryServiceOrderResult,
} from './payscore/service-order.js';
import { CLOSE_FRESHNESS, CLOSE_GIVEN_OUT_WITHIN, CLOSE_QUEUES_WITHIN } from './timing.js';
import { MINUTE, SECOND, type Instant, type Milliseconds } from './time.js';

/** The trade states of WeChat Pay (S3). */
export const TRADE_STATES = ['SUCCESS', 'REFUND', 'NOTPAY', 'CLOSED', 'REVOKED', 'USERPAYING', 'PAYERROR'] as const;
export type TradeState = (typeof TRADE_STATES)[number];

/** What a verified answer or notification tells of a payment. Never the payer. `null` where WeChat Pay did not say. */
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

export interface QueryOrderInput {
  readonly order: OrderRef;
}

/** A verified answer about our order. Anything less is a failure of the activity, and decides nothing. */
export type QueryOrderResult = Answered & {
  /** When the query was given out by the Temporal server: before it was sent, on the clock that decides. */
  readonly askedAt: Instant;
  /** The merchant's, where the worker knows it: only it reads the merchants file. */
  readonly timeZone?: string;
} & (
    | { readonly tradeState: 'SUCCESS' | 'REFUND'; readonly payment: Payment }
    | { readonly tradeState: Exclude<TradeState, 'SUCCESS' | 'REFUND'> }
    /** Signed, and about an order that WeChat Pay does not know, or not yet. */
    | { readonly tradeState: 'NOT_FOUND'; readonly code: string }
  );

export interface CloseOrderInput {
  readonly order: OrderRef;
  /** The close is refused before this instant of the server's clock. */
  readonly floor: Instant;
  /** {@link QueryOrderResult.askedAt} of the query that allowed this close. */
  readonly queriedAt: Instant;
}

/**
 * What came of a close.
 *
 * - `accepted`: 204; it names no order, so it is confirmed by a query
 * - `alreadyClosed`, `paid`: ORDER_CLOSED, ORDERPAID; claims to be confirmed
 * - `inProgress`, `tooOften`, `notFound`, `refusedState`, `refusedRequest`: refused, by kind
 * - `tooEarly`, `queryTooOld`: not sent at all
 */
export type CloseAnswer =
  | 'accepted'
  | 'alreadyClosed'
  | 'paid'
  | 'inProgress'
  | 'tooOften'
  | 'notFound'
  | 'refusedState'
  | 'refusedRequest'
  | 'tooEarly'
  | 'queryTooOld';

export interface CloseOrderResult extends Answered {
  readonly answer: CloseAnswer;
  /** The error table's code, where the answer carried one. */
  readonly code?: string;
}

/** The first detail of an activity's `ApplicationFailure`; its `type` is a code of the error table. */
export interface FailureDetails {
  readonly kind: ErrorKind;
  /** The code as WeChat Pay spelled it, where the answer has one: at most 32 characters, and never a key. */
  readonly rawCode?: string;
  readonly requestId: string | null;
  /** HTTP status, where there was an answer. */
  readonly status: number | null;
  /** Whether WeChat Pay may have carried the request out all the same. */
  readonly mayHaveTakenEffect: boolean;
}

/** The activities that a worker offers, one per API call. */
export interface OrderActivities {
  /**
   * Asks WeChat Pay for the state of an order.
   *
   * Fails with an `ApplicationFailure` whose `type` is a code of the error table.
   */
  readonly queryOrder: (input: QueryOrderInput) => Promise<QueryOrderResult>;
  /**
   * Sends one close, if the floor has passed and the query that allowed it is fresh.
   *
   * Fails with an `ApplicationFailure` whose `type` is a code of the error table; the close may then have taken effect.
   */
  readonly closeOrder: (input: CloseOrderInput) => Promise<CloseOrderResult>;
}

/** The activities for PayScore service orders, one per API call. They fail like those for orders. */
export interface ServiceOrderActivities {
  readonly queryServiceOrder: (input: QueryServiceOrderInput) => Promise<QueryServiceOrderResult>;
  /** Sends one cancel, if the query that allowed it is fresh. */
  readonly cancelServiceOrder: (input: CancelServiceOrderInput) => Promise<CancelServiceOrderResult>;
}

/** Timeouts and back-off of an activity, in milliseconds. */
export interface CallPolicy {
  readonly startToCloseTimeout: Milliseconds;
  /** For how long it is retried, counted from when it is asked for. */
  readonly scheduleToCloseTimeout: Milliseconds;
  /** How long an attempt may wait for a worker. Absent: as long as the rest allows. */
  readonly scheduleToStartTimeout?: Milliseconds;
  readonly retry: {
    readonly initialInterval: Milliseconds;
    readonly backoffCoefficient: number;
    readonly maximumInterval: Milliseconds;
    /** Absent: as many as the time allows. */
    readonly maximumAttempts?: number;
  };
}

/** How long one attempt may take, from when a worker has it. The HTTP client gives up before that. */
const ATTEMPT: Milliseconds = 10 * SECOND;

/**
 * Retries belong to Temporal. What is retried is decided by the error table; for how long, here.
 *
 * A close is begun only while its query is fresh. The activity checks that for each attempt, by when the server gave it
 * out; how long it then waits for a worker is bounded here. An attempt under way has its time.
 *
 * A close that is lost with its worker may have taken effect, so no other follows it: its attempt may take as long as
 * all of them, and then a query tells.
 */
export const CALL_POLICIES = {
  queryOrder: {
    startToCloseTimeout: ATTEMPT,
    scheduleToCloseTimeout: 5 * MINUTE,
    retry: { initialInterval: SECOND, backoffCoefficient: 2, maximumInterval: MINUTE },
  },
  closeOrder: {
    startToCloseTimeout: CLOSE_FRESHNESS + ATTEMPT,
    scheduleToCloseTimeout: CLOSE_FRESHNESS + ATTEMPT,
    scheduleToStartTimeout: CLOSE_QUEUES_WITHIN,
    // The fifth begins after 15 s at the soonest, a sixth could only begin when the query is stale.
    retry: { initialInterval: SECOND, backoffCoefficient: 2, maximumInterval: MINUTE, maximumAttempts: 5 },
  },
} as const satisfies Record<keyof OrderActivities, CallPolicy>;

/** How long a close may take in all, from the query that allowed it: what is left of its freshness, and one attempt. */
export function closeWithin(queriedAt: Instant, now: Instant): Milliseconds {
  return Math.max(queriedAt + CLOSE_FRESHNESS - now, 0) + ATTEMPT;
}

/** How long a cancel may wait for a worker: for as long as the query that allowed it is fresh when it is signed. */
export function cancelStartsWithin(queriedAt: Instant, now: Instant): Milliseconds {
  return Math.max(queriedAt + CANCEL_FRESHNESS - CANCEL_SIGNED_WITHIN - now, 1);
}

/** How long the signature of a close may take: what its query's freshness leaves, besides the wait for a worker. */
export function closeSignedWithin(queriedAt: Instant, givenOutAt: Instant): Milliseconds {
  return Math.max(queriedAt + CLOSE_GIVEN_OUT_WITHIN - givenOutAt, SIGNED_BY_A_FILE_WITHIN);
}

/** A key in a file signs in a few milliseconds, also on a busy machine. */
const SIGNED_BY_A_FILE_WITHIN: Milliseconds = 200;

/** As for orders; a cancel is sent once for each query that allows it. */
export const SERVICE_CALL_POLICIES = {
  queryServiceOrder: CALL_POLICIES.queryOrder,
  cancelServiceOrder: {
    startToCloseTimeout: ATTEMPT,
    scheduleToCloseTimeout: CANCEL_FRESHNESS + ATTEMPT,
    retry: { initialInterval: SECOND, backoffCoefficient: 2, maximumInterval: MINUTE, maximumAttempts: 1 },
  },
} as const satisfies Record<keyof ServiceOrderActivities, CallPolicy>;
