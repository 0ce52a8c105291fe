import { answerTo, closing, type NodeRequest } from './node.js';
import type { NotificationReceiver } from './receiver.js';

type Handle = (request: FastifyRequestLike, reply: FastifyReplyLike) => Promise<unknown>;

/** What is needed of an instance of Fastify. */
export interface FastifyLike {
  post(path: string, options: { readonly onRequest: Handle }, handler: Handle): unknown;
}

/** What is needed of a request of Fastify. */
export interface FastifyRequestLike {
  readonly raw: NodeRequest;
  readonly params: unknown;
}

/** What is needed of a reply of Fastify. */
export interface FastifyReplyLike {
  code(status: number): unknown;
  headers(headers: Record<string, string>): unknown;
  send(body: string): unknown;
}

export interface FastifyPluginOptions {
  readonly receiver: NotificationReceiver;
  /** Where notifications are taken; with `/` and a merchant number behind it, only that merchant's. */
  readonly path: string;
}

/**
 * A plugin for Fastify 5: `app.register(fastifyPlugin, { receiver, path: '/wechatpay/notifications' })`. Notifications are answered
 * before any content-type parser of the application is asked: none can spoil the bytes, or refuse in words of its own.
 */
export function fastifyPlugin(instance: FastifyLike, { receiver, path }: FastifyPluginOptions, done: () => void): void {
  const handle: Handle = async ({ raw, params }, reply) => {
    const { mchid } = params as { readonly mchid?: string };
    const { status, headers, body } = await answerTo(receiver, raw, mchid);
    reply.code(status);
    reply.headers({ ...headers, ...closing(raw) });
    reply.send(body);
    return reply;
  };
  for (const each of [path, `${path}/:mchid`]) instance.post(each, { onRequest: handle }, handle);
  done();
}
