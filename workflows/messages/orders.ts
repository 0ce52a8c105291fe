import type { VisibleState } from '../../domain/page/order.js';
import type { OrderAnswer } from '../../domain/calls.js';
import type { OrderRef } from '../../domain/orders/order.js';
import type { LastAnswer, OrderState, Outcome, PaymentNotification, Resolution } from '../../domain/orders/state.js';
import { defineQuery, defineSignal, defineUpdate } from './shared.js';

export { TIMEOUT_THEN_CLOSE_WORKFLOW } from '../../domain/orders/order.js';

export { deadlineAttribute, merchantAttribute, reasonAttribute, SEARCH_ATTRIBUTES, stateAttribute } from './shared.js';

/** The task queue of workers, unless their settings name another. */
export const DEFAULT_TASK_QUEUE = 'wechatpay-orders';

/** Why a message or a start is refused: the `type` of the failure, which the client turns into one of its own errors. */
export const REFUSALS = {
  invalidOrder: 'INVALID_ORDER',
  invalidRequest: 'INVALID_REQUEST',
  alreadyEnded: 'ALREADY_ENDED',
} as const;

/** A fact: a notification of WeChat Pay that was verified and decrypted. */
export const paymentNotification = defineSignal<[PaymentNotification]>('paymentNotification');

export interface CloseNowRequest {
  /** The number under which the order was placed anew, if it was. */
  readonly replacedBy?: string;
}

/** When an order is closed if it is still unpaid then. */
export interface ClosesAt {
  /** The first instant at which the close may be sent, RFC 3339. */
  readonly closesAt: string;
}

/**
 * A request: close the order at the first allowed instant, without waiting for its deadline. Answered at once. How the
 * order ends is the workflow's outcome.
 */
export const closeNow = defineUpdate<ClosesAt, [CloseNowRequest]>('closeNow');

/**
 * A request: ask WeChat Pay now. Answered with the order as it is then. Callers within 2 s share one answer; after 8 s
 * without a new one, the last verified answer is given: `askedAt` says how old it is.
 */
export const checkNow = defineUpdate<OrderView>('checkNow');

export interface ExtendRequest {
  /** The new deadline, RFC 3339: later than the present one, and at most 7 days after creation. */
  readonly payBefore: string;
}

/** A request: close the order later. Refused once a close was requested, or may have been sent. */
export const extend = defineUpdate<ClosesAt, [ExtendRequest]>('extend');

/** A fact of the checkout: WeChat Pay accepted a placement under the same number once more, and the 5 minutes begin anew. */
export const placedAgain = defineUpdate<ClosesAt>('placedAgain');

export interface PlacementFailedRequest {
  /** The code of WeChat Pay's refusal, as in `PARAM_ERROR`. */
  readonly code: string;
}

/**
 * A fact of the checkout: WeChat Pay *answered* the placement with a refusal. (A time-out is no answer. Do not send this for
 * Quick Pay, whose refusals may mean that the shopper is entering a password.) If WeChat Pay does not know the number, the
 * order then ends as never existed at the floor, and never counts as overdue.
 */
export const placementFailed = defineUpdate<OrderView, [PlacementFailedRequest]>('placementFailed');

/** A person fixed what was wrong: ask again, with new patience. */
export const retry = defineUpdate<OrderView>('retry');

/** How the order ended, as a person says. `force`: even if WeChat Pay does not confirm it. */
export type ResolveRequest = Omit<Resolution, 'force'> & Partial<Pick<Resolution, 'force'>>;

/** The answer to `resolve`. */
export interface ResolveReply {
  /** How the order has ended. `null`: it has not, because WeChat Pay does not confirm the resolution. */
  readonly ended: Outcome['ended'] | null;
  /** What WeChat Pay said when it was asked a last time: a trade state, or a code of the error table. */
  readonly said: string;
  /** Whether the resolution stood, in words, in the languages in which the order is read. */
  readonly inWords: string;
}

/** Answered after a last query to WeChat Pay. */
export const resolve = defineUpdate<ResolveReply, [ResolveRequest]>('resolve');

/** An order as it is now. */
export interface OrderView {
  readonly order: OrderRef;
  readonly phase: OrderState['phase'];
  /** What a list of orders shows. `null` while a check or a close goes on: the list then shows the state before. */
  readonly visible: VisibleState | null;
  /** When the order is closed if it is still unpaid, RFC 3339. */
  readonly closesAt: string;
  /** Until when the order rests before the next question to WeChat Pay, RFC 3339. */
  readonly until: string | null;
  /** WeChat Pay said that the order is paid: no close is sent any more. */
  readonly paidClaimed: boolean;
  /** The trade state in WeChat Pay's last verified answer. `null`: there was none yet. */
  readonly tradeState: OrderAnswer['tradeState'] | null;
  /** When that query was sent, RFC 3339: the answer is not older. `null`: there was none yet. */
  readonly askedAt: string | null;
  readonly last: LastAnswer | null;
  /** How it ended; `null` while it has not. */
  readonly outcome: Outcome | null;
}

export const orderState = defineQuery<OrderView>('orderState');
