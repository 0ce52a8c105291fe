import { matches } from '../domain/validation.js';
import { APPID, MCHID, OUT_TRADE_NO } from '../domain/orders/input.js';
import type { OrderApi } from '../domain/orders/order.js';
import type { PaymentNotification } from '../domain/orders/state.js';
import type { ServiceOrderNotification } from '../domain/payscore/state.js';
import type { Merchant } from './merchant.js';
import type { SignatureFault } from './signature-v3.js';

/**
 * Why a notification is not accepted.
 *
 * - `unsigned`, `stale`, `unknown-serial`, `probe`: as of an answer, see {@link SignatureFault}
 * - `wrong-signature`: signature or sign do not fit the bytes
 * - `undecryptable`: no APIv3 key of a merchant that it may be for opens it
 * - `unknown-merchant`: of a merchant that is not in the merchants file, or not the one that it must be of
 * - `unknown-app`: names no app, or one that is not the merchant's
 * - `not-handled`: it is from WeChat Pay, and of a kind that this receiver does not handle; or looks like a refund of v2, which
 *   has no signature
 * - `malformed`: it does not have the documented form, or a value of v2 holds `&NAME=` of a field that decides
 */
export type NotificationFault =
  | Exclude<SignatureFault, 'wrong'>
  | 'wrong-signature'
  | 'undecryptable'
  | 'unknown-merchant'
  | 'unknown-app'
  | 'not-handled'
  | 'malformed';

/** A notification that is not accepted. It has a merchant if it is certain which one it is for. */
export interface RefusedNotification {
  readonly fault: NotificationFault;
  /** WeChat Pay had signed it. */
  readonly isSigned?: boolean;
  readonly mchid?: string;
}

/** Signed, and says that the shopper's attempt to pay failed. v2 only. */
export interface NoPayment {
  readonly fault?: undefined;
  readonly mchid: string;
  readonly said: null;
}

/** What a verified notification of a merchant says. */
export interface OpenedNotification {
  readonly fault?: undefined;
  readonly mchid: string;
  readonly said: SaidOfOrder | SaidOfServiceOrder;
}

/** An order was paid. */
export interface SaidOfOrder {
  readonly of: 'order';
  /** How the order seems to have been placed; needed only if its workflow is not started yet. */
  readonly api: OrderApi;
  /**
   * Neither the notification nor the merchants file says which of the v3 APIs it was. {@link api} may be wrong, so the
   * checkout's may differ from it.
   */
  readonly apiIsGuessed?: true;
  readonly appid?: string;
  readonly subAppid?: string;
  readonly notification: PaymentNotification;
}

/** A PayScore service order was confirmed, or paid. */
export interface SaidOfServiceOrder {
  readonly of: 'service-order';
  readonly notification: ServiceOrderNotification;
}

// Merchant numbers, app ids and order numbers become parts of workflow ids, so their form is checked (S0–S3).

export function isMchid(value: unknown): value is string {
  return matches(value, MCHID);
}

export function isAppid(value: unknown): value is string {
  return matches(value, APPID);
}

/** Of an order, or of a service order. The form of v2 is the widest: it also has `@`. */
export function isOrderNumber(value: unknown): value is string {
  return matches(value, OUT_TRADE_NO.v2.form);
}

/** Whether an app is the merchant's. If the merchants file names none, any app is accepted. */
export function isAppOf({ appids }: Merchant, appid: unknown): appid is string {
  return isAppid(appid) && (appids.length === 0 || appids.includes(appid));
}
