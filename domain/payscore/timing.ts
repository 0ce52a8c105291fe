import { DAY, MINUTE, SECOND, type Milliseconds } from '../time.js';
import { PAUSES, type Pause } from '../timing.js';

/** How old the query may be whose answer allows a cancel. */
export const CANCEL_FRESHNESS: Milliseconds = 5 * SECOND;

/** How much of that is kept for the signature, which may be made elsewhere; one that comes later is not sent. */
export const CANCEL_SIGNED_WITHIN: Milliseconds = 1 * SECOND;

/**
 * For how long after a cancel was accepted, or its answer was lost, a query that still shows the service order open is
 * believed to be late. Until then, that the order is kept is not yet sure.
 */
export const CANCEL_SETTLES_WITHIN: Milliseconds = 5 * MINUTE;

/** The time between two signed not-founds after which a service order that was never seen is believed not to exist. */
export const NOT_FOUND_APART: Milliseconds = 5 * MINUTE;

/** How many cancels may leave the service order open before a person is asked. */
export const ROUNDS_BEFORE_A_PERSON = 5;

/** How often a service order is looked at for which no cancel was requested. */
export const UNREQUESTED_LOOK: Milliseconds = 1 * DAY;

/** Between two questions there is a second at least, also where a request becomes due sooner. */
export const SHORTEST_WAIT: Milliseconds = 1 * SECOND;

/** How far ahead a cancel may be requested. */
export const MAX_CANCEL_DELAY: Milliseconds = 365 * DAY;

/** Every pause between two questions to WeChat Pay about a service order, by what made it necessary. */
export const SERVICE_PAUSES = {
  /** A cancel was refused because the user is being charged. */
  beingCharged: { first: 3 * MINUTE, max: 3 * MINUTE },
  /** A cancel was sent, or a notification told more, and the query does not show it yet. */
  stillOpen: { first: 2 * SECOND, max: 60 * SECOND },
  /** USER_PAID or ORDER_DONE was said, and the query does not show it yet. */
  paidClaimed: PAUSES.paidClaimed,
  /** A cancel was refused because of a rate limit. */
  tooOften: PAUSES.tooOften,
  /** A cancel was refused for the state that the service order is in. */
  refused: PAUSES.refused,
  /** The service order is not known at WeChat Pay: it may only be on its way. */
  notFound: PAUSES.notFound,
  /** An answer that decides nothing. */
  unclear: PAUSES.unclear,
  /** A request refused for its signature: another worker may have the right key or clock. */
  hint: PAUSES.hint,
  /** A person is asked, and WeChat Pay still is. */
  needsAttention: PAUSES.needsAttention,
} as const satisfies Record<string, Pause>;

export type ServicePauseName = keyof typeof SERVICE_PAUSES;
