import { type Exchange, responseTo } from '../http/exchange.js';
import { isRefusal, WRONG_METHOD } from './answers.js';
import type { NotificationReceiver } from './receiver.js';

export interface HandlerOptions<R> {
  /**
   * The merchant number in the address, if it has one: notifications of any other merchant are refused. Empty counts as none;
   * anything that is not a merchant number gives `wrong-path`. Default: notifications of any of the merchants.
   */
  readonly mchid?: (request: R) => string | undefined;
}

/** A handler from a web-standard `Request` to a `Response`: for Hono, Bun, Deno, Next.js and the like. */
export function webHandler(
  receiver: NotificationReceiver,
  { mchid }: HandlerOptions<Request> = {},
): (request: Request) => Promise<Response> {
  return (request) => {
    const address = { mchid: mchidOf(mchid, request) };
    const exchange: Exchange = {
      receive: async (body, headers) => (await receiver.receive(body, headers, address)).answer,
      bodyConsumed: (headers) => receiver.bodyConsumed(headers).answer,
      wrongMethod: WRONG_METHOD,
      isRefusal,
    };
    return responseTo(exchange, request);
  };
}

/** Counts as a wrong merchant number: the sender chooses the address, so the function that reads it may throw. */
const UNREADABLE = 'unreadable';

/** The merchant number in the address of a request. */
export function mchidOf<R>(mchid: HandlerOptions<R>['mchid'], request: R): string | undefined {
  try {
    return mchid?.(request);
  } catch {
    return UNREADABLE;
  }
}

/** What is needed of a context of Hono. */
export interface HonoContext {
  readonly req: { readonly raw: Request; param(name: string): string | undefined };
}

/**
 * A handler for Hono: `app.post('/wechatpay/notifications', honoHandler(receiver))`.
 *
 * @param options Default: the merchant is that of a `:mchid` in the path, if there is one
 */
export function honoHandler(
  receiver: NotificationReceiver,
  { mchid = ({ req }) => req.param('mchid') }: HandlerOptions<HonoContext> = {},
): (context: HonoContext) => Promise<Response> {
  return (context) => webHandler(receiver, { mchid: () => mchid(context) })(context.req.raw);
}
