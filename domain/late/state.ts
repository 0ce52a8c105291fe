import type { Payment, QueryOrderResult } from '../activities.js';
import type { Hints } from '../hints.js';
import type { CallFailure, PaymentNotice } from '../orders/state.js';
import type { Order } from '../orders/order.js';
import type { Instant } from '../time.js';

/** What became of a payment that a notice told of after its order had ended. */
export type LateOutcome =
  /** The order ended as paid, with this very payment. */
  | { readonly ended: 'known' }
  /** WeChat Pay shows it refunded. */
  | { readonly ended: 'refunded' }
  /** A person recorded what was done about it. */
  | { readonly ended: 'recorded'; readonly as: 'refunded' | 'reopened'; readonly note: string; readonly by: string };

/** Why a person is asked about the money: it stands until a query shows something else, or a person records it. */
export const LATE_FINDINGS = ['paid-after-close', 'paid-twice', 'amount-differs', 'notice-and-query-disagree'] as const;

/** Why a person is asked. */
export const LATE_REASONS = [...LATE_FINDINGS, 'fatal-answer', 'signature-refused', 'patience-over'] as const;
export type LateReason = (typeof LATE_REASONS)[number];

export type LatePhase =
  | { readonly phase: 'checking' }
  | { readonly phase: 'unsettled'; readonly until: Instant }
  | { readonly phase: 'needsAttention'; readonly reason: LateReason; readonly until: Instant }
  | { readonly phase: 'ended'; readonly outcome: LateOutcome };

/** What is known of a late payment in any phase. */
export interface LateFacts {
  readonly order: Order;
  readonly notice: PaymentNotice;
  /** The payment that the order ended with, as far as it was said; `null` where it did not end as paid. */
  readonly known: Pick<Payment, 'transactionId' | 'amount'> | null;
  /** The payment that a query showed last. */
  readonly shown: Payment | null;
  /** A query showed another payment than the order ended with: it stays a second one, whatever the next query says. */
  readonly isSecond: boolean;
  /** From here the clock of patience counts: the notice, or a person's retry. */
  readonly patienceFrom: Instant;
  /** Answers in a row that decided nothing. */
  readonly unclear: number;
  readonly hints: Hints;
  /** Why a person is asked, also while WeChat Pay is asked again. */
  readonly asked: LateReason | null;
}

export type LateState = LateFacts & LatePhase;

export type LateEvent =
  | { readonly type: 'timerFired' }
  | { readonly type: 'queryAnswered'; readonly answer: QueryOrderResult }
  | { readonly type: 'queryFailed'; readonly failure: CallFailure }
  /** A person mended something: ask again, with new patience. */
  | { readonly type: 'retryRequested' }
  | {
      readonly type: 'recorded';
      readonly as: 'refunded' | 'reopened';
      readonly note: string;
      readonly by: string;
    };

/** What the workflow does next. */
export type LateStep =
  | { readonly do: 'query' }
  | { readonly do: 'wait'; readonly until: Instant }
  | { readonly do: 'askPerson'; readonly reason: LateReason; readonly until: Instant }
  | { readonly do: 'finish'; readonly outcome: LateOutcome };

export interface LateDecision {
  readonly state: LateState;
  readonly step: LateStep;
  /** Which row of the table was taken, counted from 1. Absent: none fitted. */
  readonly row?: number;
}
