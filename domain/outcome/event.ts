import type { Payment } from '../calls.js';
import type { LateOutcome, LateReason } from '../late/state.js';
import type { MerchantRef, OrderNumber } from '../orders/order.js';
import type { AttentionReason, Outcome } from '../orders/state.js';
import type { ServiceOrderRef } from '../payscore/order.js';
import type { ServiceAttentionReason, ServiceOutcome } from '../payscore/state.js';
import type { Text } from '../locale.js';

/** Every type of event that a checkout is told, and when. */
export const EVENT_TYPES = {
  'order.paid': { en: 'the order ended as paid', zh: '订单以已支付了结' },
  'order.closed': { en: 'the order ended as closed', zh: '订单以已关闭了结' },
  'order.never-existed': { en: 'the order ended as one that never existed', zh: '订单以从未存在了结' },
  'order.resolved': { en: 'a person said how the order ended', zh: '订单由人工认定了结' },
  'order.released': { en: 'a person stopped the watching of the order', zh: '订单已按人工要求停止跟踪' },
  'order.needs-attention': {
    en: 'a person is needed for the order: the reason is new, or another',
    zh: '订单需要人工处理：原因新出现，或有变化',
  },
  'service-order.cancelled': { en: 'the service order ended as cancelled', zh: '服务订单以已取消了结' },
  'service-order.done': { en: 'the service order ended as done', zh: '服务订单以已完成了结' },
  'service-order.expired': { en: 'the service order ended as expired', zh: '服务订单以已失效了结' },
  'service-order.kept': { en: 'the service order was not cancelled, on purpose', zh: '服务订单有意保留，未取消' },
  'service-order.never-existed': {
    en: 'the service order ended as one that never existed',
    zh: '服务订单以从未存在了结',
  },
  'service-order.resolved': { en: 'a person said how the service order ended', zh: '服务订单由人工认定了结' },
  'service-order.released': {
    en: 'a person stopped the watching of the service order',
    zh: '服务订单已按人工要求停止跟踪',
  },
  'service-order.needs-attention': {
    en: 'a person is needed for the service order: the reason is new, or another',
    zh: '服务订单需要人工处理：原因新出现，或有变化',
  },
  'late-payment.found': {
    en: 'a payment came after the end of its order, and a person is needed: the reason is new, or another',
    zh: '订单了结后收到付款，需要人工处理：原因新出现，或有变化',
  },
  'late-payment.settled': {
    en: 'a late payment that was told as found is settled',
    zh: '此前告知的了结后付款已处理完毕',
  },
} as const satisfies Record<string, Text>;

export type EventType = keyof typeof EVENT_TYPES;

/** An order as events name it. */
export type EventOrder = MerchantRef & OrderNumber;

/** A service order as events name it. */
export type EventServiceOrder = Pick<ServiceOrderRef, 'mchid' | 'outOrderNo' | 'serviceId'>;

type Ends<Kind extends string, Ended extends { readonly ended: string }, Of> = {
  readonly [End in Ended['ended']]: {
    readonly type: `${Kind}.${End}`;
    readonly data: { readonly order: Of; readonly outcome: Extract<Ended, { readonly ended: End }> };
  };
}[Ended['ended']];

interface Asks<Kind extends string, Reason extends string, Of> {
  readonly type: `${Kind}.needs-attention`;
  readonly data: { readonly order: Of; readonly reason: Reason };
}

/** What a late payment is, in every event. */
interface LatePayment {
  /** The order that had ended before the payment. */
  readonly order: EventOrder;
  /** How that order had ended. */
  readonly ended: Outcome;
  /** The payments that were reported, each once. */
  readonly payments: readonly [Payment, ...Payment[]];
}

/** What an event says, by its type. Never the payer, and never a key. */
export type EventContent =
  | Ends<'order', Outcome, EventOrder>
  | Asks<'order', AttentionReason, EventOrder>
  | Ends<'service-order', ServiceOutcome, EventServiceOrder>
  | Asks<'service-order', ServiceAttentionReason, EventServiceOrder>
  | { readonly type: 'late-payment.found'; readonly data: LatePayment & { readonly reason: LateReason } }
  | { readonly type: 'late-payment.settled'; readonly data: LatePayment & { readonly outcome: LateOutcome } };

/** What every event has. No type of event is ever called `unknown`: a checkout calls one so that it does not know. */
export interface EventFrame {
  /**
   * The same in every delivery of this event, as the header `webhook-id`: handle an id once. It is made of the workflow
   * id, the type and what makes the event one, so a repeated workflow does not make it a second event.
   */
  readonly id: string;
  /**
   * When it happened, as the workflow counts: milliseconds since 1970, and at least one more than that of the event before
   * it. Of two events with one {@link workflowId}, the one with the greater number is newer.
   */
  readonly sequence: number;
  /** When it happened by the Temporal server's clock, RFC 3339 in UTC. */
  readonly occurredAt: string;
  /** The workflow that tells it, as in `order/1900000109/SHOP-1`: it is found by that in Temporal UI. */
  readonly workflowId: string;
}

/** An event as a checkout gets it: the body of the webhook, and an entry of the feed. */
export type OutcomeEvent = EventFrame & EventContent;
