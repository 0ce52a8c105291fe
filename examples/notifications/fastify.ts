import fastify, { type FastifyInstance } from 'fastify';
// In your own service: from 'wechatpay-order-lifecycle-client/notifications'.
import { fastifyPlugin, type NotificationReceiver } from '../../client/notifications/index.js';

/** Takes WeChat Pay's notifications beside the routes of a checkout, whose bodies are parsed as before. */
export function newService(receiver: NotificationReceiver): FastifyInstance {
  const app = fastify();
  app.register(fastifyPlugin, { receiver, path: '/wechatpay/notifications' });
  app.post('/orders', (request) => ({ ordered: request.body }));
  return app;
}
