import fastify, { type FastifyInstance } from 'fastify';
// In your own service: from 'wechatpay-order-lifecycle/notices'.
import { fastifyPlugin, type NoticeReceiver } from '../../client/notices/index.js';

/** Takes WeChat Pay's notices beside the routes of a checkout, whose bodies are parsed as before. */
export function newService(receiver: NoticeReceiver): FastifyInstance {
  const app = fastify();
  app.register(fastifyPlugin, { receiver, path: '/wechatpay/notices' });
  app.post('/orders', (request) => ({ ordered: request.body }));
  return app;
}
