import type { CloseOrderResult, Payment, QueryOrderResult } from '../activities.js';
import type { ErrorKind } from '../errors/kinds.js';
import type { Call } from '../errors/table.js';
import type { MerchantRef, Order, OrderNumber } from './order.js';
import type { Instant } from '../time.js';
import type { PauseName } from '../timing.js';

/** Why a person is asked. */
export const ATTENTION_REASONS = [
  'amount-differs',
  'notification-and-query-disagree',
  'fatal-answer',
  'request-refused',
  'signature-refused',
  'resolution-contradicted',
  'patience-over',
] as const;
export type AttentionReason = (typeof ATTENTION_REASONS)[number];

/** How the life of an order ended. An order has exactly one. */
export type Outcome =
  | ({ readonly ended: 'paid'; readonly refunded: boolean; readonly toldBy: 'notification' | 'query' } & Payment &
      Replaced)
  | ({ readonly ended: 'closed'; readonly by: 'us' | 'elsewhere' } & Replaced)
  | ({ readonly ended: 'never-existed' } & Replaced)
  /** A person's word, and what WeChat Pay said when it was last asked. */
  | ({ readonly ended: 'resolved'; readonly said: string } & Omit<Resolution, 'force'> & Replaced)
  /** A person stopped the watching: the workflow ends as cancelled. */
  | ({ readonly ended: 'released' } & Replaced);

/** A person's word on how an order ended. */
export interface Resolution {
  readonly as: 'paid' | 'closed' | 'never-existed';
  /** Why. */
  readonly note: string;
  /** Who decides. */
  readonly by: string;
  /** It stands even if WeChat Pay says otherwise, or nothing. */
  readonly force: boolean;
}

interface Replaced {
  /** The number under which the order was placed anew. With `paid`, one of the two payments must be refunded. */
  readonly replacedBy?: string;
}

/** Where an order is in its life. */
export type Phase =
  | { readonly phase: 'awaitingPayment' }
  | { readonly phase: 'checking' }
  | { readonly phase: 'userIsPaying'; readonly until: Instant }
  | { readonly phase: 'closing'; readonly queriedAt: Instant }
  | { readonly phase: 'confirming'; readonly until: Instant }
  | { readonly phase: 'notFoundYet'; readonly until: Instant }
  | { readonly phase: 'unsettled'; readonly until: Instant }
  | { readonly phase: 'needsAttention'; readonly reason: AttentionReason; readonly until: Instant }
  | { readonly phase: 'ended'; readonly outcome: Outcome };

export type PhaseName = Phase['phase'];

/** Where an order waits, and a check may interrupt it. */
export type Rest = Exclude<Phase, { readonly phase: 'checking' | 'closing' | 'ended' }>;

/** Signature refusals in a row. */
export interface Refusals {
  readonly count: number;
  /** When the first of them came. */
  readonly since: Instant;
}

/** What WeChat Pay said last, for people. */
export interface LastAnswer {
  readonly call: Call | 'notification';
  /** A trade state, a close answer, or a code of the error table. */
  readonly said: string;
  readonly requestId: string | null;
  readonly at: Instant;
}

/** What is known of an order in any phase. */
export interface Facts {
  readonly order: Order;
  /** When WeChat Pay last accepted a placement: here the life of a payment starts. */
  readonly placedAt: Instant;
  /** When a query last came back, answered or not. */
  readonly askedAt: Instant | null;
  /** When the last query that was answered was given out: the age that a close goes by. */
  readonly lastQueryAt: Instant | null;
  readonly closeRequested: { readonly at: Instant; readonly replacedBy?: string } | null;
  /** WeChat Pay said that the order is paid. From then on no close is sent. */
  readonly paidClaimed: boolean;
  /** A verified notification or answer showed a payment, of whatever amount. From then on CLOSED is a contradiction. */
  readonly paidShown: boolean;
  /** A close was sent, or may have been. */
  readonly closeSent: boolean;
  /** When WeChat Pay last accepted a close or called the order closed. */
  readonly closeAcceptedAt: Instant | null;
  /** When the last close was answered, or not. Not counted: one that was not sent. */
  readonly closeTriedAt: Instant | null;
  /** The last close was refused as a faulty request: what the query had said that allowed it, and still says. */
  readonly refusedAfter: 'unpaid' | 'paying' | 'notFound' | null;
  /** Signature refusals of each call since it was last answered. */
  readonly hints: { readonly query: Refusals | null; readonly close: Refusals | null };
  /** Signed not-founds in a row. */
  readonly notFounds: number;
  /** The close that is tried for an order that is not found was tried. */
  readonly closedUnseen: boolean;
  /** A verified answer showed that the order exists. */
  readonly seen: boolean;
  /** Since when a payment is in progress. */
  readonly payingSince: Instant | null;
  /** The first check that was due: here the clock of patience starts. */
  readonly patienceFrom: Instant | null;
  /** A person's word that waits for the query before it. */
  readonly resolution: Resolution | null;
  /** A person asked for the watching to stop: what is in flight is heard out, and then the order is released. */
  readonly releaseRequested: boolean;
  /** The payments that verified notifications and answers told of, each once, from the first on: at the end, each has an owner. */
  readonly told: readonly PaymentNotification[];
  /** How many of these were known when a person last said how the order ended. */
  readonly toldBeforeWord: number;
  /** The rest that a check interrupted. `null`: the query in flight, if there is one, is the order's own. */
  readonly interrupted: Rest | null;
  /** The last pause, and how often it was taken in a row. */
  readonly lull: { readonly pause: PauseName; readonly count: number } | null;
  readonly last: LastAnswer | null;
  /** The merchant's, once an answer has brought it. For what people read, never for a decision. */
  readonly timeZone: string;
}

export type OrderState = Facts & Phase;

export type EndedOrder = OrderState & { readonly phase: 'ended' };

/** A call that brought no answer which decides anything. */
export interface CallFailure {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly requestId: string | null;
  /** Whether WeChat Pay may have carried the request out all the same. */
  readonly mayHaveTakenEffect: boolean;
}

/** A verified payment notification; or a payment that a verified answer told of, handed on like one. */
export interface PaymentNotification extends Payment {
  readonly order: MerchantRef & OrderNumber;
}

export type OrderEvent =
  | { readonly type: 'timerFired' }
  | { readonly type: 'paymentNotification'; readonly notification: PaymentNotification }
  | { readonly type: 'closeRequested'; readonly replacedBy?: string }
  /** Is it paid? It never closes an order: what decides nothing leads back to the rest that it interrupted. */
  | { readonly type: 'checkRequested' }
  | { readonly type: 'extended'; readonly payBefore: Instant }
  /** WeChat Pay accepted a placement under the same number once more: the 5 minutes begin anew. */
  | { readonly type: 'placedAgain' }
  /** A person mended something: ask again, with new patience. */
  | { readonly type: 'retryRequested' }
  | { readonly type: 'resolveRequested'; readonly resolution: Resolution }
  | { readonly type: 'releaseRequested' }
  | { readonly type: 'queryAnswered'; readonly answer: QueryOrderResult }
  | { readonly type: 'queryFailed'; readonly failure: CallFailure }
  | { readonly type: 'closeAnswered'; readonly answer: CloseOrderResult }
  | { readonly type: 'closeFailed'; readonly failure: CallFailure };

/** What the workflow does next. */
export type Step =
  | { readonly do: 'wait'; readonly until: Instant }
  | { readonly do: 'query' }
  | { readonly do: 'close'; readonly queriedAt: Instant }
  | { readonly do: 'askPerson'; readonly reason: AttentionReason; readonly until: Instant }
  | { readonly do: 'finish'; readonly outcome: Outcome };

export interface Decision {
  readonly state: OrderState;
  readonly step: Step;
  /** Which row of the table was taken, counted from 1. Absent: none fitted. */
  readonly row?: number;
}
