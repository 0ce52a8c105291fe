import { responseTo } from '../http/exchange.js';
import { type FastifyLike, postUnparsed, reply } from '../http/fastify.js';
import { type NodeRequest, type NodeResponse, respond } from '../http/node.js';
import { outcomeExchange, type OutcomeOptions } from './receiver.js';

/**
 * A handler for Express 4 and 5, and for `node:http`: `app.post('/wechatpay/outcomes', outcomeHandler({ secrets, handle }))`,
 * before `express.json()`. The body must not have been read, except by what keeps the bytes: `express.raw()`, or a framework
 * with `rawBody`.
 *
 * @throws OutcomeSecretsError if the secrets are none or malformed
 */
export function outcomeHandler(options: OutcomeOptions): (request: NodeRequest, response: NodeResponse) => void {
  const exchange = outcomeExchange(options);
  return (request, response) => void respond(exchange, request, response);
}

export interface OutcomePluginOptions extends OutcomeOptions {
  /** The path of the URL that the worker posts to. */
  readonly path: string;
}

/**
 * A plugin for Fastify 5: `app.register(outcomePlugin, { path: '/wechatpay/outcomes', secrets, handle })`. Events are
 * answered before any content-type parser of the application runs, so none can change the bytes or refuse the request. If the
 * secrets are none or malformed, `app.ready()` fails with `OutcomeSecretsError`.
 */
export function outcomePlugin(
  instance: FastifyLike,
  { path, ...options }: OutcomePluginOptions,
  done: (error?: Error) => void,
): void {
  try {
    const exchange = outcomeExchange(options);
    postUnparsed(instance, path, ({ raw }, to) => reply(exchange, raw, to));
    done();
  } catch (error) {
    // Fastify does not catch what a plugin throws.
    done(error as Error);
  }
}

/**
 * A handler from a web-standard `Request` to a `Response`: for Bun, Deno, Next.js and the like.
 *
 * @throws OutcomeSecretsError if the secrets are none or malformed
 */
export function outcomeWebHandler(options: OutcomeOptions): (request: Request) => Promise<Response> {
  const exchange = outcomeExchange(options);
  return (request) => responseTo(exchange, request);
}

/**
 * A handler for Hono: `app.post('/wechatpay/outcomes', outcomeHonoHandler({ secrets, handle }))`.
 *
 * @throws OutcomeSecretsError if the secrets are none or malformed
 */
export function outcomeHonoHandler(
  options: OutcomeOptions,
): (context: { readonly req: { readonly raw: Request } }) => Promise<Response> {
  const handler = outcomeWebHandler(options);
  return ({ req }) => handler(req.raw);
}
