import { DAY, type Duration, HOUR, type Instant, type Milliseconds, MINUTE, SECOND } from '../time.js';
import { DEFAULT_PAUSES, PATIENCE, type WaitingTiming } from '../waiting.js';
import type { LocaleInput, ReadIn } from '../locale.js';
import type { TimingInput } from '../timing.js';

/**
 * The shortest time between the creation of an order and its close. S0, S2: "cannot be called immediately after the
 * order is generated. The minimum call interval is 5 minutes". Not an option, on purpose.
 */
export const MINIMUM_AGE_TO_CLOSE: Milliseconds = 5 * MINUTE;

/**
 * Added to the 5 minutes, because the server's clock may differ from WeChat Pay's, and because a checkout starts the
 * workflow a little before WeChat Pay accepts the placement.
 */
export const FLOOR_MARGIN: Milliseconds = 30 * SECOND;

/** The longest time that an order may be open for payment, from its creation. */
export const MAX_PAYMENT_LIFE: Milliseconds = 7 * DAY;

/** The shortest time that an order may be open for payment, from its creation. A shorter one is a mistake in the unit. */
export const SHORTEST_PAYMENT_LIFE: Milliseconds = MINUTE;

/**
 * How far a checkout's clock may be off from the server's. The client checks an order by its own clock and the workflow by
 * the server's: an order that passes the first check must pass the second.
 */
export const CLOCK_TOLERANCE: Milliseconds = HOUR;

/** How long `checkNow` waits for an answer. */
export const CHECK_ANSWERED_WITHIN: Milliseconds = 8 * SECOND;

/** Every length of time that the start of an order may change. The 5 minutes are not one of them. */
export interface OrderTiming extends WaitingTiming {
  /** How long a payment may be in progress before a close is tried. */
  readonly payingTooLong: Milliseconds;
  /** For how long after an accepted close a NOTPAY from a query is treated as outdated. */
  readonly closeSettlesWithin: Milliseconds;
  /** How long after its placement an order may still appear at WeChat Pay. */
  readonly paymentLife: Milliseconds;
  /** Checks within this time share one answer. */
  readonly checkInterval: Milliseconds;
}

export const DEFAULT_ORDER_TIMING: OrderTiming = {
  pauses: DEFAULT_PAUSES,
  patience: PATIENCE,
  payingTooLong: 10 * MINUTE,
  closeSettlesWithin: 5 * MINUTE,
  paymentLife: 2 * HOUR,
  checkInterval: 2 * SECOND,
};

/**
 * How the order was placed at WeChat Pay.
 *
 * - `v3-global`: APIv3 at the overseas host
 * - `v3`: APIv3 at the mainland host
 * - `v2`: XML, signed with MD5 or HMAC-SHA256
 */
export const ORDER_APIS = ['v3-global', 'v3', 'v2'] as const;
export type OrderApi = (typeof ORDER_APIS)[number];

/** Money: an integer of the currency's smallest unit (cents, fen), and its ISO 4217 code. */
export interface Amount {
  readonly total: number;
  readonly currency: string;
}

/** The merchant of an order, and its sub-merchant if the merchant is an institution or a partner. */
export interface MerchantRef {
  /** The merchant number, as in `1900000109`. For an institution or a partner, its own number. */
  readonly mchid: string;
  /** The sub-merchant's number. Absent: direct (common) mode. */
  readonly subMchid?: string;
}

/** The order's number: the merchant's own or, if the caller has nothing else, WeChat Pay's (`v3-global` only). */
export type OrderNumber =
  /** 1–32 of `[0-9A-Za-z_\-|*]`; v2 also takes `@`, mainland v3 wants at least 6. */
  | { readonly outTradeNo: string; readonly transactionId?: undefined }
  /** An order that is not paid yet cannot be found by it. */
  | { readonly outTradeNo?: undefined; readonly transactionId: string };

/** The apps of an order, as at its placement. v2 sends them. The other APIs only compare them. */
export interface OrderApps {
  /** Default: the merchant's first. */
  readonly appid?: string;
  readonly subAppid?: string;
}

/** WeChat Pay's own key of an order. Every call and every answer must name it. */
export type OrderRef = { readonly api: OrderApi } & MerchantRef & OrderNumber & OrderApps;

/** The amount that a payment must have; or, on purpose, that the caller does not know it. */
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

interface OrderOptions {
  /** The language of what operators read in Temporal UI. Default: `en`. */
  readonly locale?: LocaleInput;
  /** Lengths of time that differ from the defaults; every pause lasts at least a second. */
  readonly timing?: TimingInput<OrderTiming>;
}

/** The input with which a checkout starts the workflow of an order. */
export type OrderInput = OrderRef & Expected & OrderTimes & PayUntil & OrderOptions;

/** An order whose input was checked, with every default filled in. */
export interface Order {
  readonly ref: OrderRef;
  /** `null`: the caller said `amountUnknown`. */
  readonly amount: Amount | null;
  readonly createdAt: Instant;
  /** Until when the order may be paid. It is not closed sooner, unless a close is requested. */
  readonly payBefore: Instant;
  /** The first instant at which a close may be sent. */
  readonly floor: Instant;
  readonly locale: ReadIn;
  readonly timing: OrderTiming;
}

/** The type of the workflow that owns an order. */
export const TIMEOUT_THEN_CLOSE_WORKFLOW = 'timeoutThenClose';

/** The number that people know an order by. */
export function orderNumber(order: OrderNumber): string {
  return order.outTradeNo ?? order.transactionId;
}

/** Only the key of an order: a caller's object may have more fields. */
export function keyOf({
  mchid,
  subMchid,
  outTradeNo,
  transactionId,
}: MerchantRef & OrderNumber): MerchantRef & OrderNumber {
  const number = outTradeNo === undefined ? { transactionId } : { outTradeNo };
  return { mchid, ...(subMchid !== undefined && { subMchid }), ...number };
}

/**
 * Workflow ids are made of WeChat Pay's own key, so that an order can only have one owner. No order number has a colon, so
 * an order that is known by WeChat Pay's number cannot be taken for another.
 */
export function orderWorkflowId(order: MerchantRef & OrderNumber): string {
  const merchant = order.subMchid === undefined ? order.mchid : `${order.mchid}/${order.subMchid}`;
  return `order/${merchant}/${order.outTradeNo ?? `id:${order.transactionId}`}`;
}
