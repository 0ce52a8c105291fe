import type { CloseOrderResult, Payment, QueryOrderResult } from './activities.js';
import type { Call, ErrorKind } from './error-table.js';
import type { Order, OrderRef } from './order.js';
import type { Instant } from './time.js';
import type { PauseName } from './timing.js';

/** Why a person is asked. */
export type AttentionReason =
  | 'amount-differs'
  | 'notice-and-query-disagree'
  | 'fatal-answer'
  | 'request-refused'
  | 'signature-refused'
  | 'patience-over';

/** How the life of an order ended. An order has exactly one. */
export type Outcome =
  | ({ readonly ended: 'paid'; readonly refunded: boolean; readonly toldBy: 'notice' | 'query' } & Payment & Replaced)
  | ({ readonly ended: 'closed'; readonly by: 'us' | 'elsewhere' } & Replaced)
  | ({ readonly ended: 'never-existed' } & Replaced);

/** How an order ended for its checkout: as its outcome says, or `released`, when a person stopped the watching. */
export type EndedOrder = Outcome | { readonly ended: 'released' };

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

/** What WeChat Pay said last, for people. */
export interface LastAnswer {
  readonly call: Call | 'notice';
  /** A trade state, a close answer, or a code of the error table. */
  readonly said: string;
  readonly requestId: string | null;
  readonly at: Instant;
}

/** What is known of an order in any phase. */
export interface Facts {
  readonly order: Order;
  readonly closeRequested: { readonly at: Instant; readonly replacedBy?: string } | null;
  /** WeChat Pay said that the order is paid. From then on no close is sent. */
  readonly paidClaimed: boolean;
  /** A verified notice said so. From then on CLOSED is a contradiction. */
  readonly paidNoticed: boolean;
  /** A close was sent, or may have been. */
  readonly closeSent: boolean;
  /** When WeChat Pay last accepted a close or called the order closed. */
  readonly closeAcceptedAt: Instant | null;
  /** The last close was refused as a faulty request. */
  readonly requestRefused: boolean;
  /** Signature refusals since the last verified answer. */
  readonly hints: number;
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
  /** The last pause, and how often it was taken in a row. */
  readonly lull: { readonly pause: PauseName; readonly count: number } | null;
  readonly last: LastAnswer | null;
}

export type OrderState = Facts & Phase;

/** A call that brought no answer which decides anything. */
export interface CallFailure {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly requestId: string | null;
}

/** A verified payment notice. */
export interface PaymentNotice extends Payment {
  readonly order: Pick<OrderRef, 'mchid' | 'outTradeNo'>;
}

export type OrderEvent =
  | { readonly type: 'timerFired' }
  | { readonly type: 'paymentNotice'; readonly notice: PaymentNotice }
  | { readonly type: 'closeRequested'; readonly replacedBy?: string }
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
}
