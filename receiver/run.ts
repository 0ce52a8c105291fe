import { Client } from '@temporalio/client';
import type { Logger } from '@temporalio/worker';
import { NoticeDelivery } from '../client/index.js';
import { createNoticeReceiver, type NoticeEvent } from '../client/notices/index.js';
import { watchMerchants } from '../merchants/watch.js';
import { endingAll, type Ends } from '../worker/ends.js';
import { frontendCheck, FRONTEND_OK, type Health } from '../worker/health.js';
import { serveHealth } from '../worker/health-server.js';
import { parseAddress } from '../worker/settings.js';
import { VERIFIES_ONLY, type ReceiverConfiguration } from './configuration.js';
import { connectWhenNeeded } from './connect.js';
import { NoticeMetrics } from './metrics.js';
import { serveNotices } from './server.js';
import { tellNotices } from './tell-notices.js';

/**
 * Takes notices until it is asked to stop; those that have come are then answered.
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
  const metrics = metricsAddress && new NoticeMetrics();
  if (metricsAddress && metrics) {
    const page = await metrics.serve(metricsAddress);
    ends.push(() => page.close());
  }
  const { merchantsFile, reloadEveryMs: everyMs, taskQueue } = config;
  const options = { ...VERIFIES_ONLY, everyMs, logger, ...(metrics && { onReload: metrics.reloaded }) };
  const watch = watchMerchants(merchantsFile, options, merchants);
  ends.push(() => watch.stop());
  const tell = tellNotices(logger);
  const receiver = createNoticeReceiver({
    merchants: watch.merchants,
    deliver: new NoticeDelivery(new Client({ connection, namespace }), { taskQueue }).deliver,
    observe: (event: NoticeEvent) => {
      metrics?.observe(event);
      tell(event);
    },
  });
  const server = await serveNotices(config, receiver);
  ends.push(() => server.close());
}

/** A receiver is ready where the Temporal server answers; without it, every notice is sent again later. */
async function readiness(isThere: () => Promise<string>): Promise<Health> {
  const temporal = await isThere();
  return { ok: temporal === FRONTEND_OK, checks: { temporal } };
}
