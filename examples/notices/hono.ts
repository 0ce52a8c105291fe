import { Hono } from 'hono';
// In your own service: from 'wechatpay-order-lifecycle/notices'.
import { honoHandler, type NoticeReceiver } from '../../client/notices/index.js';

/** Takes WeChat Pay's notices beside the routes of a checkout; run it with `serve` of `@hono/node-server`, say. */
export function newService(receiver: NoticeReceiver): Hono {
  const app = new Hono();
  app.post('/wechatpay/notices/:mchid?', honoHandler(receiver));
  app.post('/orders', async (context) => context.json({ ordered: await context.req.json<unknown>() }));
  return app;
}
