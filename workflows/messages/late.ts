import { INITIAL_LATE_STATE, lateDetailsOf, lateSummaryOf, type VisibleLateState } from '../../domain/page/late.js';
import {
  lateWorkflowId,
  type LateInput,
  type LateOutcome,
  type LateReason,
  type LateRecord,
  type LateState,
} from '../../domain/late/state.js';
import type { OrderRef } from '../../domain/orders/order.js';
import type { LastAnswer } from '../../domain/orders/state.js';
import { defineQuery, defineUpdate, merchantAttribute, stateAttribute } from './shared.js';

export { LATE_PAYMENT_WORKFLOW } from '../../domain/late/state.js';

/** The input of the workflow of a late payment. Further notifications come as the signal `paymentNotification`. */
export type LatePaymentInput = LateInput;

/** The start options of a late payment, for a client and for the order's workflow. Each order has one late payment at most. */
export function lateStartOf(input: LatePaymentInput) {
  const { mchid } = input.order;
  const args: [LatePaymentInput] = [input];
  return {
    workflowId: lateWorkflowId(input.order),
    args,
    typedSearchAttributes: [
      { key: merchantAttribute, value: mchid },
      { key: stateAttribute, value: INITIAL_LATE_STATE },
    ],
    // If fairness is on, many late payments of one merchant do not delay those of another.
    priority: { fairnessKey: mchid },
    staticSummary: lateSummaryOf(input),
    staticDetails: lateDetailsOf(input),
  };
}

/** How a late payment ended, and for which payments. One that is released ends as cancelled instead. */
export type LateResult = Exclude<LateOutcome, { readonly ended: 'released' }> & {
  /** WeChat Pay's numbers of the reported payments. A later notification of one of them changes nothing. */
  readonly transactionIds: readonly string[];
};

/** A person fixed what was wrong: ask again, with new patience. */
export const retryLate = defineUpdate<LateView>('retry');

/** What a person did about a payment that came after the end of its order. `note`: 1–500 characters; `by`: 1–100. */
export interface RecordRequest extends LateRecord {
  /**
   * The payments that it is about: all that the person has seen, as in {@link LateView}. The update is refused if a
   * notification has reported another meanwhile, so that no payment is recorded as done unseen.
   */
  readonly transactionIds: readonly string[];
}

/** Records what was done, and ends the watch over the late payment. */
export const record = defineUpdate<LateView, [RecordRequest]>('record');

/** A late payment as it is now. */
export interface LateView {
  readonly order: OrderRef;
  readonly phase: LateState['phase'];
  /** What a list shows. `null` while WeChat Pay is asked again: the list then shows the state before. */
  readonly visible: VisibleLateState | null;
  /** Why a person is asked. `null`: none is. */
  readonly reason: LateReason | null;
  /** Until when it rests before the next question to WeChat Pay, RFC 3339. */
  readonly until: string | null;
  /** WeChat Pay's numbers of the reported payments. */
  readonly transactionIds: readonly string[];
  readonly last: LastAnswer | null;
  readonly outcome: LateOutcome | null;
}

export const lateState = defineQuery<LateView>('orderState');
