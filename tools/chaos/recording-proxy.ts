import { once } from 'node:events';
import {
  Agent,
  createServer,
  type IncomingMessage,
  request as send,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { WireCall } from './evidence.js';
import { claimKey } from '../../testing/sandbox/ledger.js';

export function isWrite({ call }: WireCall): boolean {
  return call === 'close' || call === 'cancel';
}

/** The requests about each order, in the order of their arrival. */
export function callsByOrder(calls: readonly WireCall[]): ReadonlyMap<string, readonly WireCall[]> {
  const byOrder = new Map<string, WireCall[]>();
  for (const call of calls) {
    const known = byOrder.get(call.order);
    if (known === undefined) byOrder.set(call.order, [call]);
    else known.push(call);
  }
  return byOrder;
}

/** The last query of the same process that was answered before a write. `undefined` if another write came between: each query allows one. */
export function queryBefore(write: WireCall, before: readonly WireCall[]): WireCall | undefined {
  const place = before.findLastIndex(
    (each) => each.pid === write.pid && (isWrite(each) || (each.call === 'query' && wasReceived(each, write))),
  );
  const found = before[place];
  return found === undefined || isWrite(found) ? undefined : found;
}

/** Whether a verifiable answer was sent back before a write arrived. */
export function wasReceived({ answeredAt, isBelievable, said }: WireCall, write: WireCall): boolean {
  return said !== null && isBelievable && answeredAt !== null && answeredAt <= write.arrivedAt;
}

/** Such as `3.2 s`. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** What a request is about, by its path, headers and body. */
export interface WireSubject extends Pick<WireCall, 'call' | 'order'> {
  /** Every attempt has its own. Empty if the request has none. */
  readonly nonce: string;
  /** These must not appear in logs, nor in Temporal's database. */
  readonly signatures: readonly string[];
}

export interface WireRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly authorization: string;
  readonly body: string;
}

const V3_ORDER = /\/out-trade-no\/([^/?]+)(\/close)?/;
const PAYSCORE = '/v3/payscore/serviceorder';

export function subjectOf(request: WireRequest): WireSubject {
  const { target, body } = request;
  if (target.startsWith('/pay/')) return v2SubjectOf(target, body);
  const signature = inAuthorization(request, 'signature');
  const common = { nonce: inAuthorization(request, 'nonce_str'), signatures: signature === '' ? [] : [signature] };
  const mchid = inAuthorization(request, 'mchid');
  if (target.startsWith(PAYSCORE)) return { ...common, ...serviceOrderIn(target, mchid) };
  const [, number, close] = V3_ORDER.exec(target) ?? [];
  if (number === undefined) return { ...common, call: 'other', order: '' };
  const subMchid = textIn(body, 'sub_mchid') ?? queryOf(target).get('sub_mchid') ?? undefined;
  const order = claimKey({ mchid, subMchid, outTradeNo: decodeURIComponent(number) });
  return { ...common, call: close === undefined ? 'query' : 'close', order };
}

function serviceOrderIn(target: string, mchid: string): Pick<WireCall, 'call' | 'order'> {
  const [, inPath] = /\/serviceorder\/([^/?]+)\/cancel/.exec(target) ?? [];
  const number = inPath === undefined ? queryOf(target).get('out_order_no') : decodeURIComponent(inPath);
  const order = claimKey({ mchid, outOrderNo: number ?? '' });
  return { call: inPath === undefined ? 'query' : 'cancel', order };
}

function v2SubjectOf(target: string, body: string): WireSubject {
  const subMchid = inXml(body, 'sub_mch_id');
  const order = claimKey({
    mchid: inXml(body, 'mch_id'),
    subMchid: subMchid === '' ? undefined : subMchid,
    outTradeNo: inXml(body, 'out_trade_no'),
  });
  const calls: Readonly<Record<string, WireCall['call']>> = { '/pay/orderquery': 'query', '/pay/closeorder': 'close' };
  return { call: calls[target] ?? 'other', order, nonce: inXml(body, 'nonce_str'), signatures: [inXml(body, 'sign')] };
}

function inAuthorization({ authorization }: WireRequest, name: string): string {
  return new RegExp(`[ ,]${name}="([^"]*)"`).exec(authorization)?.[1] ?? '';
}

function inXml(body: string, name: string): string {
  return new RegExp(`<${name}>(?:<!\\[CDATA\\[)?([^<\\]]*)`).exec(body)?.[1] ?? '';
}

function textIn(body: string, name: string): string | undefined {
  return new RegExp(`"${name}":"([^"]*)"`).exec(body)?.[1];
}

function queryOf(target: string): URLSearchParams {
  return new URL(target, 'http://localhost').searchParams;
}

/** A request that the proxy forwarded. Its nonce finds its entry in the sandbox's ledger. */
export interface RecordedRequest extends Pick<WireCall, 'arrivedAt' | 'pid' | 'call' | 'order' | 'body'> {
  readonly nonce: string;
  readonly status: number | null;
  readonly answeredAt: number | null;
}

export interface RecordingProxyOptions {
  /** The address of the sandbox. */
  readonly target: URL;
  /** Called with each answer before it is sent back. */
  readonly onAnswer: (seen: RecordedRequest) => void;
}

/** A proxy between the workers and the sandbox. It records every request, and changes none. */
export class RecordingProxy {
  /** In the order of their arrival. */
  readonly seen: RecordedRequest[] = [];
  /** Every signature of a request or an answer. */
  readonly signatures = new Set<string>();
  private readonly servers: Server[] = [];
  private readonly sockets = new Map<Socket, number>();
  private readonly agent = new Agent({ keepAlive: true });
  private isAway = false;

  constructor(private readonly options: RecordingProxyOptions) {}

  /**
   * Opens an address for one worker or receiver.
   *
   * @param pid returns the id of the process that uses it now
   * @returns its origin, to be used as a merchant's `host`
   */
  async open(pid: () => number): Promise<string> {
    const server = createServer(
      { keepAliveTimeout: 30_000 },
      (request, response) => void this.serve(request, response),
    );
    // The process is asked for when it connects: it may have died when its request is read.
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

  /** Makes WeChat Pay unreachable, or reachable again. */
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
    // The raw headers keep the spelling of their names.
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
