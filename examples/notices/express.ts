import express, { type Express } from 'express';
// In your own service: from 'wechatpay-order-lifecycle/notices'.
import { expressHandler, type NoticeReceiver } from '../../client/notices/index.js';

/** Takes WeChat Pay's notices beside the routes of a checkout. */
export function newService(receiver: NoticeReceiver): Express {
  const app = express();
  // Before express.json(): the signature of a notice is over its raw bytes.
  app.post(['/wechatpay/notices', '/wechatpay/notices/:mchid'], expressHandler(receiver));

  app.use(express.json());
  app.post('/orders', (request, response) => void response.json({ ordered: request.body as unknown }));
  return app;
}
