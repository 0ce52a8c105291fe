import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Sandbox } from '../../testing/sandbox/sandbox.js';
import { MAX_ANSWER_BYTES } from '../../wechatpay/http.js';
import type { Merchant, V3Access } from '../../wechatpay/merchant.js';
import { closeOrderV3, queryOrderV3, type V3OrderRef } from '../../wechatpay/orders.js';
import { merchantsOf } from '../support/merchant.js';
import { answerOf, failureOf } from '../support/wechatpay-failure.js';

const OLD_ENOUGH = 6 * 60_000;
const AMOUNT = { total: 888, currency: 'HKD' };

type Placed = V3OrderRef & { readonly outTradeNo: string };

let sandbox: Sandbox;
let merchant: Merchant;
let v3: V3Access;
let count = 0;

beforeAll(async () => {
  sandbox = await Sandbox.start();
  const found = (await merchantsOf(sandbox)).find(sandbox.mchid);
  if (found === undefined) throw new Error('the sandbox wrote no merchant');
  if (found.v3 === undefined) throw new Error('the merchant has no v3 access');
  merchant = found;
  v3 = found.v3;
});
afterAll(() => sandbox.stop());

async function placed(createdAt = Date.now() - OLD_ENOUGH): Promise<Placed> {
  const outTradeNo = `T-${++count}|*_${process.pid}`;
  await sandbox.place({ mchid: sandbox.mchid, outTradeNo, amount: AMOUNT, createdAt });
  return { api: 'v3-global', mchid: sandbox.mchid, outTradeNo };
}

/** The same merchant, who asks elsewhere. */
function at(host: string): Merchant {
  return { ...merchant, v3: { ...v3, host } };
}

/** Another server in WeChat Pay's place. */
async function impostor(listener: RequestListener): Promise<Merchant> {
  const server: Server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return at(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

describe('a query', () => {
  it('reports an unpaid order, which has nothing but its state', async () => {
    const answer = await answerOf(queryOrderV3(merchant, await placed()));
    expect(answer).toEqual({ tradeState: 'NOTPAY', requestId: expect.stringMatching(/^[\w-]{36}$/) });
  });

  it('reports a payment, and drops the payer', async () => {
    const order = await placed();
    const paid = await sandbox.pay(order);
    const answer = await answerOf(queryOrderV3(merchant, order));
    const paidAt = paid?.paidAt.replace(/\.\d+Z$/, 'Z');
    expect(answer).toMatchObject({
      tradeState: 'SUCCESS',
      payment: { transactionId: paid?.transactionId, amount: AMOUNT, paidAt },
    });
    expect(JSON.stringify(answer)).not.toContain('openid');
    expect(JSON.stringify(answer)).not.toContain('oUpF8');
  });

  it('takes a signed not-found for an answer', async () => {
    const answer = await answerOf(queryOrderV3(merchant, { ...(await placed()), outTradeNo: 'unheard-of' }));
    expect(answer).toMatchObject({ tradeState: 'NOT_FOUND', code: 'ORDER_NOT_EXIST' });
  });

  it('fails with SYSTEM_ERROR, which is retried', async () => {
    const order = await placed();
    sandbox.misbehave(order.outTradeNo, { what: 'systemError', on: 'query' });
    const { facts } = await failureOf(queryOrderV3(merchant, order));
    expect(facts).toMatchObject({ code: 'SYSTEM_ERROR', kind: 'retry', status: 500, requestId: expect.any(String) });
  });

  it('signs each attempt anew', async () => {
    const order = await placed();
    await answerOf(queryOrderV3(merchant, order));
    await answerOf(queryOrderV3(merchant, order));
    const [first, second, ...more] = sandbox.ledger.entries(order.outTradeNo);
    expect(more).toEqual([]);
    expect(first?.nonce).not.toBe(second?.nonce);
  });

  it('does not believe an answer with a wrong signature', async () => {
    const order = await placed();
    sandbox.misbehave(order.outTradeNo, { what: 'signWrongly', on: 'query' });
    const { facts } = await failureOf(queryOrderV3(merchant, order));
    expect(facts).toMatchObject({ code: 'LOCAL_UNVERIFIED', kind: 'unknown' });
    expect(facts.what).toContain('does not fit');
  });

  it('takes a refused signature for a hint, and for nothing else', async () => {
    const order = await placed();
    const wrongKey = { ...merchant, v3: { ...v3, signer: { ...v3.signer, sign: () => 'AAAA' } } };
    const { facts } = await failureOf(queryOrderV3(wrongKey, order));
    expect(facts).toMatchObject({ code: 'SIGN_ERROR', kind: 'hint', status: 401 });
  });
});

describe('a close', () => {
  it('closes an unpaid order', async () => {
    const order = await placed();
    expect(await answerOf(closeOrderV3(merchant, order))).toMatchObject({ answer: 'accepted' });
    expect(sandbox.orders.find(order)?.state).toBe('CLOSED');
  });

  it('is told that the order is closed already', async () => {
    const order = await placed();
    await answerOf(closeOrderV3(merchant, order));
    expect(await answerOf(closeOrderV3(merchant, order))).toMatchObject({
      answer: 'alreadyClosed',
      code: 'ORDER_CLOSED',
    });
  });

  it('is told that the order is paid', async () => {
    const order = await placed();
    await sandbox.pay(order);
    expect(await answerOf(closeOrderV3(merchant, order))).toMatchObject({ answer: 'paid', code: 'ORDERPAID' });
  });

  it('is refused before five minutes', async () => {
    const order = await placed(Date.now() - 60_000);
    expect(await answerOf(closeOrderV3(merchant, order))).toMatchObject({
      answer: 'refusedRequest',
      code: 'INVALID_REQUEST',
    });
  });

  it('knows nothing when the answer was lost, though it took effect', async () => {
    const order = await placed();
    sandbox.misbehave(order.outTradeNo, { what: 'loseAnswer', on: 'close' });
    const { facts } = await failureOf(closeOrderV3(merchant, order));
    expect(facts).toMatchObject({ code: 'LOCAL_NO_ANSWER', kind: 'unknown', mayHaveTakenEffect: true });
    expect(sandbox.orders.find(order)?.state).toBe('CLOSED');
  });

  it('knows nothing when the 204 is signed wrongly, though it took effect', async () => {
    const order = await placed();
    sandbox.misbehave(order.outTradeNo, { what: 'signWrongly', on: 'close' });
    const { facts } = await failureOf(closeOrderV3(merchant, order));
    expect(facts).toMatchObject({ code: 'LOCAL_UNVERIFIED', kind: 'unknown', mayHaveTakenEffect: true });
  });

  it('is sent once, whatever comes back', async () => {
    const order = await placed();
    sandbox.misbehave(order.outTradeNo, { what: 'systemError', on: 'close', times: 3 });
    await failureOf(closeOrderV3(merchant, order));
    expect(sandbox.ledger.entries(order.outTradeNo)).toHaveLength(1);
  });
});

describe('a server that is not WeChat Pay', () => {
  it('is not believed when it answers 204 to a close', async () => {
    const fake = await impostor((_, response) => response.writeHead(204).end());
    const { facts } = await failureOf(closeOrderV3(fake, await placed()));
    expect(facts).toMatchObject({ code: 'LOCAL_UNVERIFIED', kind: 'unknown', mayHaveTakenEffect: true });
  });

  it('is not believed when it answers a bare 404', async () => {
    const fake = await impostor((_, response) => response.writeHead(404).end('{"code":"ORDER_NOT_EXIST"}'));
    const { facts } = await failureOf(queryOrderV3(fake, await placed()));
    expect(facts).toMatchObject({ code: 'ORDER_NOT_EXIST', kind: 'unknown' });
  });

  it('is not followed elsewhere', async () => {
    let asked = 0;
    const fake = await impostor((request, response) => {
      asked += 1;
      response.writeHead(307, { location: `http://${request.headers.host}/elsewhere` }).end();
    });
    const { facts } = await failureOf(closeOrderV3(fake, await placed()));
    expect(facts).toMatchObject({ code: 'LOCAL_UNVERIFIED', status: 307 });
    expect(asked).toBe(1);
  });

  it('is cut off when its answer is too large', async () => {
    const fake = await impostor((_, response) => {
      response.writeHead(200);
      response.write(Buffer.alloc(MAX_ANSWER_BYTES + 1));
      response.write(Buffer.alloc(MAX_ANSWER_BYTES));
    });
    const { facts } = await failureOf(queryOrderV3(fake, await placed()));
    expect(facts).toMatchObject({ code: 'LOCAL_NO_ANSWER', what: `the answer passed ${MAX_ANSWER_BYTES} bytes` });
  });

  it('that is not there cannot have done anything', async () => {
    const nobody = at('http://127.0.0.1:1');
    const { facts } = await failureOf(closeOrderV3(nobody, await placed()));
    expect(facts).toMatchObject({ code: 'LOCAL_NO_ANSWER', what: 'ECONNREFUSED', mayHaveTakenEffect: false });
  });

  it('learns nothing that a failure could repeat', async () => {
    const fake = await impostor((_, response) => response.writeHead(200).end('{"payer":{"openid":"o-secret"}}'));
    const { facts } = await failureOf(queryOrderV3(fake, await placed()));
    expect(JSON.stringify(facts)).not.toMatch(/o-secret|WECHATPAY2|PRIVATE KEY|signature="/);
  });
});
