import type { Priority } from '@temporalio/common';
import {
  deliveryDetailsOf,
  deliverySummaryOf,
  INITIAL_DELIVERY_STATE,
  type VisibleDeliveryState,
} from '../../domain/page/outcome.js';
import {
  outcomeWorkflowId,
  type DeliveryFacts,
  type DeliveryInput,
  type DeliveryOutcome,
  type DeliveryReason,
  type DeliveryState,
  type GivenUp,
  type Undelivered,
} from '../../domain/outcome/state.js';
import { DEFAULT_TASK_QUEUE } from './orders.js';
import { defineQuery, defineSignal, defineUpdate, merchantAttribute, stateAttribute } from './shared.js';

export { DELIVER_OUTCOMES_WORKFLOW } from '../../domain/outcome/state.js';

/** The task queue of what is posted to checkouts. Its workers and its rate are its own, so it holds up no order. */
const OUTCOMES_TASK_QUEUE = 'wechatpay-outcomes';

/** @param taskQueue that of the orders */
export function outcomesTaskQueue(taskQueue: string): string {
  return taskQueue === DEFAULT_TASK_QUEUE ? OUTCOMES_TASK_QUEUE : `${taskQueue}-outcomes`;
}

/** Orders, and what is posted for the first time, come first. Thousands of deliveries may wait for one silent checkout. */
export function deliveryPriority(mchid: string): Priority {
  return { priorityKey: 5, fairnessKey: mchid };
}

/** An event that was not taken at once, or that comes after such a one. */
export const outcomeEvent = defineSignal<[Undelivered]>('outcomeEvent');

/** The options that start a delivery, or signal the one that runs. Each workflow that tells has one delivery at most. */
export function deliveryStartOf(input: DeliveryInput, added: Undelivered) {
  const args: [DeliveryInput] = [input];
  const signalArgs: [Undelivered] = [added];
  return {
    workflowId: outcomeWorkflowId(input.workflowId),
    args,
    signal: outcomeEvent,
    signalArgs,
    typedSearchAttributes: [
      { key: merchantAttribute, value: input.mchid },
      { key: stateAttribute, value: INITIAL_DELIVERY_STATE },
    ],
    priority: deliveryPriority(input.mchid),
    staticSummary: deliverySummaryOf(input),
    staticDetails: deliveryDetailsOf(input),
  };
}

/** What was wrong is fixed: post the events again, for three more days. */
export const retryDelivery = defineUpdate<DeliveryView>('retry');

/** Why the checkout need not be told, and who says so. `note`: 1–500 characters; `by`: 1–100. */
export interface GiveUpRequest extends GivenUp {
  /** The ids of the events that the person has seen: all that are not delivered, as in {@link DeliveryView}. */
  readonly ids: readonly string[];
}

/** Posts the events no more. */
export const giveUp = defineUpdate<DeliveryView, [GiveUpRequest]>('giveUp');

/** A delivery as it is now. */
export interface DeliveryView {
  /** The workflow that tells. */
  readonly workflowId: string;
  readonly phase: DeliveryState['phase'];
  /** What a list shows. `null` during a further try: the list then shows the state before. */
  readonly visible: VisibleDeliveryState | null;
  /** Why a person is asked. `null`: none is. */
  readonly reason: DeliveryReason | null;
  /** When the events are posted again, RFC 3339. */
  readonly until: string | null;
  readonly events: readonly Undelivered[];
  readonly last: DeliveryFacts['last'];
  readonly outcome: DeliveryOutcome | null;
}

export const deliveryState = defineQuery<DeliveryView>('orderState');
