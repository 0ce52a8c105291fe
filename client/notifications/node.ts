import type { NotifiedAt } from './request.js';
import { isRefusal, type NotificationAnswer, WRONG_METHOD } from './answers.js';
import type { NotificationReceiver } from './receiver.js';
import { type HandlerOptions, mchidOf } from './web.js';

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

/**
 * A handler for `node:http`, and for frameworks that pass its requests on. The body must not have been read, except by what
 * keeps the bytes: `express.raw()`, or a framework with `rawBody`.
 */
export function nodeHandler<R extends NodeRequest>(
  receiver: NotificationReceiver,
  { mchid }: HandlerOptions<R> = {},
): (request: R, response: NodeResponse) => void {
  return (request, response) => {
    void answerTo(receiver, request, { mchid: mchidOf(mchid, request) }).then((answer) => {
      // The sender has closed the connection, or another handler has answered.
      if (response.destroyed || response.headersSent) return;
      response.writeHead(answer.status, { ...answer.headers, ...closing(request, answer) });
      response.end(answer.body);
    });
  };
}

/** The answer to a request. It never throws. */
export async function answerTo(
  receiver: NotificationReceiver,
  request: NodeRequest,
  address: NotifiedAt,
): Promise<NotificationAnswer> {
  if (request.method !== 'POST') return WRONG_METHOD;
  const { headers, body, rawBody } = request;
  const bytes = [rawBody, body].find((each) => each instanceof Uint8Array);
  if (bytes !== undefined) return (await receiver.receive(bytes, headers, address)).answer;
  if (request.readableDidRead) {
    process.emitWarning(BODY_CONSUMED, { code: 'WXPAY_NOTIFICATION_BODY_CONSUMED' });
    return receiver.bodyConsumed(headers).answer;
  }
  return (await receiver.receive(piecesOf(request), headers, address)).answer;
}

const BODY_CONSUMED =
  "A body parser has read WeChat Pay's notification, so its signature cannot be verified: it is over the raw bytes. Put the notification handler before the parser (app.use(express.json()) and the like), or give its path express.raw({ type: () => true }).";

/**
 * The connection ends with the answer if the body has not arrived completely, because the rest is not awaited; and with a
 * refusal, so that nobody gets many refusals for one connection.
 */
export function closing(
  { complete, httpVersionMajor }: NodeRequest,
  answer: NotificationAnswer,
): Record<string, string> {
  return (complete && !isRefusal(answer)) || httpVersionMajor > 1 ? {} : { connection: 'close' };
}

/** A request that is not read to its end must not be destroyed: its answer has yet to be sent. */
function piecesOf(request: NodeRequest): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => request.iterator({ destroyOnReturn: false }) };
}

/** What is needed of a request of Express. */
export interface ExpressRequest extends NodeRequest {
  readonly params?: Readonly<Record<string, unknown>>;
}

/**
 * A handler for Express 4 and 5: `app.post('/wechatpay/notifications', expressHandler(receiver))`, before `express.json()`.
 *
 * @param options Default: the merchant is that of a `:mchid` in the path, if there is one
 */
export function expressHandler(
  receiver: NotificationReceiver,
  { mchid = mchidParameter }: HandlerOptions<ExpressRequest> = {},
): (request: ExpressRequest, response: NodeResponse) => void {
  return nodeHandler(receiver, { mchid });
}

function mchidParameter({ params }: ExpressRequest): string | undefined {
  const mchid = params?.['mchid'];
  return typeof mchid === 'string' ? mchid : undefined;
}
