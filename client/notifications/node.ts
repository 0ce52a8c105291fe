import type { Exchange } from '../http/exchange.js';
import { type NodeRequest, type NodeResponse, respond } from '../http/node.js';
import { isRefusal, WRONG_METHOD } from './answers.js';
import type { NotificationReceiver } from './receiver.js';
import type { NotifiedAt } from './request.js';
import { type HandlerOptions, mchidOf } from './web.js';

export type { NodeRequest, NodeResponse };

/**
 * A handler for `node:http`, and for frameworks that pass its requests on. The body must not have been read, except by what
 * keeps the bytes: `express.raw()`, or a framework with `rawBody`.
 */
export function nodeHandler<R extends NodeRequest>(
  receiver: NotificationReceiver,
  { mchid }: HandlerOptions<R> = {},
): (request: R, response: NodeResponse) => void {
  return (request, response) => {
    void respond(exchangeOf(receiver, { mchid: mchidOf(mchid, request) }), request, response);
  };
}

/** What answers the notifications at an address, with a warning if a body parser came first. */
export function exchangeOf(receiver: NotificationReceiver, address: NotifiedAt): Exchange {
  return {
    receive: async (body, headers) => (await receiver.receive(body, headers, address)).answer,
    bodyConsumed: (headers) => {
      process.emitWarning(BODY_CONSUMED, { code: 'WXPAY_NOTIFICATION_BODY_CONSUMED' });
      return receiver.bodyConsumed(headers).answer;
    },
    wrongMethod: WRONG_METHOD,
    isRefusal,
  };
}

const BODY_CONSUMED =
  "A body parser has read WeChat Pay's notification, so its signature cannot be verified: it is over the raw bytes. Put the notification handler before the parser (app.use(express.json()) and the like), or give its path express.raw({ type: () => true }).";

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
