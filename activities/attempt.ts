import { activityInfo, Context } from '@temporalio/activity';
import { ActivityCancelledError, ActivityNotFoundError } from '@temporalio/client';
import type { Announced } from '../domain/calls.js';
import { SECOND, type Instant, type Milliseconds } from '../domain/time.js';
import { withTimeout } from '../wechatpay/timeout.js';

/** How long to wait for Temporal, which usually takes 3 to 10 ms. A later answer could not allow the write any more. */
const ANSWERED_WITHIN: Milliseconds = 5 * SECOND;

/** How Temporal answered an announcement. Only `go` allows the write. After `givenUp`, no result of this attempt counts. */
export type AnnounceResult = 'go' | 'superseded' | 'givenUp' | 'unknown';

/**
 * When the server scheduled this activity for the first time: its clock decides, not this machine's, and it never lies
 * ahead, as the planned time of a retry does. True of regular activities only; in a local one it would be the wall clock.
 */
export function scheduledAt(): Instant {
  return activityInfo().scheduledTimestampMs;
}

/** What the attempts before this one have announced. */
export function announcedBefore(): Announced | null {
  return (activityInfo().heartbeatDetails as Announced | undefined) ?? null;
}

/**
 * Writes down at Temporal what is about to be sent, or what is known of it by now: one call to the server, which also
 * says whether this attempt still counts. The details reach the next attempt and, if this one is lost, the workflow.
 *
 * @param withinMs what is left of the attempt
 */
export async function announce(announced: Announced, withinMs: Milliseconds): Promise<AnnounceResult> {
  const { client, info } = Context.current();
  try {
    const heartbeat = client.activity.heartbeat(info.taskToken, announced).then(() => 'go' as const);
    const result = await withTimeout(Math.min(withinMs, ANSWERED_WITHIN), heartbeat);
    return result === 'timeout' ? 'unknown' : result;
  } catch (error) {
    if (error instanceof ActivityCancelledError) return 'superseded';
    return error instanceof ActivityNotFoundError ? 'givenUp' : 'unknown';
  }
}
