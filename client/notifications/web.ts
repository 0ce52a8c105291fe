import { type NotificationAnswer, WRONG_METHOD } from './answers.js';
import type { NotificationReceiver } from './receiver.js';

export interface HandlerOptions<R> {
  /**
   * The merchant number in the address, where it has one: the notifications of any other are refused. Empty counts as none;
   * what is no merchant number makes a `wrong-path`.
   */
  readonly mchid?: (request: R) => string | undefined;
}

/** A handler of the web's own form: for Hono, Bun, Deno, Next.js and their like. */
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

/** What stands for a merchant number in an address that cannot be read: none. Whoever sends it chooses it. */
const UNREADABLE = 'unreadable';

/** What an address says of the merchant, whatever reads it. */
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

/** The reader is asked for itself, because an iterator of the stream would not let go of one that is stuck. */
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
 * @param options Default: the merchant is that of a `:mchid` in the path, where there is one
 */
export function honoHandler(
  receiver: NotificationReceiver,
  { mchid = ({ req }) => req.param('mchid') }: HandlerOptions<HonoContext> = {},
): (context: HonoContext) => Promise<Response> {
  return (context) => webHandler(receiver, { mchid: () => mchid(context) })(context.req.raw);
}
