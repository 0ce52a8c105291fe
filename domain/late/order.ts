import { DEFAULT_PAUSES, PATIENCE, type WaitingTiming } from '../waiting.js';
import type { Locale } from '../locale.js';
import type { Amount, OrderRef } from '../orders/order.js';
import type { Outcome, PaymentNotification } from '../orders/state.js';
import type { TimingInput } from '../timing.js';

/** Every length of time that the start of a late payment may change. */
export type LateTiming = WaitingTiming;

export const DEFAULT_LATE_TIMING: LateTiming = { pauses: DEFAULT_PAUSES, patience: PATIENCE };

/** The type of the workflow that owns a late payment. */
export const LATE_PAYMENT_WORKFLOW = 'latePayment';

/** The input of the workflow of a late payment. Further notifications come as the signal `paymentNotification`. */
export interface LateInput {
  /** As the order was started. */
  readonly order: OrderRef;
  /** The amount that the order should have; `null`: not known. */
  readonly amount: Amount | null;
  /** The language of what operators read in Temporal UI. Default: `en`. */
  readonly locale?: Locale;
  /** How the order had ended. */
  readonly ended: Outcome;
  readonly notification: PaymentNotification;
  /** Lengths of time that differ from the defaults; every pause lasts at least a second. */
  readonly timing?: TimingInput;
}

/** An order that has ended, as far as a late payment needs it. */
export interface LateOrder {
  readonly ref: OrderRef;
  /** The amount that it should have; `null`: not known. */
  readonly amount: Amount | null;
  readonly locale: Locale;
}

/** The checked input of a late payment, with every default filled in. */
export interface LateStart {
  readonly order: LateOrder;
  readonly ended: Outcome;
  readonly notification: PaymentNotification;
  readonly timing: LateTiming;
}
