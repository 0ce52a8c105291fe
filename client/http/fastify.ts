import type { Exchange, HttpAnswer } from './exchange.js';
import { answerIn, closing, type NodeRequest } from './node.js';

export type FastifyHandle = (request: FastifyRequestLike, reply: FastifyReplyLike) => Promise<unknown>;

/** What is needed of an instance of Fastify. */
export interface FastifyLike {
  post(path: string, options: { readonly onRequest: FastifyHandle }, handler: FastifyHandle): unknown;
}

/** What is needed of a request of Fastify. */
interface FastifyRequestLike {
  readonly raw: NodeRequest;
  readonly params: unknown;
}

/** What is needed of a reply of Fastify. */
export interface FastifyReplyLike {
  code(status: number): unknown;
  headers(headers: Record<string, string>): unknown;
  send(body: string): unknown;
}

/** Answers before any content-type parser of the application runs, so none can change the bytes or refuse the request. */
export function postUnparsed(instance: FastifyLike, path: string, handle: FastifyHandle): void {
  instance.post(path, { onRequest: handle }, handle);
}

/** Sends the answer to a request. */
export async function reply<Reply extends FastifyReplyLike>(
  exchange: Exchange,
  request: NodeRequest,
  to: Reply,
): Promise<Reply> {
  const answer = await answerIn(exchange, request);
  return sendReply(request, to, answer, exchange.isRefusal(answer));
}

/** Sends an answer, and ends the connection with it if it should. */
export function sendReply<Reply extends FastifyReplyLike>(
  request: NodeRequest,
  to: Reply,
  answer: HttpAnswer,
  isRefusal: boolean,
): Reply {
  to.code(answer.status);
  to.headers({ ...answer.headers, ...closing(request, isRefusal) });
  to.send(answer.body);
  return to;
}
