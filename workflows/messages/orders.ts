import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { VisibleState } from '../../domain/page/order.js';
import type { OrderAnswer } from '../../domain/calls.js';
import type { OrderRef } from '../../domain/orders/order.js';
import type { LastAnswer, OrderState, Outcome, PaymentNotification, Resolution } from '../../domain/orders/state.js';

export { TIMEOUT_THEN_CLOSE_WORKFLOW } from '../../domain/orders/order.js';

export { deadlineAttribute, merchantAttribute, reasonAttribute, SEARCH_ATTRIBUTES, stateAttribute } from './shared.js';

/** Where workers look for work, unless they are told otherwise. */
export const DEFAULT_TASK_QUEUE = 'wechatpay-orders';

/** Why a message or a start is refused: the `type` of the failure, which the client turns into an error of its own. */
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
 * A request: close the order at the first allowed instant, without waiting for its deadline. Answered at once; the
 * outcome is the workflow's.
 */
export const closeNow = defineUpdate<ClosesAt, [CloseNowRequest]>('closeNow');

/**
 * A request: ask WeChat Pay now. Answered with the order as it is then. Callers within 2 s share one answer; after 8 s
 * without a new one, the last verified answer is given: `askedAt` says how old it is.
 */
export const checkNow = defineUpdate<OrderView>('checkNow');

export interface ExtendRequest {
  /** Until when the order may be paid instead, RFC 3339; later than now planned, and at most 7 days after creation. */
  readonly payBefore: string;
}

/** A request: close the order later. Refused once a close was asked for, or may have been sent. */
export const extend = defineUpdate<ClosesAt, [ExtendRequest]>('extend');

/** A fact of the checkout: WeChat Pay accepted a placement under the same number once more, and the 5 minutes begin anew. */
export const placedAgain = defineUpdate<ClosesAt>('placedAgain');

export interface PlacementFailedRequest {
  /** The code of WeChat Pay's refusal, as in `PARAM_ERROR`. */
  readonly code: string;
}

/**
 * A fact of the checkout: WeChat Pay *answered* the placement with a refusal. (A time-out is no answer; and not for Quick
 * Pay, whose refusals may mean that the shopper is entering a password.) If WeChat Pay does not know the number, the order
 * then ends as never existed at the floor, and is counted as overdue by nobody.
 */
export const placementFailed = defineUpdate<OrderView, [PlacementFailedRequest]>('placementFailed');

/** A person fixed what was wrong: ask again, with new patience. */
export const retry = defineUpdate<OrderView>('retry');

/** A person's word on how the order ended; `force`: also where WeChat Pay says otherwise. */
export type ResolveRequest = Omit<Resolution, 'force'> & Partial<Pick<Resolution, 'force'>>;

/** What came of a person's word. */
export interface ResolveReply {
  /** How the order has ended by it; `null`: it has not, because WeChat Pay does not confirm it. */
  readonly ended: Outcome['ended'] | null;
  /** What WeChat Pay said when it was asked a last time: a trade state, or a code of the error table. */
  readonly said: string;
}

/** Answered after a last query to WeChat Pay. */
export const resolve = defineUpdate<ResolveReply, [ResolveRequest]>('resolve');

/** An order as it is now. */
export interface OrderView {
  readonly order: OrderRef;
  readonly phase: OrderState['phase'];
  /** What a list of orders shows; absent during a first check. */
  readonly visible: VisibleState | null;
  /** When the order is closed if it is still unpaid, RFC 3339. */
  readonly closesAt: string;
  /** Until when the order rests before the next question to WeChat Pay, RFC 3339. */
  readonly until: string | null;
  /** WeChat Pay said that the order is paid: no close is sent any more. */
  readonly paidClaimed: boolean;
  /** What the last verified answer of WeChat Pay said; `null`: there was none yet. */
  readonly tradeState: OrderAnswer['tradeState'] | null;
  /** When that was asked for, RFC 3339: WeChat Pay's answer is not older. `null`: there was none yet. */
  readonly askedAt: string | null;
  readonly last: LastAnswer | null;
  /** How it ended; `null` while it has not. */
  readonly outcome: Outcome | null;
}

export const orderState = defineQuery<OrderView>('orderState');
