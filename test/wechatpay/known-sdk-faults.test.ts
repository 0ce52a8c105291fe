import { createVerify, generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { refOf } from '../../domain/orders/input.js';
import { checkNotification } from '../../domain/orders/notification.js';
import { ORDER_APIS } from '../../domain/orders/order.js';
import { checkServiceOrder } from '../../domain/payscore/input.js';
import type { Merchant, V3Access } from '../../wechatpay/merchant.js';
import { isMchid } from '../../wechatpay/notification.js';
import { closeOrder, closeOrderV3, queryOrder, queryOrderV3 } from '../../wechatpay/orders.js';
import { cancelServiceOrder, queryServiceOrder } from '../../wechatpay/service-orders.js';
import { requestText, rsaSigner } from '../../wechatpay/signature-v3.js';
import { type SignType, v2Signer } from '../../wechatpay/signature-v2.js';
import { V2Server } from '../support/v2-server.js';
import { answerOf, failureOf } from '../support/wechatpay-failure.js';
import { byteServer } from './byte-server.js';
import { V3Server } from './v3-server.js';

// Each of these is wrong in some other SDK for WeChat Pay. SECURITY.md lists them all; those that are not here stand in
// the tests of their module.

let server: V3Server;
let v2Server: V2Server;
beforeAll(async () => {
  [server, v2Server] = await Promise.all([V3Server.start(), V2Server.start()]);
});
beforeEach(() => {
  server.received.length = 0;
});
afterAll(() => {
  server.stop();
  v2Server.stop();
});

function v3AccessOf({ v3 }: Merchant): V3Access {
  if (v3 === undefined) throw new Error('the merchant has no v3 access');
  return v3;
}

describe('what is signed of a request', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const mchid = '1900000109';

  it('is the very bytes that are sent, of path and body, whatever is in them', async () => {
    const merchant = server.merchant();
    const signer = rsaSigner(mchid, 'AB', pem);
    const ours = { ...merchant, v3: { ...v3AccessOf(merchant), signer } };
    const reason = '退订 "a\\b" 1/2 <é> \u2028\u007f😀 \ud800';
    const order = { api: 'v3-global', mchid, outTradeNo: "A|*@ 订单'()%2F" } as const;
    await failureOf(queryOrderV3(ours, order));
    await failureOf(closeOrderV3(ours, order));
    await failureOf(cancelServiceOrder(ours, { ...server.serviceOrder, outOrderNo: order.outTradeNo }, reason));
    expect(server.received.map(({ method }) => method)).toEqual(['GET', 'POST', 'POST']);
    expect(JSON.parse(server.lastRequest.body)).toMatchObject({ reason });
    for (const { method, target, headers, body } of server.received) {
      const fields = [...(headers.authorization ?? '').matchAll(/(\w+)="([^"]*)"/g)];
      const {
        timestamp = '',
        nonce_str = '',
        signature = '',
      } = Object.fromEntries(fields.map(([, name, value]) => [name, value])) as Record<string, string>;
      const text = requestText({ method: method as 'GET', target, body }, timestamp, nonce_str);
      const verifier = createVerify('RSA-SHA256').update(text);
      expect(verifier.verify(publicKey, signature, 'base64')).toBe(true);
    }
  });
});

describe('the algorithm of a v2 answer', () => {
  const ALGORITHMS: readonly SignType[] = ['MD5', 'HMAC-SHA256'];
  const CASES = ALGORITHMS.flatMap((ours) =>
    [undefined, ...ALGORITHMS].map((named) => [ours, ALGORITHMS.find((each) => each !== ours) ?? ours, named] as const),
  );

  /** An answer as it came, but with this `sign_type` and with the sign of this algorithm. */
  const resigned = (signType: SignType, named: SignType | undefined) => (xml: string) => {
    const found = [...xml.matchAll(/<(\w+)><!\[CDATA\[(.*?)\]\]>/g)];
    const fields = new Map(found.map(([, name = '', value = '']) => [name, value]));
    fields.delete('sign_type');
    if (named !== undefined) fields.set('sign_type', named);
    fields.set('sign', v2Signer(v2Server.key, signType).sign(fields));
    return `<xml>${[...fields].map(([name, value]) => `<${name}>${value}</${name}>`).join('')}</xml>`;
  };

  it.each(CASES)(
    'is %s as the merchants file says: not believed by %s, whatever sign_type says: %s',
    async (...row) => {
      const [ours, other, named] = row;
      v2Server.twist({ xml: resigned(other, named) });
      const { facts } = await failureOf(queryOrder(v2Server.merchant(ours), v2Server.place()));
      expect(facts).toMatchObject({ code: 'LOCAL_UNVERIFIED', kind: 'unknown' });
      expect(facts.what).toBe(`the sign does not fit the answer by ${ours}: check the API key and the sign type`);
      // By the algorithm of the file the same answer is believed, whatever it names.
      v2Server.twist({ xml: resigned(ours, named) });
      const believed = await answerOf(queryOrder(v2Server.merchant(ours), v2Server.place()));
      expect(believed).toMatchObject({ tradeState: 'NOTPAY' });
    },
  );

  it.each(ALGORITHMS)('never has the sign that would have been right in a failure: %s', async (signType) => {
    let right = '';
    v2Server.twist({
      xml: (xml) => {
        const signed = resigned(signType, undefined)(xml);
        right = /<sign>(.*)<\/sign>/.exec(signed)?.[1] ?? '';
        return signed.replace(right, '0'.repeat(right.length));
      },
    });
    const failure = await failureOf(queryOrder(v2Server.merchant(signType), v2Server.place()));
    expect(right).toMatch(/^[0-9A-F]{32,64}$/);
    expect(failure.facts.code).toBe('LOCAL_UNVERIFIED');
    const everything = `${inspect(failure, { showHidden: true, depth: 9 })} ${JSON.stringify(failure)}`.toUpperCase();
    expect(everything).not.toContain(right.slice(0, 8));
  });
});

describe('an id that would rewrite a path', () => {
  const IDS = ['../1', '1/../2', '1%2e%2e', '1%2F2', '1?a=b', '1#a', '1&sub_mchid=2', '1\\2', '..', ''];

  it.each(IDS)('comes in nowhere as a merchant number: %j', (id) => {
    const order = { outTradeNo: 'ORDER-12' };
    for (const api of ORDER_APIS) {
      expect(refOf({ api, mchid: id, ...order }).ok).toBe(false);
      expect(refOf({ api, mchid: server.mchid, subMchid: id, ...order }).ok).toBe(false);
      expect(refOf({ api, mchid: server.mchid, ...order }).ok).toBe(true);
    }
    expect(isMchid(id)).toBe(false);
    const payment = { transactionId: '42', amount: null, paidAt: null };
    expect(checkNotification({ ...payment, order: { mchid: id, ...order } }).ok).toBe(false);
    expect(checkNotification({ ...payment, order: { mchid: server.mchid, ...order } }).ok).toBe(true);
    const service = { outOrderNo: 'SERVICE-1', serviceId: '500001', appid: 'wx8888888888888888' };
    expect(checkServiceOrder({ mchid: id, ...service }, Date.now()).ok).toBe(false);
  });

  it('stays one part of its path or query, encoded, whoever hands it over', async () => {
    const merchant = server.merchant();
    const id = '1/../2%2e?a#b&c=d';
    await failureOf(queryOrderV3(merchant, { api: 'v3', mchid: server.mchid, transactionId: id }));
    await failureOf(closeOrderV3(merchant, { api: 'v3-global', mchid: server.mchid, transactionId: id }));
    await failureOf(queryOrderV3(merchant, { api: 'v3', mchid: id, outTradeNo: 'ORDER-12' }));
    await failureOf(queryServiceOrder(merchant, { ...server.serviceOrder, serviceId: id }));
    const encoded = '1%2F..%2F2%252e%3Fa%23b%26c%3Dd';
    expect(server.received.map(({ target }) => target)).toEqual([
      `/v3/pay/transactions/id/${encoded}?mchid=${server.mchid}`,
      `/v3/global/transactions/id/${encoded}/close`,
      `/v3/pay/transactions/out-trade-no/ORDER-12?mchid=${encoded}`,
      `/v3/payscore/serviceorder?service_id=${encoded}&out_order_no=SERVICE-1&appid=wx1`,
    ]);
  });
});

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])(
    'takes no signed request elsewhere, also where it is signed: %i',
    async (status) => {
      const elsewhere = await byteServer();
      const location = elsewhere.url.href;
      const altered = (headers: Record<string, string>) => ({ ...headers, location });
      server.say({ status, altered });
      server.say({ status, altered });
      v2Server.twist({ status, headers: { location } });
      const calls = [
        closeOrder(server.merchant(), server.order),
        cancelServiceOrder(server.merchant(), server.serviceOrder, 'why'),
        closeOrder(v2Server.merchant(), v2Server.place()),
      ];
      for (const call of calls) {
        const { facts } = await failureOf(call);
        expect(facts).toMatchObject({ code: 'LOCAL_UNVERIFIED', status, mayHaveTakenEffect: true });
      }
      expect(elsewhere.connections).toEqual([]);
    },
  );
});

describe('a failure of the network', () => {
  it.each(['cut', 'nobody'])('has nothing of the request in it, where the connection is %s', async (manner) => {
    const { url } = await byteServer({ answer: 'cut' });
    const host = manner === 'cut' ? url.origin : 'http://127.0.0.1:1';
    const merchant = server.merchant();
    const v3 = { ...merchant, v3: { ...v3AccessOf(merchant), host } };
    const v2 = { ...v2Server.merchant(), v2: { signer: v2Signer(v2Server.key, 'MD5'), host } };
    const failures = [
      await failureOf(closeOrder(v3, server.order)),
      await failureOf(cancelServiceOrder(v3, server.serviceOrder, 'the-reason-that-was-sent')),
      await failureOf(closeOrder(v2, v2Server.place())),
    ];
    const everything = failures
      .map((each) => `${inspect(each, { showHidden: true, depth: 12 })} ${JSON.stringify(each)}`)
      .join();
    expect(everything).toContain(manner === 'cut' ? 'ECONNRESET' : 'ECONNREFUSED');
    expect(everything).not.toMatch(/WECHATPAY2|authorization|signature|nonce|PRIVATE|the-reason|<xml>|<sign>/i);
    expect(everything).not.toContain(v2Server.key);
  });
});

describe('a field that stands twice in the JSON of an answer', () => {
  const SAYS = { mchid: '1900000109', trade_state: 'NOTPAY', out_trade_no: 'ORDER-1' };
  const twice = (first: object) =>
    `{${JSON.stringify(first).slice(1, -1)},${JSON.stringify({ id: '42', ...SAYS }).slice(1)}`;

  it('counts once, by its last value, for what is compared and for what is read', async () => {
    server.say({ status: 200, body: twice({ trade_state: 'CLOSED', out_trade_no: 'ANOTHER', mchid: '1' }) });
    expect(await answerOf(queryOrder(server.merchant(), server.order))).toMatchObject({ tradeState: 'NOTPAY' });
    server.say({ status: 200, body: twice(SAYS).replace(/ORDER-1"}$/, 'ANOTHER"}') });
    const { facts } = await failureOf(queryOrder(server.merchant(), server.order));
    expect(facts).toMatchObject({ code: 'LOCAL_UNREADABLE', kind: 'unknown' });
  });
});

describe('a field named __proto__ in the JSON of an answer', () => {
  const inside = (fields: object) => `{"__proto__":${JSON.stringify(fields)}}`;

  it('gives the answer no field, and no object anything', async () => {
    server.say({ status: 200, body: inside({ mchid: server.mchid, out_trade_no: 'ORDER-1', trade_state: 'CLOSED' }) });
    expect((await failureOf(queryOrder(server.merchant(), server.order))).facts.code).toBe('LOCAL_UNREADABLE');
    server.say({ status: 404, body: inside({ code: 'ORDER_NOT_EXIST' }) });
    expect((await failureOf(queryOrder(server.merchant(), server.order))).facts.code).toBe('HTTP_404');
    server.say({ status: 400, body: inside({ code: 'ORDERPAID' }) });
    expect((await failureOf(closeOrder(server.merchant(), server.order))).facts.code).toBe('HTTP_400');
    server.say({ status: 200, body: inside({ mchid: server.mchid, out_order_no: 'SERVICE-1', state: 'DONE' }) });
    const service = await failureOf(queryServiceOrder(server.merchant(), server.serviceOrder));
    expect(service.facts.code).toBe('LOCAL_UNREADABLE');
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});
