import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ServiceOrderRef } from '../../domain/payscore/order.js';
import type { Merchant } from '../../wechatpay/merchant.js';
import type { V3OrderRef } from '../../wechatpay/orders.js';
import { rsaSigner, verificationKey } from '../../wechatpay/signature-v3.js';

const ofMerchant = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ofWechatPay = generateKeyPairSync('rsa', { modulusLength: 2048 });

export const SERIAL = 'PUB_KEY_ID_0116000000000000000000000001';

/** What the server says next. */
export interface Said {
  readonly status: number;
  /** Text goes out as it is, anything else as JSON. */
  readonly body?: unknown;
  /** Default: signed. */
  readonly unsigned?: true;
  /** What becomes of the headers of the signature; an array is sent as as many lines. */
  readonly altered?: (headers: Record<string, string>) => Record<string, string | string[]>;
}

export interface Received {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An APIv3 server on 127.0.0.1 that signs, by default, whatever it is told to say. */
export class V3Server {
  readonly received: Received[] = [];
  readonly mchid = '1900000109';
  private readonly queue: Said[] = [];
  private readonly server = createServer((request, response) => void this.answer(request, response));

  static async start(): Promise<V3Server> {
    const started = new V3Server();
    await new Promise<void>((resolve) => started.server.listen(0, '127.0.0.1', resolve));
    return started;
  }

  /** The merchant of this server, who knows WeChat Pay's key by a serial. */
  merchant(serial = SERIAL): Merchant {
    const pem = ofMerchant.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const publicPem = ofWechatPay.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const host = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    const wechatpayKeys = new Map([[serial, verificationKey(publicPem)]]);
    return {
      mchid: this.mchid,
      appids: ['wx1'],
      v3: { signer: rsaSigner(this.mchid, 'AB', pem), wechatpayKeys, host },
    };
  }

  get order(): V3OrderRef & { readonly outTradeNo: string } {
    return { api: 'v3-global', mchid: this.mchid, outTradeNo: 'ORDER-1' };
  }

  get serviceOrder(): ServiceOrderRef {
    return { mchid: this.mchid, outOrderNo: 'SERVICE-1', serviceId: '500001', appid: 'wx1' };
  }

  get lastRequest(): Received {
    const last = this.received.at(-1);
    if (last === undefined) throw new Error('no request came');
    return last;
  }

  say(said: Said): void {
    this.queue.push(said);
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url: target = '', headers } = request;
    this.received.push({ method, target, headers, body: Buffer.concat(chunks).toString() });
    const {
      status,
      body = '',
      unsigned,
      altered = (headers: Record<string, string>) => headers,
    } = this.queue.shift() ?? { status: 500 };
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const signature = unsigned ? {} : altered(signatureOf(text));
    response.writeHead(status, { 'request-id': 'R-1', ...signature }).end(text);
  }
}

function signatureOf(text: string): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = sign('sha256', Buffer.from(`${timestamp}\nn\n${text}\n`), ofWechatPay.privateKey);
  return {
    'wechatpay-timestamp': timestamp,
    'wechatpay-nonce': 'n',
    'wechatpay-serial': SERIAL,
    'wechatpay-signature': signature.toString('base64'),
  };
}
