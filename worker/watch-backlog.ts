import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@temporalio/worker';

/** How often the orders are counted, milliseconds: often enough to alert on, seldom enough for any visibility store. */
export const BACKLOG_INTERVAL = 30_000;

export interface Watch {
  /** Ends it, and waits for a reading under way, which is not for long. */
  stop(): Promise<void>;
}

/**
 * Reads at once and then again and again. A reading that fails changes nothing; an outage is logged when it begins and
 * when it ends, and not in between.
 *
 * @param read one reading; it ends when the signal says so
 * @param interval pause between two readings, milliseconds
 */
export function watchBacklog(
  read: (signal: AbortSignal) => Promise<void>,
  logger: Pick<Logger, 'info' | 'warn'>,
  interval = BACKLOG_INTERVAL,
): Watch {
  const stopped = new AbortController();
  const { signal } = stopped;
  const watching = (async () => {
    let isOut = false;
    while (!signal.aborted) {
      const isRead = await read(signal).then(
        () => true,
        () => false,
      );
      if (!signal.aborted && isRead === isOut) tellOutage(logger, isRead);
      isOut = !isRead;
      await sleep(interval, undefined, { signal }).catch(() => undefined);
    }
  })();
  return {
    stop: async () => {
      stopped.abort();
      await watching;
    },
  };
}

function tellOutage(logger: Pick<Logger, 'info' | 'warn'>, isOver: boolean): void {
  if (isOver) logger.info('overdue orders are counted again');
  else logger.warn('overdue orders cannot be counted: their metrics stay as they were; is visibility reachable?');
}
