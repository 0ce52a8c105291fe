import type { CallFailure, Payment, QueryOrderResult } from '../calls.js';
import type { Decision } from '../flow.js';
import type { ReadIn } from '../locale.js';
import { orderWorkflowId, type Amount, type MerchantRef, type OrderNumber, type OrderRef } from '../orders/order.js';
import type { LastAnswer, Outcome, PaymentNotification } from '../orders/state.js';
import type { Instant } from '../time.js';
import type { TimingInput } from '../timing.js';
import { DEFAULT_PAUSES, PATIENCE, type WaitingFacts, type WaitingTiming } from '../waiting.js';

/** Every length of time that the start of a late payment may change. */
export type LateTiming = WaitingTiming;

export const DEFAULT_LATE_TIMING: LateTiming = { pauses: DEFAULT_PAUSES, patience: PATIENCE };

/** The type of the workflow that owns a late payment. */
export const LATE_PAYMENT_WORKFLOW = 'latePayment';

/** The workflow of a payment that comes after the end of its order. */
export function lateWorkflowId(order: MerchantRef & OrderNumber): string {
  return `late/${orderWorkflowId(order)}`;
}

/** The input of the workflow of a late payment. Further notifications come as the signal `paymentNotification`. */
export interface LateInput {
  /** As the order was started. */
  readonly order: OrderRef;
  /** The amount that the order should have; `null`: not known. */
  readonly amount: Amount | null;
  /** The language of what operators read in Temporal UI. Default: `en`. */
  readonly locale?: ReadIn;
  /** How the order had ended. */
  readonly ended: Outcome;
  readonly notification: PaymentNotification;
  /** Lengths of time that differ from the defaults; every pause lasts at least a second. */
  readonly timing?: TimingInput;
}

/** An order that has ended, as far as a late payment needs it. */
export interface LateOrder {
  readonly ref: OrderRef;
  /** The amount that it should have; `null`: not known. */
  readonly amount: Amount | null;
  readonly locale: ReadIn;
}

/** The checked input of a late payment, with every default filled in. */
export interface LateStart {
  readonly order: LateOrder;
  readonly ended: Outcome;
  readonly notification: PaymentNotification;
  readonly timing: LateTiming;
}

/** What was done about a late payment, as a person says. */
export interface LateRecord {
  /** It was refunded, or the order was reopened so that the shopper gets what was paid for. */
  readonly as: 'refunded' | 'reopened';
  /** Which refund, which order. */
  readonly note: string;
  /** The name of the person who did it. */
  readonly by: string;
}

/** How a late payment was settled. */
export type LateOutcome =
  /** The order ended as paid, with this very payment. */
  | { readonly ended: 'known' }
  /** WeChat Pay shows it refunded. */
  | { readonly ended: 'refunded' }
  /** A person recorded what was done about it. */
  | ({ readonly ended: 'recorded' } & LateRecord)
  /** A person stopped the watching: the workflow ends as cancelled. */
  | { readonly ended: 'released' };

/** The reasons that are about the money. They hold until a query shows something else, or a person records what was done. */
export const LATE_FINDINGS = [
  'paid-after-close',
  'paid-twice',
  'amount-differs',
  'notification-and-query-disagree',
] as const;

/** Why a person is asked. */
export const LATE_REASONS = [...LATE_FINDINGS, 'fatal-answer', 'signature-refused', 'patience-over'] as const;
export type LateReason = (typeof LATE_REASONS)[number];

export type LatePhase =
  | { readonly phase: 'checking' }
  | { readonly phase: 'unsettled'; readonly until: Instant }
  | { readonly phase: 'needsAttention'; readonly reason: LateReason; readonly until: Instant }
  | { readonly phase: 'ended'; readonly outcome: LateOutcome };

export type LatePhaseName = LatePhase['phase'];

/** What is known about a late payment in any phase. */
export interface LateFacts extends WaitingFacts {
  readonly order: LateOrder;
  readonly timing: LateTiming;
  /** How the order had ended. */
  readonly ended: Outcome;
  /** The payments that were reported, each once: by notifications, or by a query of the order before its end. */
  readonly told: readonly [Payment, ...Payment[]];
  /** How many reports of further payments there was no room for. */
  readonly notKept: number;
  /** The payment that the order ended with, as far as it is known. `null`: the order did not end as paid. */
  readonly known: Pick<Payment, 'transactionId' | 'amount'> | null;
  /** The payment that a query showed last. */
  readonly shown: Payment | null;
  /**
   * There are two payments: a query showed another than the order ended with, or a further notification reported another.
   * Later queries do not change that, because a query shows only one of them.
   */
  readonly isSecond: boolean;
  /** Why a person is asked. It is kept while WeChat Pay is asked again. */
  readonly asked: LateReason | null;
  readonly last: LastAnswer;
  /** The merchant's, once an answer has brought it. For what people read, never for a decision. */
  readonly timeZone: string;
}

export type LateState = LateFacts & LatePhase;

export type LateEvent =
  | { readonly type: 'timerFired' }
  /** A further verified notification of the same order. */
  | { readonly type: 'paymentNotification'; readonly notification: PaymentNotification }
  | { readonly type: 'queryAnswered'; readonly answer: QueryOrderResult }
  | { readonly type: 'queryFailed'; readonly failure: CallFailure }
  /** A person fixed something: ask again, with new patience. */
  | { readonly type: 'retryRequested' }
  | ({ readonly type: 'recorded' } & LateRecord)
  | { readonly type: 'releaseRequested' };

/** What the workflow does next. */
export type LateStep =
  | { readonly do: 'query' }
  | { readonly do: 'wait'; readonly until: Instant }
  | { readonly do: 'askPerson'; readonly reason: LateReason; readonly until: Instant }
  | { readonly do: 'finish'; readonly outcome: LateOutcome };

export type LateDecision = Decision<LateState, LateStep>;
