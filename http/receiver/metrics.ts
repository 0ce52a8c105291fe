import { Counter, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { NOTIFICATION_OUTCOMES, type NotificationEvent } from '../../client/notifications/index.js';
import { serve, type Listening } from '../../process/health-server.js';
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
