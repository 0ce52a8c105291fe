import { trustAuthorities } from '../../wechatpay/connection.js';
import { Client } from '@temporalio/client';
import type { Logger } from '@temporalio/worker';
import { NotificationDelivery } from '../../client/index.js';
import { createNotificationReceiver, type NotificationEvent } from '../../client/notifications/index.js';
import { watchMerchants } from '../../wechatpay/merchants/watch.js';
import { endingAll, type Ends } from '../../process/exit.js';
import { frontendCheck, type Health, serveHealth } from '../../process/health.js';
import { connectWhenNeeded } from '../../process/lazy-connection.js';
import { parseAddress } from '../../process/settings.js';
import { type ReceiverConfiguration, VERIFIES_ONLY } from './config.js';
import { NotificationMetrics, logNotifications } from './metrics.js';
import { serveNotifications } from './server.js';

/**
 * Receives notifications until it is asked to stop. Those that have arrived by then are answered.
 *
 * @param stopped asks it to stop
 * @throws ConfigurationError if it cannot listen on an address
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
  const healthAddress = parseAddress(config.healthAddress ?? '');
  if (healthAddress !== undefined) {
    const livez = (): Health => ({ ok: true, checks: {} });
    // Not ready without the Temporal server: no notification could be delivered.
    const readyz = frontendCheck({ connection, namespace });
    const health = await serveHealth(healthAddress, { '/livez': livez, '/readyz': readyz });
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
  const log = logNotifications(logger);
  const receiver = createNotificationReceiver({
    merchants: watch.merchants,
    deliver: new NotificationDelivery(new Client({ connection, namespace }), { taskQueue }).deliver,
    observe: (event: NotificationEvent) => {
      metrics?.observe(event);
      log(event);
    },
  });
  const server = await serveNotifications(config, receiver, { onDrop: metrics?.connectionDropped });
  ends.push(() => server.close());
}
