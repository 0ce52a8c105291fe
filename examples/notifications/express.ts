import express, { type Express } from 'express';
// In your own service: from 'wechatpay-order-lifecycle-client/notifications'.
import { expressHandler, type NotificationReceiver } from '../../client/notifications/index.js';

/** Takes WeChat Pay's notifications beside the routes of a checkout. */
export function newService(receiver: NotificationReceiver): Express {
  const app = express();
  // Before express.json(): the signature of a notification is over its raw bytes.
  app.post(['/wechatpay/notifications', '/wechatpay/notifications/:mchid'], expressHandler(receiver));

  app.use(express.json());
  app.post('/orders', (request, response) => void response.json({ ordered: request.body as unknown }));
  return app;
}
