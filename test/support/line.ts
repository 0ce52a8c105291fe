import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A way to the Temporal server that can be cut, or on which answers are lost. */
export class Line {
  private readonly sockets = new Set<Socket>();
  private isCut = false;
  private isMute = false;

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
      }
      socket.pipe(upstream);
      upstream.on('data', (data) => !line.isMute && socket.write(data));
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

  /** What is sent arrives, and no answer comes back. Until it is restored, on a new connection. */
  mute(): void {
    this.isMute = true;
  }

  restore(): void {
    if (this.isMute) this.cut();
    this.isMute = false;
    this.isCut = false;
  }

  async end(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
