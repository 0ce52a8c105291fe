import {
  type FastifyHandle,
  type FastifyLike,
  type FastifyReplyLike,
  postUnparsed,
  reply,
  sendReply,
} from '../http/fastify.js';
import { isRefusal, type NotificationAnswer } from './answers.js';
import { exchangeOf, type NodeRequest } from './node.js';
import type { NotificationReceiver } from './receiver.js';
import type { NotifiedAt } from './request.js';

export type { FastifyLike };

export interface FastifyPluginOptions {
  readonly receiver: NotificationReceiver;
  /** The path of notifications, also with a `/` after it. With `/` and a merchant number, only those of that merchant. */
  readonly path: string;
}

/** Sends the receiver's answer to a notification. */
export async function answered<Reply extends FastifyReplyLike>(
  receiver: NotificationReceiver,
  request: NodeRequest,
  to: Reply,
  address: NotifiedAt,
): Promise<Reply> {
  return reply(exchangeOf(receiver, address), request, to);
}

/** Sends an answer, and ends the connection with it if it should. */
export function sendAnswer<Reply extends FastifyReplyLike>(
  request: NodeRequest,
  to: Reply,
  answer: NotificationAnswer,
): Reply {
  return sendReply(request, to, answer, isRefusal(answer));
}

/**
 * A plugin for Fastify 5: `app.register(fastifyPlugin, { receiver, path: '/wechatpay/notifications' })`. Notifications are
 * answered before any content-type parser of the application runs, so none can change the bytes or refuse the request.
 */
export function fastifyPlugin(instance: FastifyLike, { receiver, path }: FastifyPluginOptions, done: () => void): void {
  const handle: FastifyHandle = async ({ raw, params }, to) => {
    // Any path after it, so that a wrong merchant number is reported, too.
    const { '*': mchid } = params as { readonly '*'?: string };
    return answered(receiver, raw, to, { mchid });
  };
  for (const each of [path, `${path}/*`]) postUnparsed(instance, each, handle);
  done();
}
