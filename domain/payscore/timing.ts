import { DAY, MINUTE, SECOND, type Milliseconds } from '../time.js';
import { DEFAULT_PAUSES, PATIENCE, type WaitingTiming } from '../waiting.js';

/** How many accepted cancels may leave the service order open before a person is asked. */
export const CANCELS_BEFORE_A_PERSON = 5;

/** How often a service order is looked at for which no cancel was requested. */
export const UNREQUESTED_LOOK: Milliseconds = DAY;

/** Between two looks there is a second at least, also if a request becomes due sooner. */
export const SHORTEST_WAIT: Milliseconds = SECOND;

/** How far ahead a cancel may be requested. */
export const MAX_CANCEL_DELAY: Milliseconds = 365 * DAY;

/** How many requests to cancel one service order keeps: it is handed all that are due with each cancel. */
export const MAX_REQUESTS = 100;

/** Every length of time that the start of a service order may change. */
export interface ServiceOrderTiming extends WaitingTiming {
  /**
   * For how long after a cancel was accepted, or may have been carried out, a query that still shows the service order
   * open is taken for late. Until then, it is not certain that it is kept.
   */
  readonly cancelSettlesWithin: Milliseconds;
}

export const DEFAULT_SERVICE_ORDER_TIMING: ServiceOrderTiming = {
  // While the user is being charged, WeChat Pay wants three minutes.
  pauses: { ...DEFAULT_PAUSES, inProgress: { first: 3 * MINUTE, max: 3 * MINUTE } },
  patience: PATIENCE,
  cancelSettlesWithin: 5 * MINUTE,
};
