import { type NotificationAnswer, WRONG_METHOD } from './answers.js';
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
  return async (request) => {
    if (request.method !== 'POST') return responseOf(WRONG_METHOD);
    const isConsumed = request.bodyUsed || request.body?.locked === true;
    if (isConsumed) return responseOf(receiver.bodyConsumed(request.headers).answer);
    const of = mchidOf(mchid, request);
    const { answer } = await receiver.receive(bodyOf(request), request.headers, { mchid: of });
    return responseOf(answer);
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

function responseOf({ status, headers, body }: NotificationAnswer): Response {
  return new Response(status === 204 ? null : body, { status, headers });
}

/** Uses a reader, because the iterator of a stream cannot be ended while the stream is stuck. */
function bodyOf({ body }: Request): Uint8Array | AsyncIterable<Uint8Array> {
  if (body === null) return new Uint8Array();
  return {
    [Symbol.asyncIterator]: () => {
      const reader = body.getReader();
      return {
        next: () => reader.read() as Promise<IteratorResult<Uint8Array>>,
        return: async () => {
          await reader.cancel();
          return { done: true, value: undefined };
        },
      };
    },
  };
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
