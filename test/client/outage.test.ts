import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { OrderClient } from '../../client/index.js';
import { newRealWorld, type RealWorld } from '../support/real-world.js';

/** A way to the Temporal server that can be cut. */
class Line {
  private readonly sockets = new Set<Socket>();
  private isCut = false;

  private constructor(private readonly server: Server) {}

  static async to(address: string): Promise<Line> {
    const [host = '', port = ''] = address.split(':');
    const server = createServer();
    const line = new Line(server);
    server.on('connection', (socket) => {
      if (line.isCut) return socket.destroy();
      const upstream = connect(Number(port), host);
      for (const [one, other] of [
        [socket, upstream],
        [upstream, socket],
      ] as const) {
        line.sockets.add(one);
        one.on('error', () => other.destroy());
        one.on('close', () => other.destroy());
        one.pipe(other);
      }
      return socket;
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return line;
  }

  get address(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.destroy();
    this.sockets.clear();
  }

  mend(): void {
    this.isCut = false;
  }

  async end(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

let world: RealWorld;
beforeAll(async () => {
  world = await newRealWorld();
  await world.startWorker();
}, 60_000);
afterAll(() => world.end());

it('an outcome that is awaited while the server is away for a while is told when it is back', async () => {
  const line = await Line.to(world.address);
  // Without the SDK's own retries, which hide an outage of some twenty seconds.
  const connection = await Connection.connect({ address: line.address, interceptors: [] });
  try {
    const { outTradeNo } = await world.checkout(4_000);
    const orders = new OrderClient(new Client({ connection }));
    const awaited = orders.order({ mchid: world.sandbox.mchid, outTradeNo }).outcome();
    await sleep(500);
    line.cut();
    await sleep(1_500);
    line.mend();
    expect(await awaited).toEqual({ ended: 'closed', by: 'us' });
  } finally {
    await connection.close();
    await line.end();
  }
});
