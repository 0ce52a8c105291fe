import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** An address of this machine at which nothing listens now, as `127.0.0.1:8090`. */
export async function freeAddress(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return `127.0.0.1:${port}`;
}
