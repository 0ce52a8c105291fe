import Koa from 'koa';
// In your own service: from 'wechatpay-order-lifecycle-client/notifications'.
import { nodeHandler, type NotificationReceiver } from '../../client/notifications/index.js';

/** Behind the path may come `/`, or `/` and a merchant number. */
const ADDRESS = /^\/wechatpay\/notifications(?:\/(?<mchid>[^?]*))?(?:\?|$)/;

/** Takes WeChat Pay's notifications beside the routes of a checkout. */
export function newService(receiver: NotificationReceiver): Koa {
  const app = new Koa();
  const takeNotification = nodeHandler(receiver, { mchid: ({ url = '' }) => ADDRESS.exec(url)?.groups?.['mchid'] });
  // Before any body parser: the signature of a notification is over its raw bytes.
  app.use((context, next) => {
    if (!ADDRESS.test(context.url)) return next();
    // The receiver answers, not Koa.
    context.respond = false;
    takeNotification(context.req, context.res);
    return undefined;
  });
  return app;
}
