import { DAY, HOUR, MINUTE, SECOND, type Milliseconds } from './time.js';

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

/** How old the query may be whose answer allows a close. */
export const CLOSE_FRESHNESS: Milliseconds = 30 * SECOND;

/** How long a close may wait for a worker; it is part of the time that its query is fresh. */
export const CLOSE_QUEUES_WITHIN: Milliseconds = 10 * SECOND;

/** How old the query may be when the close is given out, so that it is fresh when a worker sends it. */
export const CLOSE_GIVEN_OUT_WITHIN: Milliseconds = CLOSE_FRESHNESS - CLOSE_QUEUES_WITHIN;

/** The longest time that an order may be open for payment, from its creation. */
export const MAX_PAYMENT_LIFE: Milliseconds = 7 * DAY;

/**
 * How far the clock of a checkout may be off from the server's: an order that the client has checked by the one must
 * not fail by the other.
 */
export const CLOCK_TOLERANCE: Milliseconds = 1 * HOUR;

/** A pause that doubles each time it is taken in a row, from `first` up to `max`. */
export interface Pause {
  readonly first: Milliseconds;
  readonly max: Milliseconds;
}

/** How long a pause is that was taken so often in a row before. */
export function lengthOfPause({ first, max }: Pause, before: number): Milliseconds {
  return Math.min(first * 2 ** before, max);
}

/** Every pause between two questions to WeChat Pay, by what made it necessary. */
export const PAUSES = {
  /** The shopper is entering a password. A close that is tried all the same is tried no more often than `max`. */
  userIsPaying: { first: 5 * SECOND, max: 60 * SECOND },
  /** A close was accepted and the query still says NOTPAY. */
  stillUnpaid: { first: 2 * SECOND, max: 60 * SECOND },
  /** WeChat Pay said ORDERPAID, and the query does not show it yet. */
  paidClaimed: { first: 5 * SECOND, max: 5 * MINUTE },
  /** A close was refused because a payment is in progress. */
  inProgress: { first: 60 * SECOND, max: 60 * SECOND },
  /** A close was refused because of a rate limit, which can also mean that a payment is in flight. */
  tooOften: { first: 10 * SECOND, max: 5 * MINUTE },
  /** A close was refused for the state that the order is in. */
  refused: { first: 2 * SECOND, max: 60 * SECOND },
  /** The order is not known at WeChat Pay: it may only be on its way. */
  notFound: { first: 5 * MINUTE, max: 30 * MINUTE },
  /** An answer that decides nothing. */
  unclear: { first: 1 * SECOND, max: 5 * MINUTE },
  /** A request refused for its signature: another worker may have the right key or clock. */
  hint: { first: 60 * SECOND, max: 60 * SECOND },
  /** A person is asked, and WeChat Pay still is. */
  needsAttention: { first: 1 * HOUR, max: 1 * HOUR },
} as const satisfies Record<string, Pause>;

export type PauseName = keyof typeof PAUSES;

/** How long a payment in progress is waited for before the close is tried all the same. */
export const PAYING_TOO_LONG: Milliseconds = 10 * MINUTE;

/** How long after an accepted close the query is believed to be late when it still says NOTPAY. */
export const CLOSE_SETTLES_WITHIN: Milliseconds = 5 * MINUTE;

/** For how long after its creation an order that was never seen may still appear at WeChat Pay. */
export const PAYMENT_LIFE: Milliseconds = 2 * HOUR;

/** From the first check that was due until a person is asked. No state resets it. */
export const PATIENCE: Milliseconds = 24 * HOUR;

/** How often a checkout may have WeChat Pay asked. */
export const CHECK_INTERVAL: Milliseconds = 2 * SECOND;

/** Every length of time that the start of an order may change. The 5 minutes are not among them. */
export interface Timing {
  readonly pauses: Readonly<Record<PauseName, Pause>>;
  readonly payingTooLong: Milliseconds;
  readonly closeSettlesWithin: Milliseconds;
  readonly paymentLife: Milliseconds;
  readonly patience: Milliseconds;
  readonly checkInterval: Milliseconds;
}

export const DEFAULT_TIMING: Timing = {
  pauses: PAUSES,
  payingTooLong: PAYING_TOO_LONG,
  closeSettlesWithin: CLOSE_SETTLES_WITHIN,
  paymentLife: PAYMENT_LIFE,
  patience: PATIENCE,
  checkInterval: CHECK_INTERVAL,
};

/** How long a checkout that has WeChat Pay asked is kept waiting for the answer. */
export const CHECK_ANSWERED_WITHIN: Milliseconds = 8 * SECOND;

/** The third signature refusal in a row, each after its pause, is no longer one worker's clock: a person is asked. */
export const HINTS_BEFORE_A_PERSON = 3;

/** An order that is not found twice in a row, both answers signed, may be closed all the same. */
export const NOT_FOUNDS_BEFORE_A_CLOSE = 2;
