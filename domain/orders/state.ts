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
import type { Call } from '../call-policies.js';
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
  /** `closeSent` is whether this worker sent a close. It is not who closed the order: WeChat Pay never says that. */
  | ({ readonly ended: 'closed'; readonly closeSent: Sent } & Replaced)
  | ({ readonly ended: 'never-existed' } & Replaced)
  /** A person's resolution, and WeChat Pay's last answer (`said`). */
  | ({ readonly ended: 'resolved'; readonly said: string } & Omit<Resolution, 'force'> & Replaced)
  /** A person stopped the watching: the workflow ends as cancelled. */
  | ({ readonly ended: 'released' } & Replaced);

/** How an order ended, as a person says. */
export interface Resolution {
  readonly as: 'paid' | 'closed' | 'never-existed';
  readonly note: string;
  /** The person's name. */
  readonly by: string;
  /** The order ends so even if WeChat Pay does not confirm it. */
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
      /** An event came that changes what the close may do. It is stopped if it has not sent yet; its result is awaited. */
      readonly isSuperseded: boolean;
      /** A later deadline that was requested meanwhile. It counts only if nothing was sent. */
      readonly extension: Instant | null;
    }
  | { readonly phase: 'confirming'; readonly until: Instant }
  | { readonly phase: 'notFoundYet'; readonly until: Instant }
  | { readonly phase: 'unsettled'; readonly until: Instant }
  | { readonly phase: 'needsAttention'; readonly reason: AttentionReason; readonly until: Instant }
  | { readonly phase: 'ended'; readonly outcome: Outcome };

export type PhaseName = Phase['phase'];

/** The phases in which an order waits, and which a check may interrupt. */
export type Rest = Exclude<Phase, { readonly phase: 'checking' | 'closing' | 'ended' }>;

/** WeChat Pay's last answer, for people. */
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
  /** When WeChat Pay last accepted a placement. The time in which the order can be paid counts from here. */
  readonly placedAt: Instant;
  /** When the last query ended, answered or not. */
  readonly queriedAt: Instant | null;
  /** The last verified answer to a query, and when the query was sent: WeChat Pay's answer is not older than that. */
  readonly verified: { readonly tradeState: OrderAnswer['tradeState']; readonly askedAt: Instant } | null;
  readonly closeRequested: { readonly at: Instant; readonly replacedBy?: string } | null;
  /** The checkout said that WeChat Pay refused the placement. `null`: it did not, or WeChat Pay has shown the order since. */
  readonly placementFailed: { readonly code: string } | null;
  /** WeChat Pay said that the order is paid. From then on no close is sent. */
  readonly paidClaimed: boolean;
  /** A verified notification or answer showed a payment, of whatever amount. From then on CLOSED is a contradiction. */
  readonly paidShown: boolean;
  /** Whether a close was sent. */
  readonly closeSent: Sent;
  /** A close may have been sent, and no query was answered since. */
  readonly closeUnconfirmed: boolean;
  /** When WeChat Pay accepted the last close, or answered it with ORDER_CLOSED. `null`: it did neither. */
  readonly closeAcceptedAt: Instant | null;
  /** When the last close that was sent ended, answered or not. */
  readonly closeTriedAt: Instant | null;
  /** When the first of the signed not-founds in a row came. */
  readonly notFoundSince: Instant | null;
  /** The one close that is tried for an order that is not found was made. */
  readonly closedUnseen: boolean;
  /** A verified answer or notification has shown that the order exists. */
  readonly seen: boolean;
  /** Since when a payment is in progress. */
  readonly payingSince: Instant | null;
  /** A person's resolution, until the query that must confirm it is answered. */
  readonly resolution: Resolution | null;
  /** The payments that verified notifications and answers reported, each once. */
  readonly told: readonly PaymentNotification[];
  /** How many reports of further payments there was no room for: see `MAX_PAYMENTS_KEPT`. */
  readonly notKept: number;
  /** How many of `told` the person could see who last resolved the order. */
  readonly toldBeforeWord: number;
  /** The wait that a check interrupted, to go back to. `null`: no check is in flight. */
  readonly interrupted: Rest | null;
  readonly last: LastAnswer | null;
  /** The merchant's, once an answer has brought it. For what people read, never for a decision. */
  readonly timeZone: string;
}

export type OrderState = Facts & Phase;

export type EndedOrder = OrderState & { readonly phase: 'ended' };

/** A payment that a verified notification reported, or a verified answer to a query showed. */
export interface PaymentNotification extends Payment {
  readonly order: MerchantRef & OrderNumber;
  /** The receiver's merchants file has no URL for outcomes, so nobody is told. Absent: it may have one. */
  readonly hasWebhook?: false;
}

export type OrderEvent =
  | { readonly type: 'timerFired' }
  | { readonly type: 'paymentNotification'; readonly notification: PaymentNotification }
  | { readonly type: 'closeRequested'; readonly replacedBy?: string }
  /** `checkNow`: it never closes an order. An inconclusive answer leads back to the wait that it interrupted. */
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
