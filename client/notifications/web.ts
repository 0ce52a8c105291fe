import { WRONG_METHOD, type NotificationAnswer } from './answers.js';
import type { NotificationReceiver } from './receiver.js';

export interface HandlerOptions<R> {
  /** Whose notifications come to this address, where it says so: those of any other merchant are refused. */
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

/** An address that cannot be read is nobody's: whoever sends it chooses it. */
export function mchidOf<R>(mchid: HandlerOptions<R>['mchid'], request: R): string | undefined {
  try {
    return mchid?.(request);
  } catch {
    return '';
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
