import { MINUTE, type Instant, type Milliseconds } from './time.js';
import { HINTS_BEFORE_A_PERSON } from './timing.js';

/** For how long requests must have been refused for their signature before a person is asked: one worker is not all. */
export const HINTS_SPAN: Milliseconds = 2 * MINUTE;

/** Signature refusals in a row: how many, and when the first of them came. */
export interface Hints {
  readonly count: number;
  readonly since: Instant | null;
}

export const NO_HINTS: Hints = { count: 0, since: null };

export function hintAgain({ count, since }: Hints, now: Instant): Hints {
  return { count: count + 1, since: since ?? now };
}

/** Whether it is no longer one worker's key or clock: the third time, two minutes after the first. */
export function isThirdHint({ count, since }: Hints, now: Instant): boolean {
  return count >= HINTS_BEFORE_A_PERSON && since !== null && now - since >= HINTS_SPAN;
}
