import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AnswerSigner, newKeyPair, newMerchant } from '../../testing/sandbox/keys.js';
import { writeMerchantsFile } from '../../testing/sandbox/merchants-file.js';

/**
 * A fake WeChat Pay that is never the bottleneck, in a process of its own. It answers the query and the close of v3-global,
 * verifies nothing, and signs its answers in advance. Every order is unpaid until it is closed.
 */
const MCHID = '1900000109';
const APPID = 'wx8888888888888888';
const SERIAL = 'PUB_KEY_ID_0116000000000000000000000001';

/** How long a signature is used, in milliseconds. After 300 s a worker refuses it. */
const SIGNATURE_USED_FOR_MS = 240_000;

/** How many of the last finished orders are listed. */
const LAST = 20;

type State = 'NOTPAY' | 'CLOSED';

interface Signed {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  readonly signedAt: number;
}

interface Order {
  state: State;
  /** When the close arrived, in milliseconds since 1970. */
  closedAt: number | null;
}

const wechatpayKeys = await newKeyPair();
const signer = new AnswerSigner(wechatpayKeys, SERIAL);
const orders = new Map<string, Order>();
const signed = new Map<string, Signed>();
const finished = new Set<string>();
let unexpected = 0;

function answerOf(key: string, make: () => Buffer): Signed {
  const before = signed.get(key);
  const now = Date.now();
  if (before !== undefined && now - before.signedAt < SIGNATURE_USED_FOR_MS) return before;
  const body = make();
  const answer = { body, headers: signer.headersFor(body, now), signedAt: now };
  signed.set(key, answer);
  return answer;
}

function transaction(outTradeNo: string, state: State): Signed {
  const fields = { appid: APPID, mchid: MCHID, out_trade_no: outTradeNo, trade_state: state, trade_state_desc: state };
  return answerOf(`${outTradeNo} ${state}`, () => Buffer.from(JSON.stringify(fields)));
}

function accepted(): Signed {
  return answerOf('accepted', () => Buffer.alloc(0));
}

function send(response: ServerResponse, status: number, { body, headers }: Signed): void {
  const type = body.length > 0 ? { 'content-type': 'application/json', 'content-length': body.length } : {};
  response.writeHead(status, { ...headers, ...type, 'request-id': 'BENCH' }).end(body);
}

/** With `BENCH_TOLD`, it also is the checkout that outcomes are posted to. */
const OUTCOMES = '/outcomes';

const TARGET = /^\/v3\/global\/transactions\/out-trade-no\/([^/?]+)(\/close)?(?:\?|$)/;

function order(request: IncomingMessage, response: ServerResponse): void {
  if (request.url === OUTCOMES) {
    request.resume();
    response.writeHead(204).end();
    return;
  }
  const [, outTradeNo = '', close] = TARGET.exec(request.url ?? '') ?? [];
  const known = orders.get(outTradeNo);
  if (known === undefined) {
    unexpected += 1;
    response.writeHead(500).end();
  } else if (close !== undefined) {
    if (known.closedAt !== null) unexpected += 1;
    known.closedAt ??= Date.now();
    known.state = 'CLOSED';
    request.resume();
    send(response, 204, accepted());
  } else {
    if (known.state === 'CLOSED') finished.add(outTradeNo);
    send(response, 200, transaction(outTradeNo, known.state));
  }
}

/** Replaces all orders, and signs the answers about the new ones in advance. */
async function prepare(request: IncomingMessage): Promise<object> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { numbers } = JSON.parse(Buffer.concat(chunks).toString()) as { numbers: string[] };
  for (const map of [orders, signed, finished]) map.clear();
  unexpected = 0;
  accepted();
  for (const outTradeNo of numbers) {
    orders.set(outTradeNo, { state: 'NOTPAY', closedAt: null });
    transaction(outTradeNo, 'NOTPAY');
    transaction(outTradeNo, 'CLOSED');
  }
  return {};
}

function progress(): object {
  return { finished: finished.size, last: [...finished].slice(-LAST), unexpected };
}

function arrivals(): object {
  return Object.fromEntries([...orders].map(([outTradeNo, { closedAt }]) => [outTradeNo, closedAt]));
}

/** The requests that the bench itself makes. */
const ADMIN: Readonly<Record<string, (request: IncomingMessage) => object | Promise<object>>> = {
  '/bench/prepare': prepare,
  '/bench/progress': progress,
  '/bench/arrivals': arrivals,
};

const server = createServer((request, response) => {
  const admin = ADMIN[request.url ?? ''];
  if (admin === undefined) return order(request, response);
  void Promise.resolve(admin(request)).then((answer) => response.end(JSON.stringify(answer)));
});
// Longer than the 5 s after which a worker drops an idle connection: the server must not drop it first.
server.keepAliveTimeout = 30_000;
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const secret = `whsec_${randomBytes(32).toString('base64')}`;
const isTold = process.env['BENCH_TOLD'] !== undefined;
const merchantsFile = await writeMerchantsFile(process.env['BENCH_FOLDER'] ?? '.', {
  host,
  appids: [APPID],
  merchants: [{ ...(await newMerchant(MCHID)), signType: 'HMAC-SHA256' }],
  wechatpayKeys: [{ serial: SERIAL, pem: wechatpayKeys.publicPem }],
  ...(isTold && { checkout: { url: host + OUTCOMES, secret } }),
});
console.log(JSON.stringify({ msg: 'the fake is ready', host, merchantsFile, mchid: MCHID }));
