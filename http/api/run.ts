import { Client } from '@temporalio/client';
import type { Logger } from '@temporalio/worker';
import { OrderClient, OutcomeFeed, ServiceOrderClient } from '../../client/index.js';
import { endingAll, type Ends } from '../../process/exit.js';
import { frontendCheck, serveHealth } from '../../process/health.js';
import { connectWhenNeeded } from '../../process/lazy-connection.js';
import { parseAddress } from '../../process/settings.js';
import type { ApiConfiguration } from './config.js';
import { ApiMetrics, logRequests } from './metrics.js';
import type { Clients } from './operations.js';
import { serveApi } from './server.js';
import { watchTokens } from './tokens.js';

const FOR_ALL = 'Every program on this machine may use it, until WXPAY_API_TOKENS_FILE names who may.';

/** How long a page of the feed may take, in milliseconds. */
const PAGE_WITHIN_MS = 25_000;

/**
 * Serves the API until it is asked to stop. Requests that have arrived by then are answered.
 *
 * @param stopped asks it to stop
 * @throws ConfigurationError if it cannot listen on an address
 */
export async function runApi(configuration: ApiConfiguration, logger: Logger, stopped: AbortSignal): Promise<void> {
  return endingAll(async (ends) => {
    await start(configuration, logger, ends);
    const { address, tokensFile } = configuration.config;
    logger.info('the API is ready', { address, ...(tokensFile === undefined && { whatToDo: FOR_ALL }) });
    if (!stopped.aborted) await new Promise((resolve) => stopped.addEventListener('abort', resolve, { once: true }));
  });
}

async function start({ config, tokens: first, profile }: ApiConfiguration, logger: Logger, ends: Ends): Promise<void> {
  const connection = connectWhenNeeded(profile);
  ends.push(() => connection.close());
  const { namespace } = profile;
  const healthAddress = parseAddress(config.healthAddress ?? '');
  if (healthAddress !== undefined) {
    const readyz = frontendCheck({ connection, namespace });
    const health = await serveHealth(healthAddress, { '/livez': () => ({ ok: true, checks: {} }), '/readyz': readyz });
    ends.push(() => health.close());
  }
  const metricsAddress = parseAddress(config.metricsAddress ?? '');
  const metrics = metricsAddress && new ApiMetrics();
  if (metricsAddress && metrics) {
    const page = await metrics.serve(metricsAddress);
    ends.push(() => page.close());
  }
  const { address, tokensFile } = config;
  const tokens =
    first && tokensFile !== undefined
      ? watchTokens(tokensFile, { logger, onReload: metrics?.reloaded }, first)
      : undefined;
  if (tokens !== undefined) ends.push(() => tokens.stop());
  const log = logRequests(logger);
  const server = await serveApi({
    address,
    clients: clientsOf(new Client({ connection, namespace }), config.taskQueue),
    tokens,
    onRequest: metrics?.began,
    observe: (event) => {
      metrics?.observe(event);
      log(event);
    },
  });
  ends.push(() => server.close());
}

export function clientsOf(client: Client, taskQueue: string): Clients {
  return {
    orders: new OrderClient(client, { taskQueue }),
    serviceOrders: new ServiceOrderClient(client, { taskQueue }),
    feedOf: (mchid) => new OutcomeFeed(client, { mchid, taskQueue, answeredWithinMs: PAGE_WITHIN_MS }),
  };
}
