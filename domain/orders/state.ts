import type {
  CallFailure,
  CloseOrderResult,
  OrderAnswer,
  Payment,
  QueryOrderResult,
  Sent,
  WriteFailure,
} from '../calls.js';
import type { Decision } from '../flow.js';
import type { Call } from '../errors/table.js';
import type { MerchantRef, Order, OrderNumber } from './order.js';
import type { Allowed } from './write.js';
import type { Instant } from '../time.js';
import type { WaitingFacts } from '../waiting.js';

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

/** How the life of an order ended. An order has exactly one outcome. */
export type Outcome =
  | ({
      readonly ended: 'paid';
      readonly refunded: boolean;
      readonly toldBy: 'notification' | 'query';
    } & Payment &
      Replaced)
  /** `closeSent`: whether this worker sent a close, and not who closed the order: nothing that WeChat Pay says tells that. */
  | ({ readonly ended: 'closed'; readonly closeSent: Sent } & Replaced)
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
  | {
      readonly phase: 'closing';
      readonly allows: readonly Allowed[];
      /** Something came that changes what the close may do: it is cancelled, its result is awaited, and none follows. */
      readonly isSuperseded: boolean;
      /** A later deadline that was asked for meanwhile. It stands only if nothing was sent. */
      readonly extension: Instant | null;
    }
  | { readonly phase: 'confirming'; readonly until: Instant }
  | { readonly phase: 'notFoundYet'; readonly until: Instant }
  | { readonly phase: 'unsettled'; readonly until: Instant }
  | { readonly phase: 'needsAttention'; readonly reason: AttentionReason; readonly until: Instant }
  | { readonly phase: 'ended'; readonly outcome: Outcome };

export type PhaseName = Phase['phase'];

/** Where an order waits, and a check may interrupt it. */
export type Rest = Exclude<Phase, { readonly phase: 'checking' | 'closing' | 'ended' }>;

/** What WeChat Pay said last, for people. */
export interface LastAnswer {
  readonly call: Call | 'notification';
  /** A trade state, a close answer, or a code of the error table. */
  readonly said: string;
  readonly requestId: string | null;
  readonly at: Instant;
}

/** What is known about an order in any phase. */
export interface Facts extends WaitingFacts {
  readonly order: Order;
  /** When WeChat Pay last accepted a placement: here the life of a payment starts. */
  readonly placedAt: Instant;
  /** When a query last came back, answered or not. */
  readonly queriedAt: Instant | null;
  /** What the last verified answer said, and when it was asked for: not later than WeChat Pay gave it. */
  readonly verified: { readonly tradeState: OrderAnswer['tradeState']; readonly askedAt: Instant } | null;
  readonly closeRequested: { readonly at: Instant; readonly replacedBy?: string } | null;
  /** WeChat Pay answered the placement with a refusal, says the checkout. `null`: it did not say so, or was wrong. */
  readonly placementFailed: { readonly code: string } | null;
  /** WeChat Pay said that the order is paid. From then on no close is sent. */
  readonly paidClaimed: boolean;
  /** A verified notification or answer showed a payment, of whatever amount. From then on CLOSED is a contradiction. */
  readonly paidShown: boolean;
  /** Whether a close was sent. */
  readonly closeSent: Sent;
  /** A close may have been sent of which no query has shown yet what came of it. */
  readonly closeUnconfirmed: boolean;
  /** When WeChat Pay accepted the last close that was tried, or called the order closed. `null`: it did not. */
  readonly closeAcceptedAt: Instant | null;
  /** When the last close came back, answered or not. Not counted: one that was not sent. */
  readonly closeTriedAt: Instant | null;
  /** When the first of the signed not-founds in a row was heard. */
  readonly notFoundSince: Instant | null;
  /** The close that is tried for an order that is not found was answered. */
  readonly closedUnseen: boolean;
  /** A verified answer or notification showed that the order exists. */
  readonly seen: boolean;
  /** Since when a payment is in progress. */
  readonly payingSince: Instant | null;
  /** A person's word that waits for the query before it. */
  readonly resolution: Resolution | null;
  /** The payments that verified notifications and answers reported, each once: at the end, each has an owner. */
  readonly told: readonly PaymentNotification[];
  /** How many notifications reported a payment that is not among them, because an order keeps only so many. */
  readonly notKept: number;
  /** How many of these were known when a person last said how the order ended. */
  readonly toldBeforeWord: number;
  /** The rest that a check interrupted. `null`: the query in flight, if there is one, is the order's own. */
  readonly interrupted: Rest | null;
  readonly last: LastAnswer | null;
  /** The merchant's, once an answer has brought it. For what people read, never for a decision. */
  readonly timeZone: string;
}

export type OrderState = Facts & Phase;

export type EndedOrder = OrderState & { readonly phase: 'ended' };

/** A verified payment notification; or a payment that a verified answer showed, handed on like one. */
export interface PaymentNotification extends Payment {
  readonly order: MerchantRef & OrderNumber;
}

export type OrderEvent =
  | { readonly type: 'timerFired' }
  | { readonly type: 'paymentNotification'; readonly notification: PaymentNotification }
  | { readonly type: 'closeRequested'; readonly replacedBy?: string }
  /** Is it paid? It never closes an order: an inconclusive answer leads back to the rest that it interrupted. */
  | { readonly type: 'checkRequested' }
  | { readonly type: 'extended'; readonly payBefore: Instant }
  /** WeChat Pay accepted a placement under the same number once more: the 5 minutes begin anew. */
  | { readonly type: 'placedAgain' }
  /** WeChat Pay answered the placement with a refusal. */
  | { readonly type: 'placementFailed'; readonly code: string }
  /** A person fixed something: ask again, with new patience. */
  | { readonly type: 'retryRequested' }
  | { readonly type: 'resolveRequested'; readonly resolution: Resolution }
  | { readonly type: 'releaseRequested' }
  | { readonly type: 'queryAnswered'; readonly answer: QueryOrderResult; readonly askedAt: Instant }
  | { readonly type: 'queryFailed'; readonly failure: CallFailure }
  | { readonly type: 'closeAnswered'; readonly result: CloseOrderResult; readonly askedAt: Instant }
  | { readonly type: 'closeFailed'; readonly failure: WriteFailure };

/** What the workflow does next. */
export type Step =
  | { readonly do: 'wait'; readonly until: Instant }
  | { readonly do: 'query' }
  | { readonly do: 'close'; readonly allows: readonly Allowed[]; readonly isSuperseded: boolean }
  | { readonly do: 'askPerson'; readonly reason: AttentionReason; readonly until: Instant }
  | { readonly do: 'finish'; readonly outcome: Outcome };

export type OrderDecision = Decision<OrderState, Step>;
