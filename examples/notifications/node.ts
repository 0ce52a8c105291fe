import { createServer, type Server } from 'node:http';
// In your own service: from 'wechatpay-order-lifecycle/notifications'.
import { nodeHandler, type NotificationReceiver } from '../../client/notifications/index.js';

const PATH = '/wechatpay/notifications';

/** Takes WeChat Pay's notifications with nothing but Node; with `/` and a merchant number behind it, only that merchant's. */
export function newService(receiver: NotificationReceiver): Server {
  const takeNotification = nodeHandler(receiver, { mchid: ({ url }) => partsOf(url).mchid });
  return createServer((request, response) => {
    if (partsOf(request.url).path === PATH) return takeNotification(request, response);
    response.writeHead(404).end();
  });
}

function partsOf(url = ''): { readonly path: string | undefined; readonly mchid: string | undefined } {
  const { path, mchid } = /^(?<path>[^?]*?)(?:\/(?<mchid>\d+))?(?:\?|$)/.exec(url)?.groups ?? {};
  return { path, mchid };
}
