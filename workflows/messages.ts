import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { VisibleState } from '../domain/describe.js';
import type { OrderRef } from '../domain/order.js';
import type { LastAnswer, OrderState, PaymentNotice } from '../domain/order-state.js';

/** Where workers look for work, unless they are told otherwise. */
export const DEFAULT_TASK_QUEUE = 'wechatpay-orders';

/** The type of the workflow that owns an order. */
export const TIMEOUT_THEN_CLOSE_WORKFLOW = 'timeoutThenClose';

/** The merchant number. */
export const merchantAttribute = defineSearchAttributeKey('WxpayMerchant', SearchAttributeType.KEYWORD);
/** A {@link VisibleState}. */
export const stateAttribute = defineSearchAttributeKey('WxpayState', SearchAttributeType.KEYWORD);
/** Until when the order may be paid. */
export const deadlineAttribute = defineSearchAttributeKey('WxpayDeadline', SearchAttributeType.DATETIME);

/** Every search attribute that must be registered with the namespace. */
export const SEARCH_ATTRIBUTES = [merchantAttribute, stateAttribute, deadlineAttribute] as const;

/** The keys of the memo that a start leaves, for a later start of the same order. */
export const MEMO = { inputHash: 'wxpayInputHash', payBefore: 'wxpayPayBefore' } as const;

/** A fact: a notice of WeChat Pay that was verified and decrypted. */
export const paymentNotice = defineSignal<[PaymentNotice]>('paymentNotice');

export interface CloseNowRequest {
  /** The number under which the order was placed anew, if it was. */
  readonly replacedBy?: string;
}

export interface CloseNowReply {
  /** The first instant at which the close may be sent, RFC 3339. */
  readonly closesAt: string;
}

/**
 * A request: close the order at the first allowed instant, without waiting for its deadline. Answered at once; the
 * outcome is the workflow's.
 */
export const closeNow = defineUpdate<CloseNowReply, [CloseNowRequest]>('closeNow');

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
  readonly last: LastAnswer | null;
}

export const orderState = defineQuery<OrderView>('orderState');
