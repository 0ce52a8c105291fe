import type { Logger } from '@temporalio/worker';
import { NOTIFICATION_OUTCOMES, type NotificationEvent } from '../../client/notifications/index.js';

/** How often one kind of trouble is logged, milliseconds: anybody can send what is refused. */
const TOLD_EVERY_MS = 60_000;

/**
 * Tells the log of notifications. What was taken is for `debug`; of what was not, each outcome is told once a minute at most
 * (apart where WeChat Pay had signed it), with how many of it were not logged.
 *
 * @param now milliseconds since 1970
 */
export function tellNotifications(logger: Pick<Logger, 'debug' | 'info' | 'warn'>, now: () => number = Date.now) {
  const troubles = new Map<string, { toldAt: number; untold: number }>();
  return (event: NotificationEvent): void => {
    const { outcome, isVerified } = event;
    const row: { readonly answer: string; readonly todo?: string } = NOTIFICATION_OUTCOMES[outcome];
    if (row.answer === 'taken') {
      logger.debug('a notification was taken', event);
      return;
    }
    // What a forger sends does not hide what WeChat Pay does.
    const kind = `${outcome} ${isVerified}`;
    const trouble = troubles.get(kind) ?? { toldAt: -Infinity, untold: 0 };
    troubles.set(kind, trouble);
    if (now() - trouble.toldAt < TOLD_EVERY_MS) {
      trouble.untold += 1;
      return;
    }
    const { todo } = row;
    const severity = todo === undefined ? 'info' : 'warn';
    logger[severity]('a notification was not taken', {
      ...event,
      untold: trouble.untold,
      ...(todo !== undefined && { whatToDo: todo }),
    });
    trouble.toldAt = now();
    trouble.untold = 0;
  };
}
