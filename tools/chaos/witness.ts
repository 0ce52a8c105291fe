import { once } from 'node:events';
import {
  Agent,
  createServer,
  request as send,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { WireCall } from './evidence.js';
import { subjectOf } from './wire-subject.js';

/** A request that the witness has seen. What WeChat Pay's ledger says of it is found by its nonce. */
export interface Seen extends Pick<WireCall, 'arrivedAt' | 'pid' | 'call' | 'order' | 'body'> {
  readonly nonce: string;
  readonly status: number | null;
  readonly answeredAt: number | null;
}

export interface WitnessOptions {
  /** Where WeChat Pay is. */
  readonly target: URL;
  /** Called with each answer before it goes back. */
  readonly onAnswer: (seen: Seen) => void;
}

/** What stands between the workers and WeChat Pay: every request passes, is written down, and none is changed. */
export class Witness {
  /** In the order in which they came. */
  readonly seen: Seen[] = [];
  /** Every signature that passed, of requests and of answers. */
  readonly signatures = new Set<string>();
  private readonly servers: Server[] = [];
  private readonly sockets = new Map<Socket, number>();
  private readonly agent = new Agent({ keepAlive: true });
  private isAway = false;

  constructor(private readonly options: WitnessOptions) {}

  /**
   * Opens an address for one worker or receiver.
   *
   * @param pid which process has it now
   * @returns its origin, to be used as a merchant's `host`
   */
  async open(pid: () => number): Promise<string> {
    const server = createServer(
      { keepAliveTimeout: 30_000 },
      (request, response) => void this.serve(request, response),
    );
    // Asked when the connection is made: a request may be read after its process has died.
    server.on('connection', (socket: Socket) => {
      if (this.isAway) return void socket.destroy();
      this.sockets.set(socket, pid());
      socket.once('close', () => this.sockets.delete(socket));
      socket.on('error', () => undefined);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    this.servers.push(server);
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** WeChat Pay cannot be reached, or can again. */
  setAway(isAway: boolean): void {
    this.isAway = isAway;
    if (isAway) for (const socket of this.sockets.keys()) socket.destroy();
  }

  close(): void {
    this.setAway(true);
    for (const server of this.servers) server.close();
    this.agent.destroy();
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const arrivedAt = Date.now();
    const pid = this.sockets.get(request.socket) ?? 0;
    const bytes = await bodyOf(request).catch(() => undefined);
    if (bytes === undefined) return;
    const { method = '', url: target = '', headers } = request;
    const body = bytes.toString('utf8');
    const { signatures, ...subject } = subjectOf({ method, target, authorization: headers.authorization ?? '', body });
    for (const signature of signatures) this.signatures.add(signature);
    const place = this.seen.push({ arrivedAt, pid, body, ...subject, status: null, answeredAt: null }) - 1;
    const upstream = send({ ...addressOf(this.options.target), agent: this.agent, method, path: target, headers });
    const gone = (): void => void upstream.destroy();
    response.once('close', gone);
    upstream.on('error', () => request.socket.resetAndDestroy());
    upstream.on('response', (answer) => {
      void bodyOf(answer).then(
        (content) => this.answer(place, answer, content, response),
        () => request.socket.destroy(),
      );
    });
    upstream.end(bytes);
  }

  private answer(place: number, answer: IncomingMessage, content: Buffer, response: ServerResponse): void {
    const { 'wechatpay-signature': signature } = answer.headers;
    if (typeof signature === 'string') this.signatures.add(signature);
    const seen = this.seen[place];
    if (seen === undefined) return;
    const status = answer.statusCode ?? 0;
    this.options.onAnswer({ ...seen, status });
    if (response.destroyed || this.isAway) return;
    this.seen[place] = { ...seen, status, answeredAt: Date.now() };
    // As it came, with the names of its headers as they were.
    response.writeHead(status, answer.rawHeaders);
    response.end(content);
  }
}

function addressOf({ hostname, port }: URL): { readonly host: string; readonly port: string } {
  return { host: hostname, port };
}

export async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
