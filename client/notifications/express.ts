import { nodeHandler, type NodeRequest, type NodeResponse } from './node.js';
import type { NotificationReceiver } from './receiver.js';
import type { HandlerOptions } from './web.js';

/** What is needed of a request of Express. */
export interface ExpressRequest extends NodeRequest {
  readonly params?: Readonly<Record<string, unknown>>;
}

/**
 * A handler for Express 4 and 5: `app.post('/wechatpay/notifications', expressHandler(receiver))`, before `express.json()`.
 *
 * @param options Default: the merchant is that of a `:mchid` in the path, where there is one
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
