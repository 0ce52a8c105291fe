import type { Duration, Instant } from './time.js';

/**
 * How the order was placed at WeChat Pay. So far `v3-global`: APIv3 at the overseas host, direct (common) mode.
 */
export type OrderApi = 'v3-global';

/** Money: an integer of the currency's smallest unit (cents, fen), and its ISO 4217 code. */
export interface Amount {
  readonly total: number;
  readonly currency: string;
}

/** WeChat Pay's own key of an order: what every call and every answer must name. */
export interface OrderRef {
  readonly api: OrderApi;
  /** The merchant number, as in `1900000109`. */
  readonly mchid: string;
  /** The merchant's order number: 1–32 of `[0-9A-Za-z_\-|*]`. */
  readonly outTradeNo: string;
}

/** The amount that a payment must have; or, said on purpose, that the caller does not know it. */
export type Expected = { readonly amount: Amount } | { readonly amountUnknown: true };

interface OrderTimes {
  /**
   * When WeChat Pay accepted the placement, RFC 3339. Default: the start of the workflow. An older instant moves the
   * deadline of `payWithin`; it moves the 5-minute floor only with {@link trustCreatedAt}.
   */
  readonly createdAt?: string;
  /**
   * The caller vouches that the order is as old as {@link createdAt} says, so that the 5 minutes before a close count
   * from there and not from the start of the workflow. Default: false.
   */
  readonly trustCreatedAt?: boolean;
}

type PayUntil =
  /** The instant until which the order may be paid, RFC 3339. */
  | { readonly payBefore: string }
  /** How long the order may be paid, counted from `createdAt`; as in `'15m'`, or milliseconds. */
  | { readonly payWithin: Duration };

/** What a checkout says of an order when it starts the workflow for it. */
export type OrderInput = OrderRef & Expected & OrderTimes & PayUntil;

/** An order whose input was checked, with every default filled in. */
export interface Order extends OrderRef {
  /** `null`: the caller said `amountUnknown`. */
  readonly amount: Amount | null;
  readonly createdAt: Instant;
  /** Until when the order may be paid. It is closed no sooner, unless a close is asked for. */
  readonly payBefore: Instant;
  /** The first instant at which a close may be sent. */
  readonly floor: Instant;
}

/** Workflow ids come from WeChat Pay's own key, so that the same order can only have one owner. */
export function orderWorkflowId(order: Pick<OrderRef, 'mchid' | 'outTradeNo'>): string {
  return `order/${order.mchid}/${order.outTradeNo}`;
}
