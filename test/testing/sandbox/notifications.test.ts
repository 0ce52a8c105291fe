import { createDecipheriv, createPublicKey } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isLoopback, post, type SandboxNotification } from '../../../testing/sandbox/notifications.js';
import type { Sandbox } from '../../../testing/sandbox/sandbox.js';
import { answerFault } from '../../../wechatpay/signature-v3.js';
import { parseXml } from '../../../wechatpay/xml.js';
import { APPID, merchantOf, newNumber, NOON, sharedSandbox, SUB_MCHID } from './wire.js';

const shared = sharedSandbox();

interface Envelope {
  readonly id: string;
  readonly event_type: string;
  readonly resource_type: string;
  readonly resource: Record<'algorithm' | 'original_type' | 'ciphertext' | 'nonce' | 'associated_data', string>;
}

/** Verifies and opens a v3 notification, as its receiver does. */
function opened(sandbox: Sandbox, { headers, body }: SandboxNotification): Envelope & { readonly text: string } {
  const keys = new Map(sandbox.wechatpayKeys.map(({ serial, pem }) => [serial, createPublicKey(pem)]));
  expect(answerFault(headers, body, keys, Date.now())).toBeUndefined();
  const envelope = JSON.parse(body.toString('utf8')) as Envelope;
  const { ciphertext, nonce, associated_data } = envelope.resource;
  const bytes = Buffer.from(ciphertext, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', merchantOf(sandbox).apiV3Key, nonce, { authTagLength: 16 });
  decipher.setAAD(Buffer.from(associated_data)).setAuthTag(bytes.subarray(-16));
  const text = decipher.update(bytes.subarray(0, -16), undefined, 'utf8') + decipher.final('utf8');
  return { ...envelope, text };
}

async function paid(changes: { api?: 'v3' | 'v2'; subMchid?: string; signType?: 'MD5' } = {}) {
  const { sandbox } = shared();
  const key = { mchid: sandbox.mchid, outTradeNo: newNumber(), subMchid: changes.subMchid };
  await sandbox.place({ ...changes, ...key, amount: { total: 888, currency: 'HKD' } });
  const payment = await sandbox.pay(key);
  return { sandbox, key, payment };
}

describe('a notification of APIv3', () => {
  it('reports a payment, signed and encrypted', async () => {
    const { sandbox, key, payment } = await paid();
    const { event_type, resource_type, resource, text } = opened(sandbox, sandbox.paymentNotification(key));
    expect({ event_type, resource_type }).toEqual({
      event_type: 'TRANSACTION.SUCCESS',
      resource_type: 'encrypt-resource',
    });
    expect(resource).toMatchObject({ algorithm: 'AEAD_AES_256_GCM', original_type: 'transaction' });
    expect(JSON.parse(text)).toMatchObject({
      appid: APPID,
      mchid: key.mchid,
      out_trade_no: key.outTradeNo,
      transaction_id: payment?.transactionId,
      trade_state: 'SUCCESS',
      amount: { total: 888, currency: 'HKD' },
    });
  });

  it('reports the payment, whatever has become of it since', async () => {
    const { sandbox, key } = await paid();
    await sandbox.become(key, 'REFUND');
    expect(JSON.parse(opened(sandbox, sandbox.paymentNotification(key)).text)).toMatchObject({
      trade_state: 'SUCCESS',
    });
  });

  it('names institution and sub-merchant', async () => {
    const { sandbox, key } = await paid({ api: 'v3', subMchid: SUB_MCHID });
    const { text } = opened(sandbox, sandbox.paymentNotification(key));
    expect(JSON.parse(text)).toMatchObject({ sp_mchid: key.mchid, sub_mchid: SUB_MCHID });
  });

  it.each([
    ['USER_CONFIRM', 'DOING'],
    ['USER_PAID', 'DONE'],
  ] as const)('reports a service order: %s', async (event, state) => {
    const { sandbox } = shared();
    const key = { mchid: sandbox.mchid, outOrderNo: newNumber() };
    await sandbox.createServiceOrder({ ...key, needUserConfirm: false });
    if (event === 'USER_PAID') {
      sandbox.serviceOrders.complete(key, 500);
      sandbox.serviceOrders.pay(key, NOON);
    }
    const { event_type, resource, text } = opened(sandbox, sandbox.serviceOrderNotification(key));
    expect({ event_type, type: resource.original_type }).toEqual({ event_type: `PAYSCORE.${event}`, type: 'payscore' });
    expect(JSON.parse(text)).toMatchObject({ out_order_no: key.outOrderNo, state });
  });

  it('is not made where there is nothing to tell', async () => {
    const { sandbox } = shared();
    const order = { mchid: sandbox.mchid, outTradeNo: newNumber() };
    expect(() => sandbox.paymentNotification(order)).toThrow('never placed');
    await sandbox.place({ ...order, amount: { total: 1, currency: 'HKD' } });
    expect(() => sandbox.paymentNotification(order)).toThrow('not paid');
    const key = { mchid: sandbox.mchid, outOrderNo: newNumber() };
    await sandbox.createServiceOrder(key);
    expect(() => sandbox.serviceOrderNotification(key)).toThrow('neither confirmed nor paid');
  });
});

describe('a notification of v2', () => {
  it.each([
    ['MD5', { signType: 'MD5' }],
    ['HMAC-SHA256', {}],
  ] as const)('is XML, signed as the order was placed (%s)', async (signType, changes) => {
    const { sandbox, key, payment } = await paid({ api: 'v2', subMchid: SUB_MCHID, ...changes });
    const fields = parseXml(sandbox.paymentNotification(key).body);
    if ('fault' in fields) throw new Error(fields.fault);
    expect(merchantOf(sandbox).v2[signType].verifies(fields)).toBe(true);
    expect(Object.fromEntries(fields)).toMatchObject({
      return_code: 'SUCCESS',
      result_code: 'SUCCESS',
      mch_id: key.mchid,
      sub_mch_id: SUB_MCHID,
      out_trade_no: key.outTradeNo,
      transaction_id: payment?.transactionId,
      total_fee: '888',
      fee_type: 'HKD',
      time_end: '20260302200000',
    });
  });
});

describe('posting a notification', () => {
  it('sends it byte for byte, and tells what was answered', async () => {
    const { sandbox, key } = await paid();
    const got: { headers: IncomingHttpHeaders; body: Buffer }[] = [];
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        got.push({ headers: request.headers, body: Buffer.concat(chunks) });
        response.writeHead(500).end('{"code":"FAIL"}');
      });
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    const notification = sandbox.paymentNotification(key);
    const answer = await post(notification, `http://127.0.0.1:${(server.address() as AddressInfo).port}/notifications`);
    expect(answer).toEqual({ status: 500, body: '{"code":"FAIL"}' });
    expect(got).toHaveLength(1);
    expect(got[0]?.body.equals(notification.body)).toBe(true);
    expect(got[0]?.headers).toMatchObject(notification.headers);
  });

  it.each(['http://example.com/', 'http://127.0.0.1.example.com/', 'file:///etc/passwd', 'http://10.0.0.1/', 'here'])(
    'is for this machine only, and not for %s',
    async (url) => {
      const { sandbox, key } = await paid();
      expect(isLoopback(url)).toBe(false);
      await expect(post(sandbox.paymentNotification(key), url)).rejects.toThrow('this machine only');
    },
  );
});
