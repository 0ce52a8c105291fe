import type { RequestBody, RequestHeaders } from './request.js';

/** An HTTP answer. */
export interface HttpAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** Empty with status 204. */
  readonly body: string;
}

/** What answers the requests of one path, whichever server they come by. None of it throws. */
export interface Exchange {
  /** The answer to a POST. */
  receive(body: RequestBody, headers: RequestHeaders): Promise<HttpAnswer>;
  /** The answer if the raw bytes are gone, because something else has read the body. */
  bodyConsumed(headers: RequestHeaders): HttpAnswer;
  /** The answer to any other method. */
  readonly wrongMethod: HttpAnswer;
  /** Whether an answer is a refusal, which anyone can get; not one that asks for the same once more. */
  isRefusal(answer: HttpAnswer): boolean;
}

/** The response to a web-standard request. */
export async function responseTo(exchange: Exchange, request: Request): Promise<Response> {
  return responseOf(await answerTo(exchange, request));
}

async function answerTo(exchange: Exchange, request: Request): Promise<HttpAnswer> {
  if (request.method !== 'POST') return exchange.wrongMethod;
  const isConsumed = request.bodyUsed || request.body?.locked === true;
  return isConsumed ? exchange.bodyConsumed(request.headers) : exchange.receive(bodyOf(request), request.headers);
}

function responseOf({ status, headers, body }: HttpAnswer): Response {
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
