import { createServer, type Server } from 'node:http';
// In your own service: from 'wechatpay-order-lifecycle/notices'.
import { nodeHandler, type NoticeReceiver } from '../../client/notices/index.js';

const PATH = '/wechatpay/notices';

/** Takes WeChat Pay's notices with nothing but Node; with `/` and a merchant number behind it, only that merchant's. */
export function newService(receiver: NoticeReceiver): Server {
  const takeNotice = nodeHandler(receiver, { mchid: ({ url }) => partsOf(url).mchid });
  return createServer((request, response) => {
    if (partsOf(request.url).path === PATH) return takeNotice(request, response);
    response.writeHead(404).end();
  });
}

function partsOf(url = ''): { readonly path: string | undefined; readonly mchid: string | undefined } {
  const { path, mchid } = /^(?<path>[^?]*?)(?:\/(?<mchid>\d+))?(?:\?|$)/.exec(url)?.groups ?? {};
  return { path, mchid };
}
