import { trustAuthorities } from '../../wechatpay/connection.js';
import { Client, Connection } from '@temporalio/client';
import type { Logger } from '@temporalio/worker';
import { NotificationDelivery } from '../../client/index.js';
import { createNotificationReceiver, type NotificationEvent } from '../../client/notifications/index.js';
import { watchMerchants } from '../../wechatpay/merchants/watch.js';
import { endingAll, type Ends } from '../../process/exit.js';
import { FRONTEND_OK, frontendCheck, type Health, serveHealth } from '../../process/health.js';
import { parseAddress, type TemporalProfile } from '../../process/settings.js';
import { type ReceiverConfiguration, VERIFIES_ONLY } from './config.js';
import { NotificationMetrics, tellNotifications } from './metrics.js';
import { serveNotifications } from './server.js';

/**
 * Takes notifications until it is asked to stop; those that have come are then answered.
 *
 * @param stopped asks it to stop
 * @throws ConfigurationError where an address cannot be listened on
 */
export async function runReceiver(
  configuration: ReceiverConfiguration,
  logger: Logger,
  stopped: AbortSignal,
): Promise<void> {
  return endingAll(async (ends) => {
    await start(configuration, logger, ends);
    logger.info('the receiver is ready');
    if (!stopped.aborted) await new Promise((resolve) => stopped.addEventListener('abort', resolve, { once: true }));
  });
}

async function start({ config, merchants, profile }: ReceiverConfiguration, logger: Logger, ends: Ends): Promise<void> {
  trustAuthorities(config.authorities);
  const connection = connectWhenNeeded(profile);
  ends.push(() => connection.close());
  const { namespace } = profile;
  const isThere = frontendCheck({ connection, namespace });
  const healthAddress = parseAddress(config.healthAddress ?? '');
  if (healthAddress !== undefined) {
    const probes = { '/livez': (): Health => ({ ok: true, checks: {} }), '/readyz': () => readiness(isThere) };
    const health = await serveHealth(healthAddress, probes);
    ends.push(() => health.close());
  }
  const metricsAddress = parseAddress(config.metricsAddress ?? '');
  const metrics = metricsAddress && new NotificationMetrics();
  if (metricsAddress && metrics) {
    const page = await metrics.serve(metricsAddress);
    ends.push(() => page.close());
  }
  const { merchantsFile, reloadEveryMs: everyMs, taskQueue } = config;
  const options = { ...VERIFIES_ONLY, everyMs, logger, ...(metrics && { onReload: metrics.reloaded }) };
  const watch = watchMerchants(merchantsFile, options, merchants);
  ends.push(() => watch.stop());
  const tell = tellNotifications(logger);
  const receiver = createNotificationReceiver({
    merchants: watch.merchants,
    deliver: new NotificationDelivery(new Client({ connection, namespace }), { taskQueue }).deliver,
    observe: (event: NotificationEvent) => {
      metrics?.observe(event);
      tell(event);
    },
  });
  const server = await serveNotifications(config, receiver);
  ends.push(() => server.close());
}

/** A receiver is ready where the Temporal server answers; without it, every notification is sent again later. */
async function readiness(isThere: () => Promise<string>): Promise<Health> {
  const temporal = await isThere();
  return { ok: temporal === FRONTEND_OK, checks: { temporal } };
}

/** A connection that is made with the first call, and again after an outage: a server that is away ends nothing. */
export function connectWhenNeeded({ address, options }: TemporalProfile): Connection {
  return Connection.lazy({ ...options, address });
}
