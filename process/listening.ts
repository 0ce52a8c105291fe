import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { cannotListen, type Listening } from './health.js';
import { parseAddress } from './settings.js';

const CLOSE_EVERY_MS = 50;

/** How long a stop waits for the rest of a request that has not arrived, in milliseconds. */
const ARRIVED_BY_MS = 2_000;

/** Where to listen, and how to stop. */
export interface ListenOptions {
  /** The setting that names the address, for the message if the process cannot listen on it. */
  readonly setting: string;
  readonly address: string;
  /** How long a stop waits until all requests that have arrived are answered, in milliseconds. */
  readonly answeredByMs: number;
  /** How many connections may wait to be accepted. Default: Node's own. */
  readonly backlog?: number;
}

/**
 * Listens for requests.
 *
 * @returns closes the server, after all requests that have arrived are answered
 * @throws ConfigurationError if it cannot listen on the address
 */
export async function listenOn(
  server: FastifyInstance,
  { setting, address, answeredByMs, backlog }: ListenOptions,
): Promise<Listening> {
  const { host, port } = parseAddress(address) ?? { host: '', port: -1 };
  try {
    await server.listen({ host, port, ...(backlog !== undefined && { backlog }) });
  } catch (error) {
    throw cannotListen(setting, address, (error as NodeJS.ErrnoException).code);
  }
  const unanswered = new Map<ServerResponse, IncomingMessage>();
  server.server.on('request', (request, response) => {
    unanswered.set(response, request);
    response.once('close', () => unanswered.delete(response));
  });
  return {
    close: async () => {
      const begunAt = performance.now();
      for (const response of unanswered.keys()) if (!response.headersSent) response.setHeader('connection', 'close');
      const close = setInterval(() => {
        const passedMs = performance.now() - begunAt;
        // A connection that has sent nothing, or half of a request, is never idle and has no other timeout.
        if (passedMs >= answeredByMs || (unanswered.size === 0 && passedMs >= ARRIVED_BY_MS))
          server.server.closeAllConnections();
        else if (passedMs >= ARRIVED_BY_MS) for (const request of unanswered.values()) destroyUnlessComplete(request);
        // A connection becomes idle when its last request is answered. Without this it would be kept for the next one.
        else server.server.closeIdleConnections();
      }, CLOSE_EVERY_MS);
      await server.close().finally(() => clearInterval(close));
    },
  };
}

function destroyUnlessComplete(request: IncomingMessage): void {
  if (!request.complete) request.destroy();
}
