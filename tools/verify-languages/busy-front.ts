import { createServer, request as forward, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** A proxy of the API that is busy at the first request of each method and path, so that every program must try again. */
export interface BusyFront {
  readonly url: string;
  close(): Promise<void>;
}

export async function startBusyFront(api: string): Promise<BusyFront> {
  const seen = new Set<string>();
  const server = createServer((incoming, answer) => {
    const { method = '', url = '', headers } = incoming;
    const [path = ''] = url.split('?', 1);
    const isFirst = !seen.has(`${method} ${path}`);
    seen.add(`${method} ${path}`);
    if (isFirst) {
      incoming.resume();
      refuse(answer);
      return;
    }
    const onwards = forward(new URL(url, api), { method, headers }, (reply) => {
      answer.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(answer);
    });
    onwards.once('error', () => answer.destroy());
    incoming.pipe(onwards);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function refuse(answer: ServerResponse): void {
  const body = JSON.stringify({ status: 503, code: 'busy', title: 'Too many requests at once' });
  answer.writeHead(503, { 'content-type': 'application/problem+json', 'retry-after': '1' }).end(body);
}
