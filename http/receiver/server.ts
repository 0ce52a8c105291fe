import fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { answered } from '../../client/notifications/fastify.js';
import { fastifyPlugin, type NotificationReceiver } from '../../client/notifications/index.js';
import { cannotListen, type Listening } from '../../process/health.js';
import { parseAddress } from '../../process/settings.js';
import type { ReceiverConfig } from './config.js';

/** How long a request may take to arrive, milliseconds. WeChat Pay itself waits for 5 s. */
const REQUEST_TIMEOUT_MS = 6_000;

/** How long a connection may be silent between two notifications, milliseconds. */
const IDLE_MS = 30_000;

const HANG_UP_EVERY_MS = 50;

/** How long a stop waits for the notifications that have arrived to be answered, milliseconds. */
const ANSWERED_BY_MS = 5_000;

function notFound(reply: FastifyReply): FastifyReply {
  return reply.status(404).send({ code: 'FAIL', message: 'Not found.' });
}

function pathOf(url = ''): string {
  return url.split('?', 1)[0] ?? '';
}

/**
 * Listens for notifications, and for nothing else.
 *
 * @returns what ends it; notifications that have arrived are answered first
 * @throws ConfigurationError if it cannot listen on the address
 */
export async function serveNotifications(
  { address, path }: Pick<ReceiverConfig, 'address' | 'path'>,
  receiver: NotificationReceiver,
): Promise<Listening> {
  /** What is posted to another path may come from WeChat Pay with a mistyped notify_url: it is logged and counted. */
  const handleElsewhere = async ({ raw }: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> =>
    raw.method === 'POST' ? answered(receiver, raw, reply, { wrongPath: pathOf(raw.url) }) : notFound(reply);
  const server = fastify({
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: IDLE_MS,
    forceCloseConnections: 'idle',
    // A path that cannot be decoded.
    frameworkErrors: (_error, request, reply) => void handleElsewhere(request, reply),
    http: { connectionsCheckingInterval: 1_000, headersTimeout: REQUEST_TIMEOUT_MS },
  });
  server.setNotFoundHandler((_request, reply) => notFound(reply));
  server.post('/*', { onRequest: handleElsewhere }, handleElsewhere);
  await server.register(fastifyPlugin, { receiver, path });
  const { host, port } = parseAddress(address) ?? { host: '', port: -1 };
  try {
    await server.listen({ host, port });
  } catch (error) {
    throw cannotListen('WXPAY_RECEIVER_ADDRESS', address, (error as NodeJS.ErrnoException).code);
  }
  return {
    close: async () => {
      // A connection becomes idle when its last notification is answered, and would be kept for the next.
      const hangUp = setInterval(() => server.server.closeIdleConnections(), HANG_UP_EVERY_MS);
      // A connection that has sent nothing, or half of a request, is never idle, and no other timeout is running.
      const give = setTimeout(() => server.server.closeAllConnections(), ANSWERED_BY_MS);
      await server.close().finally(() => {
        clearInterval(hangUp);
        clearTimeout(give);
      });
    },
  };
}
