/** No notification is near this size. */
export const MAX_NOTIFICATION_BYTES = 64 * 1024;

/** How long the body of a notification may take to arrive, in milliseconds. */
export const BODY_WITHIN_MS = 2_000;

/** How long a key that is not known is waited for, in milliseconds; the search itself may go on. */
export const KEYS_WITHIN_MS = 1_500;

/** How often notifications may make a merchant's keys be looked for: anybody can send an unknown serial. Milliseconds. */
export const KEYS_EVERY_MS = 60_000;

/** WeChat Pay waits 5 s for an answer; it is given by then, counted from the arrival. Milliseconds. */
export const ANSWER_WITHIN_MS = 4_500;

/**
 * For how long a fact that Temporal has is remembered, in milliseconds, and how many of them. Shorter than WeChat Pay's
 * first pause, 15 s: a notification that was not heard to be taken comes to Temporal again, whatever became of the order.
 */
export const REMEMBERED_MS = 10_000;
export const REMEMBERED_FACTS = 10_000;
