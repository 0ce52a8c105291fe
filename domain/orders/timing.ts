import { DAY, HOUR, MINUTE, SECOND, type Milliseconds } from '../time.js';
import { DEFAULT_PAUSES, PATIENCE, type WaitingTiming } from '../waiting.js';

/**
 * The shortest time between the creation of an order and its close. S0, S2: "cannot be called immediately after the
 * order is generated. The minimum call interval is 5 minutes". Not an option, on purpose.
 */
export const MINIMUM_AGE_TO_CLOSE: Milliseconds = 5 * MINUTE;

/**
 * Added to the 5 minutes, for what the server's clock cannot know: that it differs from WeChat Pay's, and that a
 * checkout starts the workflow a little before WeChat Pay accepts the placement.
 */
export const FLOOR_MARGIN: Milliseconds = 30 * SECOND;

/** The longest time that an order may be open for payment, from its creation. */
export const MAX_PAYMENT_LIFE: Milliseconds = 7 * DAY;

/** The shortest time in which an order may be paid, from its creation: less is a slip of units. */
export const SHORTEST_PAYMENT_LIFE: Milliseconds = MINUTE;

/**
 * How far the clock of a checkout may be off from the server's: an order that the client has checked by the one must
 * not fail by the other.
 */
export const CLOCK_TOLERANCE: Milliseconds = HOUR;

/** How long a checkout that has WeChat Pay asked is kept waiting for the answer. */
export const CHECK_ANSWERED_WITHIN: Milliseconds = 8 * SECOND;

/** Every length of time that the start of an order may change. The 5 minutes are not among them. */
export interface OrderTiming extends WaitingTiming {
  /** How long a payment in progress is waited for before the close is tried. */
  readonly payingTooLong: Milliseconds;
  /** How long after an accepted close a query that says NOTPAY is taken for late. */
  readonly closeSettlesWithin: Milliseconds;
  /** How long after its placement an order that was never seen may still appear at WeChat Pay. */
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
