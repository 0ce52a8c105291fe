import { createHash, createHmac, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TradeState } from '../../domain/calls.js';
import type { OrderRef } from '../../domain/orders/order.js';
import type { Merchant } from '../../wechatpay/merchant.js';
import { v2Signer, type SignType } from '../../wechatpay/signature-v2.js';
import { parseXml } from '../../wechatpay/xml.js';

export type Fields = ReadonlyMap<string, string>;

/** An order as WeChat Pay keeps it. What a paid one has besides its state is answered as it stands here. */
export interface V2Order {
  state: TradeState;
  readonly paid?: Readonly<Record<string, string>>;
}

/** Fields of the answer about a paid order that must not be seen in full. */
export const PAID = {
  transaction_id: '4200000000002104083200000488',
  total_fee: '888',
  fee_type: 'HKD',
  time_end: '20180608103456',
  openid: 'oUpF8uN95-Ptaags6E_roPHg7AG0',
  attach: 'Payment test',
};

/** How the next answer goes wrong. */
export interface Twist {
  /** Fields that are changed before the answer is signed; empty ones are left out. */
  readonly fields?: Readonly<Record<string, string>>;
  /** What becomes of the XML that would be sent, sign and all. */
  readonly xml?: (xml: string) => string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** The request is carried out, and then the connection is cut. */
  readonly cut?: true;
}

const REQUIRED = ['appid', 'mch_id', 'nonce_str', 'sign'];

/**
 * A small v2 WeChat Pay on 127.0.0.1. It checks the sign of every request and signs its answers with code of its own,
 * and writes them as the documents do, in CDATA.
 */
export class V2Server {
  readonly mchid = '1900000109';
  readonly key = '192006250b4c09247ec02edce69f6a2d';
  readonly orders = new Map<string, V2Order>();
  /** The requests that came, by path and fields. */
  readonly received: { readonly path: string; readonly fields: Fields }[] = [];
  private readonly twists: Twist[] = [];
  private readonly server = createServer((request, response) => void this.answer(request, response));

  static async start(): Promise<V2Server> {
    const started = new V2Server();
    await new Promise<void>((resolve) => started.server.listen(0, '127.0.0.1', resolve));
    return started;
  }

  get host(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The merchant of this server, as a worker would know it. */
  merchant(signType: SignType = 'MD5', key = this.key): Merchant {
    const signer = v2Signer(key, signType);
    return { mchid: this.mchid, appids: ['wx8888888888888888'], v2: { signer, host: this.host } };
  }

  /** Places an order; by default one that is not paid. */
  place(order: V2Order = { state: 'NOTPAY' }): OrderRef & { readonly outTradeNo: string } {
    const outTradeNo = `V2-${this.orders.size}|*@_${process.pid}`;
    this.orders.set(outTradeNo, order);
    return { api: 'v2', mchid: this.mchid, outTradeNo };
  }

  get lastRequest(): { readonly path: string; readonly fields: Fields } {
    const last = this.received.at(-1);
    if (last === undefined) throw new Error('no request came');
    return last;
  }

  /** Makes the next answer go wrong. */
  twist(twist: Twist): void {
    this.twists.push(twist);
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const asked = parseXml(Buffer.concat(chunks));
    const refusal = this.refusalOf(request, asked);
    const twist = this.twists.shift() ?? {};
    let xml = toXml({ return_code: 'FAIL', return_msg: refusal ?? '' });
    if (refusal === undefined && !('fault' in asked)) {
      const path = request.url ?? '';
      this.received.push({ path, fields: asked });
      xml = this.signedXml(asked, { ...this.resultOf(path, asked), ...twist.fields });
    }
    if (twist.cut) return void response.destroy();
    const headers = { 'content-type': 'text/plain', ...twist.headers };
    response.writeHead(twist.status ?? 200, headers).end(twist.xml?.(xml) ?? xml);
  }

  /** Why a request is refused without a sign, as one of a wrong key or form is. */
  private refusalOf({ method }: IncomingMessage, asked: ReturnType<typeof parseXml>): string | undefined {
    if (method !== 'POST') return '请使用post方法';
    if ('fault' in asked) return 'XML格式错误';
    if (REQUIRED.some((name) => !asked.get(name))) return '缺少参数';
    if ((asked.get('nonce_str') ?? '').length > 32) return 'nonce_str参数长度有误';
    return asked.get('sign') === signOf(asked, this.key) ? undefined : '签名错误，请检查后再试';
  }

  private signedXml(asked: Fields, result: Readonly<Record<string, string>>): string {
    const ids = ['appid', 'mch_id', 'sub_appid', 'sub_mch_id'].map((name) => [name, asked.get(name) ?? '']);
    const nonce = randomBytes(8).toString('hex');
    const answer: Record<string, string> = {
      return_code: 'SUCCESS',
      return_msg: 'OK',
      ...Object.fromEntries(ids),
      nonce_str: nonce,
      ...result,
    };
    const signType = asked.get('sign_type') as SignType | undefined;
    return toXml({ ...answer, sign: signOf(new Map(Object.entries(answer)), this.key, signType) });
  }

  private resultOf(path: string, asked: Fields): Record<string, string> {
    const found = this.find(asked);
    if (found === undefined) return refused('ORDERNOTEXIST', '此交易订单号不存在');
    const [outTradeNo, order] = found;
    if (path === '/pay/orderquery') {
      return { result_code: 'SUCCESS', out_trade_no: outTradeNo, trade_state: order.state, ...order.paid };
    }
    if (path !== '/pay/closeorder') return refused('REQUIRE_POST_METHOD', 'no such path');
    if (order.state === 'SUCCESS') return refused('ORDERPAID', '订单已支付');
    if (order.state === 'CLOSED') return refused('ORDERCLOSED', '订单已关闭');
    order.state = 'CLOSED';
    return { result_code: 'SUCCESS' };
  }

  private find(asked: Fields): readonly [string, V2Order] | undefined {
    const transactionId = asked.get('transaction_id');
    return [...this.orders].find(([outTradeNo, { paid }]) =>
      transactionId === undefined
        ? outTradeNo === asked.get('out_trade_no')
        : paid?.['transaction_id'] === transactionId,
    );
  }
}

function refused(code: string, description: string): Record<string, string> {
  return { result_code: 'FAIL', err_code: code, err_code_des: description };
}

/** Signs by the `sign_type` that a request names, unless an option overrides it. */
function signOf(fields: Fields, key: string, signType = fields.get('sign_type')): string {
  const names = [...fields.keys()].filter((name) => name !== 'sign' && fields.get(name) !== '').sort();
  const text = [...names.map((name) => `${name}=${fields.get(name)}`), `key=${key}`].join('&');
  const hash = signType === 'HMAC-SHA256' ? createHmac('sha256', key) : createHash('md5');
  return hash.update(text).digest('hex').toUpperCase();
}

/** As the documents' samples: values in CDATA, empty fields left out. */
function toXml(fields: Readonly<Record<string, string>>): string {
  const lines = Object.entries(fields).filter(([, value]) => value !== '');
  return `<xml>\n${lines.map(([name, value]) => `   <${name}><![CDATA[${value}]]></${name}>\n`).join('')}</xml>`;
}
