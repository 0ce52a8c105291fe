import type { Registry } from 'prom-client';
import { type Listening, serve } from './health.js';
import type { Address } from './settings.js';

/**
 * Lets Prometheus scrape `/metrics`.
 *
 * @throws ConfigurationError if the process cannot listen on the address
 */
export function serveMetrics(registry: Registry, address: Address): Promise<Listening> {
  return serve('WXPAY_METRICS_ADDRESS', address, (request, response) => {
    if (request.url?.split('?', 1)[0] !== '/metrics') return void response.writeHead(404).end('/metrics\n');
    registry.metrics().then(
      (page) => response.writeHead(200, { 'content-type': registry.contentType }).end(page),
      () => response.writeHead(500).end(),
    );
  });
}
