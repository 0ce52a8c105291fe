import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';
import type { Logger } from '@temporalio/worker';
import { NOTIFICATION_OUTCOMES, type NotificationEvent } from '../../client/notifications/index.js';
import type { Listening } from '../../process/health.js';
import { serveMetrics } from '../../process/metrics-page.js';
import type { Address } from '../../process/settings.js';
import { throttle } from '../../process/throttle.js';

/** In seconds. WeChat Pay waits 5 s for an answer. */
const BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 4, 5];

/** The metrics of a receiver. Their names, labels and alerts are in docs/notifications.md. */
export class NotificationMetrics {
  private readonly registry = new Registry();
  private readonly notifications = new Counter({
    name: 'wxpay_notifications_total',
    help: 'Notifications received, by outcome',
    labelNames: ['outcome', 'form', 'verified'],
    registers: [this.registry],
  });
  private readonly seconds = new Histogram({
    name: 'wxpay_notification_seconds',
    help: 'From the arrival of a notification to its answer',
    labelNames: ['form'],
    buckets: BUCKETS,
    registers: [this.registry],
  });
  private readonly reloads = new Counter({
    name: 'wxpay_merchants_reloads_total',
    help: 'Changes of the merchants file or its keys, taken or refused',
    labelNames: ['result'],
    registers: [this.registry],
  });

  private readonly dropped = new Counter({
    name: 'wxpay_notification_connections_dropped_total',
    help: 'Connections closed at once, because too many were open',
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    // Prometheus sees no increase in a counter that begins with 1.
    for (const result of ['taken', 'refused']) this.reloads.inc({ result }, 0);
    for (const outcome of Object.keys(NOTIFICATION_OUTCOMES)) {
      for (const form of ['v3', 'v2']) {
        for (const verified of ['yes', 'no']) this.notifications.inc({ outcome, form, verified }, 0);
      }
    }
  }

  readonly observe = ({ outcome, form, isVerified, millis }: NotificationEvent): void => {
    this.notifications.inc({ outcome, form, verified: isVerified ? 'yes' : 'no' });
    this.seconds.observe({ form }, millis / 1000);
  };

  readonly reloaded = (result: 'taken' | 'refused'): void => this.reloads.inc({ result });

  readonly connectionDropped = (): void => this.dropped.inc();

  /** @throws ConfigurationError if it cannot listen on the address */
  serve(address: Address): Promise<Listening> {
    return serveMetrics(this.registry, address);
  }
}

/**
 * Logs notifications. One that was taken is logged at `debug`. Of all others, each outcome is logged once a minute at most,
 * with the number of those that were not logged since then. Verified and other notifications are counted apart.
 *
 * @param now in milliseconds since 1970
 */
export function logNotifications(logger: Pick<Logger, 'debug' | 'info' | 'warn'>, now: () => number = Date.now) {
  const untoldOf = throttle(now);
  return (event: NotificationEvent): void => {
    const { outcome, isVerified } = event;
    const row: { readonly answer: string; readonly todo?: string } = NOTIFICATION_OUTCOMES[outcome];
    if (row.answer === 'taken') {
      logger.debug('a notification was taken', event);
      return;
    }
    // Forged notifications must not suppress the log lines about WeChat Pay's own.
    const untold = untoldOf(`${outcome} ${isVerified}`);
    if (untold === undefined) return;
    const { todo } = row;
    const severity = todo === undefined ? 'info' : 'warn';
    const what = { ...event, untold, ...(todo !== undefined && { whatToDo: todo }) };
    logger[severity]('a notification was not taken', what);
  };
}
