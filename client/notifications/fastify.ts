import type { NotificationAnswer } from './answers.js';
import type { NotifiedAt } from './request.js';
import { answerTo, closing, type NodeRequest } from './node.js';
import type { NotificationReceiver } from './receiver.js';

type Handle = (request: FastifyRequestLike, reply: FastifyReplyLike) => Promise<unknown>;

/** What is needed of an instance of Fastify. */
export interface FastifyLike {
  post(path: string, options: { readonly onRequest: Handle }, handler: Handle): unknown;
}

/** What is needed of a request of Fastify. */
interface FastifyRequestLike {
  readonly raw: NodeRequest;
  readonly params: unknown;
}

/** What is needed of a reply of Fastify. */
interface FastifyReplyLike {
  code(status: number): unknown;
  headers(headers: Record<string, string>): unknown;
  send(body: string): unknown;
}

export interface FastifyPluginOptions {
  readonly receiver: NotificationReceiver;
  /** The path of notifications, also with a `/` after it. With `/` and a merchant number, only those of that merchant. */
  readonly path: string;
}

/** Sends the receiver's answer to a notification. */
export async function answered<Reply extends FastifyReplyLike>(
  receiver: NotificationReceiver,
  request: NodeRequest,
  reply: Reply,
  address: NotifiedAt,
): Promise<Reply> {
  return sendAnswer(request, reply, await answerTo(receiver, request, address));
}

/** Sends an answer, and ends the connection with it if it should. */
export function sendAnswer<Reply extends FastifyReplyLike>(
  request: NodeRequest,
  reply: Reply,
  answer: NotificationAnswer,
): Reply {
  reply.code(answer.status);
  reply.headers({ ...answer.headers, ...closing(request, answer) });
  reply.send(answer.body);
  return reply;
}

/**
 * A plugin for Fastify 5: `app.register(fastifyPlugin, { receiver, path: '/wechatpay/notifications' })`. Notifications are
 * answered before any content-type parser of the application runs, so none can change the bytes or refuse the request.
 */
export function fastifyPlugin(instance: FastifyLike, { receiver, path }: FastifyPluginOptions, done: () => void): void {
  const handle: Handle = async ({ raw, params }, reply) => {
    // Any path after it, so that a wrong merchant number is reported, too.
    const { '*': mchid } = params as { readonly '*'?: string };
    return answered(receiver, raw, reply, { mchid });
  };
  for (const each of [path, `${path}/*`]) instance.post(each, { onRequest: handle }, handle);
  done();
}
