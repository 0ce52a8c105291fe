import { setTimeout as sleep } from 'node:timers/promises';
import { BookError } from './book-error.js';
import { NothingToTellError } from './notifications.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** How long WeChat Pay waits before it sends a notification again that was not taken (PROTOCOL). Milliseconds. */
export const NOTIFICATION_PAUSES: readonly number[] = [
  15 * SECOND,
  15 * SECOND,
  30 * SECOND,
  3 * MINUTE,
  10 * MINUTE,
  20 * MINUTE,
  30 * MINUTE,
  30 * MINUTE,
  30 * MINUTE,
  HOUR,
  3 * HOUR,
  3 * HOUR,
  3 * HOUR,
  6 * HOUR,
  6 * HOUR,
];

/**
 * Sends a notification, and sends it again after each of the pauses, until it is taken.
 *
 * @param send sends it once, and says whether it was taken; where nothing answers, it was not
 * @param signal ends the sending sooner
 * @returns whether it was taken
 * @throws BookError, NothingToTellError of `send`: those are no answers
 */
export async function sendUntilTaken(
  send: () => Promise<boolean>,
  pauses: readonly number[] = NOTIFICATION_PAUSES,
  signal?: AbortSignal,
): Promise<boolean> {
  const isTaken = (): Promise<boolean> =>
    send().catch((error: unknown) => {
      if (error instanceof BookError || error instanceof NothingToTellError) throw error;
      return false;
    });
  if (await isTaken()) return true;
  for (const pause of pauses) {
    const isOver = await sleep(pause, false, { signal }).catch(() => true);
    if (isOver) return false;
    if (await isTaken()) return true;
  }
  return false;
}
