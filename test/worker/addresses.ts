import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';

/** Takes a free port of 127.0.0.1 and says nothing to whoever connects. */
export async function silentServer(): Promise<{ readonly server: Server; readonly address: string }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, address: `127.0.0.1:${(server.address() as AddressInfo).port}` };
}
