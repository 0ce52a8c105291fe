import { createServer, type Server } from 'node:http';
// In your own service: from 'wechatpay-order-lifecycle-client/notifications'.
import { nodeHandler, type NotificationReceiver } from '../../client/notifications/index.js';

/** Behind the path may come `/`, or `/` and a merchant number. */
const ADDRESS = /^\/wechatpay\/notifications(?:\/(?<mchid>[^?]*))?(?:\?|$)/;

/** Takes WeChat Pay's notifications with nothing but Node; with `/` and a merchant number behind it, only that merchant's. */
export function newService(receiver: NotificationReceiver): Server {
  const takeNotification = nodeHandler(receiver, { mchid: ({ url = '' }) => ADDRESS.exec(url)?.groups?.['mchid'] });
  return createServer((request, response) => {
    if (ADDRESS.test(request.url ?? '')) return takeNotification(request, response);
    response.writeHead(404).end();
  });
}
