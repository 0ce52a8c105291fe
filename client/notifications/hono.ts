import type { NotificationReceiver } from './receiver.js';
import { webHandler, type HandlerOptions } from './web.js';

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
