import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';
import type { Logger } from '@temporalio/worker';
import { NOTIFICATION_OUTCOMES, type NotificationEvent } from '../../client/notifications/index.js';
import { type Listening, serve } from '../../process/health.js';
import type { Address } from '../../process/settings.js';

/** WeChat Pay waits for 5 s; what matters is how near to that an answer comes. Seconds. */
const BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 4, 5];

/** What is measured of a receiver. Names, labels and what to alert on are in docs/notifications.md. */
export class NotificationMetrics {
  private readonly registry = new Registry();
  private readonly notifications = new Counter({
    name: 'wxpay_notifications_total',
    help: 'Notifications that came, by what became of them',
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

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    // A counter that begins with 1 has not increased, as Prometheus sees it.
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

  /**
   * Lets Prometheus scrape `/metrics`.
   *
   * @throws ConfigurationError where the address cannot be listened on
   */
  serve(address: Address): Promise<Listening> {
    return serve('WXPAY_METRICS_ADDRESS', address, (request, response) => {
      if (request.url?.split('?', 1)[0] !== '/metrics') return void response.writeHead(404).end('/metrics\n');
      this.registry.metrics().then(
        (page) => response.writeHead(200, { 'content-type': this.registry.contentType }).end(page),
        () => response.writeHead(500).end(),
      );
    });
  }
}

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
