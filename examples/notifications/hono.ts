import { Hono } from 'hono';
// In your own service: from 'wechatpay-order-lifecycle-client/notifications'.
import { honoHandler, type NotificationReceiver } from '../../client/notifications/index.js';

/** Takes WeChat Pay's notifications beside the routes of a checkout; run it with `serve` of `@hono/node-server`, say. */
export function newService(receiver: NotificationReceiver): Hono {
  // A notify_url may have a `/` at its end.
  const app = new Hono({ strict: false });
  app.post('/wechatpay/notifications/:mchid?', honoHandler(receiver));
  app.post('/orders', async (context) => context.json({ ordered: await context.req.json<unknown>() }));
  return app;
}
