import fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { NOT_FOUND } from '../../client/notifications/answers.js';
import { answered, sendAnswer } from '../../client/notifications/fastify.js';
import { fastifyPlugin, type NotificationReceiver } from '../../client/notifications/index.js';
import type { Listening } from '../../process/health.js';
import { listenOn } from '../../process/listening.js';
import type { ReceiverConfig } from './config.js';

/** How long a request may take to arrive, in milliseconds. WeChat Pay itself waits 5 s for an answer. */
const REQUEST_TIMEOUT_MS = 6_000;

/** How many requests a connection may make: whoever sends many one after another must connect anew. */
const REQUESTS_PER_CONNECTION = 100;

/** How many connections are open at a time. WeChat Pay needs a few; a reverse proxy some more. */
const MAX_CONNECTIONS = 2_000;

/** How long a connection may be idle between two notifications, in milliseconds. */
const IDLE_MS = 30_000;

/** How long a stop waits until all notifications that have arrived are answered, in milliseconds. */
const ANSWERED_BY_MS = 5_000;

function notFound({ raw }: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendAnswer(raw, reply, NOT_FOUND);
}

function pathOf(url = ''): string {
  return url.split('?', 1)[0] ?? '';
}

interface ServerOptions {
  /** Hears of each connection that is closed at once, because too many are open. */
  readonly onDrop?: (() => void) | undefined;
  /** Default: {@link MAX_CONNECTIONS}. */
  readonly maxConnections?: number;
}

/**
 * Listens for notifications.
 *
 * @returns closes the server, after all notifications that have arrived are answered
 * @throws ConfigurationError if it cannot listen on the address
 */
export async function serveNotifications(
  { address, path }: Pick<ReceiverConfig, 'address' | 'path'>,
  receiver: NotificationReceiver,
  { onDrop, maxConnections = MAX_CONNECTIONS }: ServerOptions = {},
): Promise<Listening> {
  /** A POST to another path is logged and counted: the notify_url may be mistyped. */
  const handleElsewhere = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { raw } = request;
    if (raw.method !== 'POST') return notFound(request, reply);
    return answered(receiver, raw, reply, { wrongPath: pathOf(raw.url) });
  };
  const server = fastify({
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: IDLE_MS,
    maxRequestsPerSocket: REQUESTS_PER_CONNECTION,
    forceCloseConnections: 'idle',
    // A path that cannot be decoded.
    frameworkErrors: (_error, request, reply) => void handleElsewhere(request, reply),
    http: { connectionsCheckingInterval: 1_000, headersTimeout: REQUEST_TIMEOUT_MS },
  });
  server.server.maxConnections = maxConnections;
  server.server.on('drop', () => onDrop?.());
  // No body is read but that of a POST, and that one by the receiver.
  server.removeAllContentTypeParsers();
  server.setNotFoundHandler(notFound);
  server.post('/*', { onRequest: handleElsewhere }, handleElsewhere);
  await server.register(fastifyPlugin, { receiver, path });
  return listenOn(server, { setting: 'WXPAY_RECEIVER_ADDRESS', address, answeredByMs: ANSWERED_BY_MS });
}
