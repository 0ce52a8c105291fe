import { activityInfo } from '@temporalio/activity';
import type { Instant } from '../domain/time.js';

/**
 * When the Temporal server gave this attempt out: its clock decides, not this machine's. True of regular activities
 * only; in a local one it would be the worker's wall clock.
 */
export function serverTime(): Instant {
  return activityInfo().currentAttemptScheduledTimestampMs;
}

/** Whether nothing was sent before for this call. What an earlier attempt came to is not known any more. */
export function isFirstAttempt(): boolean {
  return activityInfo().attempt === 1;
}
