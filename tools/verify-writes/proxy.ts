import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to a Temporal server that can hold back its answers, or be cut. */
export interface Proxy {
  /** Host and port. */
  readonly address: string;
  /** Lets nothing through from the server until it is resumed. What the workers send still arrives. */
  readonly hold: () => void;
  readonly resume: () => void;
  /** Ends every connection, and takes no new one until it is restored. */
  readonly cut: () => void;
  readonly restore: () => void;
  readonly close: () => void;
}

export async function startProxy(target: string): Promise<Proxy> {
  const [host = '', port = ''] = target.split(':');
  const upstreams = new Set<Socket>();
  let isHeld = false;
  let isCut = false;
  const server = createServer((client) => {
    if (isCut) return void client.destroy();
    const upstream = connect(Number(port), host);
    upstreams.add(upstream);
    if (isHeld) upstream.pause();
    client.on('data', (chunk) => upstream.write(chunk));
    upstream.on('data', (chunk) => client.write(chunk));
    for (const socket of [client, upstream]) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        upstreams.delete(upstream);
        client.destroy();
        upstream.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const set = (held: boolean): void => {
    isHeld = held;
    for (const upstream of upstreams) {
      if (held) upstream.pause();
      else upstream.resume();
    }
  };
  const cut = (): void => {
    isCut = true;
    for (const upstream of upstreams) upstream.destroy();
  };
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold: () => set(true),
    resume: () => set(false),
    cut,
    restore: () => (isCut = false),
    close: () => {
      cut();
      server.close();
    },
  };
}
