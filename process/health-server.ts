import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { ConfigurationError } from '../wechatpay/merchants/configuration-error.js';
import type { Health } from './health.js';
import type { Address } from './settings.js';

/** What is asked at each path. */
export interface Probes {
  readonly '/livez': () => Health;
  readonly '/readyz': () => Promise<Health>;
}

/** A server that is listening. */
export interface Listening {
  /** Ends it at once, also where somebody is still connected. */
  close(): Promise<void>;
}

/**
 * Answers GET and HEAD of `/livez` and `/readyz` with 200 or 503 and what was checked, as JSON.
 *
 * @throws ConfigurationError where the address cannot be listened on
 */
export function serveHealth(address: Address, probes: Probes): Promise<Listening> {
  return serve('WXPAY_HEALTH_ADDRESS', address, (request, response) => {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(response, 405, { error: 'GET or HEAD' });
    if (path !== '/livez' && path !== '/readyz') return answer(response, 404, { error: '/livez or /readyz' });
    Promise.resolve(probes[path]()).then(
      (health) => answer(response, health.ok ? 200 : 503, health),
      () => answer(response, 503, { ok: false, checks: { check: 'failed' } }),
    );
  });
}

/**
 * Listens for plain HTTP.
 *
 * @param setting whose address it is, for the message where it cannot be listened on
 * @throws ConfigurationError
 */
export async function serve(setting: string, { host, port }: Address, listener: RequestListener): Promise<Listening> {
  const server = createServer(listener);
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw cannotListen(setting, `${host}:${port}`, (error as NodeJS.ErrnoException).code);
  }
  return {
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function answer(response: ServerResponse, status: number, body: Health | { readonly error: string }): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(`${JSON.stringify(body)}\n`);
}

/** @param code of the operating system, such as `EADDRINUSE` */
export function cannotListen(setting: string, address: string, code: string | undefined): ConfigurationError {
  const why = code === 'EADDRINUSE' ? 'another process listens there already' : `not possible (${code ?? 'unknown'})`;
  return new ConfigurationError('The worker cannot listen:', [`${setting} ${address}: ${why}; choose another`]);
}
