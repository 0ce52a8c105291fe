import { describe, expect, it } from 'vitest';
import type { OrderRef } from '../../domain/orders/order.js';
import type { Merchant } from '../../wechatpay/merchant.js';
import { queryOrder } from '../../wechatpay/orders.js';
import { remoteSigner, type Sign } from '../../wechatpay/remote-signer.js';
import { queryServiceOrder } from '../../wechatpay/service-orders.js';
import { v2Signer } from '../../wechatpay/signature-v2.js';
import type { Result } from '../../wechatpay/failure.js';
import { failureOf } from '../support/wechatpay-failure.js';
import { byteServer } from './byte-server.js';
import { V3Server } from './v3-server.js';

const MCHID = '1900000109';
const LIMIT = 300;

const SIGNATURE = Buffer.alloc(256).toString('base64');
const hangs = () => new Promise<never>(() => undefined);
const after = (ms: number) => () => new Promise<string>((resolve) => setTimeout(() => resolve(SIGNATURE), ms));

function merchantAt(host: string, sign: Sign): Merchant {
  const v2 = { signer: v2Signer('192006250b4c09247ec02edce69f6a2d', 'MD5'), host };
  return {
    mchid: MCHID,
    appids: ['wx1'],
    v3: { signer: remoteSigner(MCHID, 'AB', sign), wechatpayKeys: new Map(), host },
    v2,
  };
}

type Query = (merchant: Merchant, timeoutMs?: number) => Promise<Result<unknown>>;

const ordersOf =
  (api: OrderRef['api']): Query =>
  (merchant, timeoutMs) =>
    queryOrder(merchant, { api, mchid: MCHID, outTradeNo: 'ORDER-1' }, timeoutMs);
const rental: Query = (merchant, timeoutMs) =>
  queryServiceOrder(merchant, { mchid: MCHID, outOrderNo: 'R-1', serviceId: '500001', appid: 'wx1' }, timeoutMs);

const V3: readonly (readonly [string, Query])[] = [
  ['v3 global', ordersOf('v3-global')],
  ['v3', ordersOf('v3')],
  ['PayScore', rental],
];
const EVERY: typeof V3 = [...V3, ['v2', ordersOf('v2')]];

/** What a query fails with. @throws if it takes longer than its time, and some for a slow machine */
async function failedInTime(query: Promise<Result<unknown>>) {
  const began = performance.now();
  const { facts } = await failureOf(query);
  expect(performance.now() - began).toBeLessThan(LIMIT + 300);
  return facts;
}

describe('a query with a time of its own', () => {
  it.each(EVERY)('ends in it where nothing is answered: %s', async (_, query) => {
    const { url } = await byteServer({ answer: 'nothing' });
    const facts = await failedInTime(
      query(
        merchantAt(url.origin, () => SIGNATURE),
        LIMIT,
      ),
    );
    expect(facts).toMatchObject({ code: 'LOCAL_NO_ANSWER', mayHaveTakenEffect: true });
  });

  it.each(EVERY)('ends in it where no connection comes: %s', async (_, query) => {
    const { url } = await byteServer({ handshakeAfterMs: Infinity });
    const facts = await failedInTime(
      query(
        merchantAt(url.origin, () => SIGNATURE),
        LIMIT,
      ),
    );
    expect(facts).toMatchObject({ code: 'LOCAL_NO_ANSWER', mayHaveTakenEffect: false });
  });

  it.each(V3)('ends in it where the signer hangs, and sends nothing: %s', async (_, query) => {
    const { url, connections } = await byteServer();
    const facts = await failedInTime(query(merchantAt(url.origin, hangs), LIMIT));
    expect(facts).toMatchObject({ code: 'LOCAL_NOT_SIGNED', mayHaveTakenEffect: false });
    expect(facts.what).toBe(`the signer says nothing for ${LIMIT} ms`);
    expect(connections).toEqual([]);
  });

  it.each(V3)('has what a slow signer leaves of it for the answer: %s', async (_, query) => {
    const { url } = await byteServer({ answer: 'nothing' });
    expect(await failedInTime(query(merchantAt(url.origin, after(LIMIT * 0.7)), LIMIT))).toMatchObject({
      code: 'LOCAL_NO_ANSWER',
    });
  });

  it('ends in it while a key is looked for that is not known', async () => {
    const server = await V3Server.start();
    try {
      const { v3, ...merchant } = server.merchant();
      if (v3 === undefined) throw new Error('it speaks v3');
      server.say({ status: 200 });
      const unknown = { ...v3, wechatpayKeys: new Map(), refreshKeys: hangs };
      const facts = await failedInTime(queryOrder({ ...merchant, v3: unknown }, server.order, LIMIT));
      expect(facts).toMatchObject({ code: 'LOCAL_UNVERIFIED', status: 200 });
    } finally {
      server.stop();
    }
  });
});
