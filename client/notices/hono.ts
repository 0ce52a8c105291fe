import type { NoticeReceiver } from './receiver.js';
import { webHandler, type HandlerOptions } from './web.js';

/** What is needed of a context of Hono. */
export interface HonoContext {
  readonly req: { readonly raw: Request; param(name: string): string | undefined };
}

/**
 * A handler for Hono: `app.post('/wechatpay/notices', honoHandler(receiver))`.
 *
 * @param options Default: the merchant is that of a `:mchid` in the path, where there is one
 */
export function honoHandler(
  receiver: NoticeReceiver,
  { mchid = ({ req }) => req.param('mchid') }: HandlerOptions<HonoContext> = {},
): (context: HonoContext) => Promise<Response> {
  return (context) => webHandler(receiver, { mchid: () => mchid(context) })(context.req.raw);
}
