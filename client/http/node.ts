import type { Exchange, HttpAnswer } from './exchange.js';

/** What is needed of a request of `node:http`, or of a framework on top of it. */
export interface NodeRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly httpVersionMajor: number;
  /** Whether the whole request has arrived. */
  readonly complete: boolean;
  /** Whether something has read from the body. */
  readonly readableDidRead: boolean;
  /** The raw bytes, if `express.raw()` has read them. */
  readonly body?: unknown;
  /** The raw bytes beside a parsed body, as NestJS (`rawBody: true`) and Firebase keep them. */
  readonly rawBody?: unknown;
  iterator(options: { readonly destroyOnReturn: boolean }): AsyncIterator<Uint8Array>;
}

/** What is needed of a response of `node:http`. */
export interface NodeResponse {
  readonly destroyed: boolean;
  readonly headersSent: boolean;
  writeHead(status: number, headers: Record<string, string>): unknown;
  end(body: string): unknown;
}

/** Answers a request of `node:http`. */
export async function respond(exchange: Exchange, request: NodeRequest, response: NodeResponse): Promise<void> {
  const answer = await answerIn(exchange, request);
  // The sender has closed the connection, or another handler has answered.
  if (response.destroyed || response.headersSent) return;
  response.writeHead(answer.status, { ...answer.headers, ...closing(request, exchange.isRefusal(answer)) });
  response.end(answer.body);
}

/** The answer to a request. It never throws. */
export async function answerIn(exchange: Exchange, request: NodeRequest): Promise<HttpAnswer> {
  if (request.method !== 'POST') return exchange.wrongMethod;
  const { headers, body, rawBody } = request;
  const bytes = [rawBody, body].find((each) => each instanceof Uint8Array);
  if (bytes !== undefined) return exchange.receive(bytes, headers);
  if (request.readableDidRead) return exchange.bodyConsumed(headers);
  return exchange.receive(piecesOf(request), headers);
}

/**
 * The connection ends with the answer if the body has not arrived completely, because the rest is not awaited; and with a
 * refusal, so that nobody gets many refusals for one connection.
 */
export function closing({ complete, httpVersionMajor }: NodeRequest, isRefusal: boolean): Record<string, string> {
  return (complete && !isRefusal) || httpVersionMajor > 1 ? {} : { connection: 'close' };
}

/** A request that is not read to its end must not be destroyed: its answer has yet to be sent. */
function piecesOf(request: NodeRequest): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => request.iterator({ destroyOnReturn: false }) };
}
