import type { AxiosResponse } from 'axios';
import { Aes, Wechatpay } from 'wechatpay-axios-plugin';
import { describe, expect, it } from 'vitest';
import type { Sandbox } from '../../../testing/sandbox/sandbox.js';
import { APPID, merchantOf, MINUTE, newNumber, newSandbox, sharedSandbox, SUB_MCHID } from './wire.js';

const shared = sharedSandbox({ wechatpayKeys: 'both' });

type Call = (path: string, method: 'get' | 'post', data?: unknown, params?: unknown) => Promise<AxiosResponse<Body>>;
type Body = Readonly<Record<string, unknown>>;

/** An SDK that others wrote, with the keys that the sandbox gives to its merchants. It verifies every success. */
function sdk(sandbox: Sandbox, serial?: string): Call {
  const { mchid, certificateSerial, keys, apiV2Key } = merchantOf(sandbox);
  const client = new Wechatpay({
    mchid,
    serial: certificateSerial,
    privateKey: keys.privatePem,
    certs: Object.fromEntries(sandbox.wechatpayKeys.map((key) => [key.serial, key.pem])),
    secret: apiV2Key,
    baseURL: sandbox.url,
    // It names none by itself.
    headers: serial === undefined ? {} : { 'Wechatpay-Serial': serial },
    // A test must not wait for a proxy of this machine.
    proxy: false,
  });
  return async (path, method, data, params) => client.client.request(path, method, data, { params });
}

const V3_WAYS = [
  ['v3/global/transactions', 'v3/global/transactions/native', false],
  ['v3/global/transactions', 'v3/global/transactions/native', true],
  ['v3/pay/transactions', 'v3/pay/transactions/native', false],
  ['v3/pay/partner/transactions', 'v3/pay/partner/transactions/native', true],
] as const;

describe('wechatpay-axios-plugin', () => {
  it.each(V3_WAYS)('creates, queries and closes an order over v3 (%s, %s, for a sub-merchant: %s)', async (...way) => {
    const [path, placement, isPartner] = way;
    const { sandbox, clock } = shared();
    const { mchid } = sandbox;
    const call = sdk(sandbox);
    const merchant = isPartner ? { sp_mchid: mchid, sub_mchid: SUB_MCHID } : { mchid };
    const outTradeNo = newNumber();
    const created = await call(placement, 'post', {
      ...merchant,
      [isPartner ? 'sp_appid' : 'appid']: APPID,
      description: 'Tee für Zürich 茶',
      out_trade_no: outTradeNo,
      notify_url: 'https://shop.example/notifications',
      amount: { total: 888, currency: 'HKD' },
    });
    expect(created.data).toMatchObject({ code_url: expect.any(String) });
    const one = `${path}/out-trade-no/${outTradeNo}`;
    expect((await call(one, 'get', undefined, merchant)).data).toMatchObject({ trade_state: 'NOTPAY' });
    clock.now += 5 * MINUTE;
    const closed = await call(`${one}/close`, 'post', merchant);
    expect({ status: closed.status, data: closed.data }).toEqual({ status: 204, data: '' });
    expect((await call(one, 'get', undefined, merchant)).data).toMatchObject({ trade_state: 'CLOSED' });
    await expect(call(`${one}/close`, 'post', merchant)).rejects.toMatchObject({
      response: { status: 400, data: { code: 'ORDER_CLOSED' } },
    });
  });

  it('verifies answers by the certificate and by the public key', async () => {
    const { sandbox } = shared();
    const outTradeNo = newNumber();
    await sandbox.place({ mchid: sandbox.mchid, outTradeNo, amount: { total: 1, currency: 'CNY' } });
    for (const { serial } of sandbox.wechatpayKeys) {
      const path = `v3/pay/transactions/out-trade-no/${outTradeNo}`;
      const { data, headers } = await sdk(sandbox, serial)(path, 'get', undefined, { mchid: sandbox.mchid });
      expect(data).toMatchObject({ trade_state: 'NOTPAY' });
      expect(headers['wechatpay-serial']).toBe(serial);
    }
  });

  it.each([
    ['signWrongly', 'EV3_RES_HEADER_SIGNATURE_DIGEST'],
    ['probe', 'EV3_RES_HEADER_SIGNATURE_DIGEST'],
    ['unsigned', 'EV3_RES_HEADERS_INCOMPLATE'],
    ['stale', 'EV3_RES_HEADER_TIMESTAMP_OFFSET'],
    ['rotateKey', 'EV3_RES_HEADER_PLATFORM_SERIAL'],
    ['html', 'EV3_RES_HEADERS_INCOMPLATE'],
  ] as const)('does not believe an answer over v3 when the sandbox misbehaves: %s', async (what, code) => {
    const { sandbox } = await newSandbox();
    const call = sdk(sandbox);
    const outTradeNo = newNumber();
    await sandbox.place({ mchid: sandbox.mchid, outTradeNo, amount: { total: 1, currency: 'CNY' } });
    sandbox.misbehave(outTradeNo, { what });
    const path = `v3/pay/transactions/out-trade-no/${outTradeNo}`;
    await expect(call(path, 'get', undefined, { mchid: sandbox.mchid })).rejects.toMatchObject({ code });
  });

  it.each([
    ['MD5', {}],
    ['HMAC-SHA256', {}],
    ['MD5', { sub_mch_id: SUB_MCHID }],
    ['HMAC-SHA256', { sub_mch_id: SUB_MCHID, sub_appid: 'wxsub' }],
  ])('creates, queries and closes an order over v2 (%s, %o)', async (signType, sub) => {
    const { sandbox, clock } = shared();
    const call = sdk(sandbox);
    const type = signType === 'MD5' ? {} : { sign_type: signType };
    const common = { appid: APPID, mch_id: sandbox.mchid, ...type, ...sub };
    const order = { ...common, out_trade_no: newNumber() };
    const created = await call('v2/pay/unifiedorder', 'post', {
      ...order,
      body: 'Tee & <Kuchen> für Zürich 茶',
      total_fee: 888,
      spbill_create_ip: '127.0.0.1',
      notify_url: 'https://shop.example/notifications',
      trade_type: 'NATIVE',
    });
    expect(created.data).toMatchObject({ result_code: 'SUCCESS', code_url: expect.any(String) });
    expect((await call('v2/pay/orderquery', 'post', order)).data).toMatchObject({ trade_state: 'NOTPAY' });
    clock.now += 5 * MINUTE;
    expect((await call('v2/pay/closeorder', 'post', order)).data).toMatchObject({ result_code: 'SUCCESS' });
    expect((await call('v2/pay/orderquery', 'post', order)).data).toMatchObject({ trade_state: 'CLOSED' });
    await expect(call('v2/pay/closeorder', 'post', order)).rejects.toMatchObject({
      response: { data: { err_code: 'ORDERCLOSED' } },
    });
  });

  it.each(['signWrongly', 'unsigned'] as const)('does not believe an answer over v2 that is %s', async (what) => {
    const { sandbox } = shared();
    const order = { appid: APPID, mch_id: sandbox.mchid, out_trade_no: newNumber() };
    await sandbox.place({
      mchid: sandbox.mchid,
      outTradeNo: order.out_trade_no,
      amount: { total: 1, currency: 'CNY' },
    });
    sandbox.misbehave(order.out_trade_no, { what });
    await expect(sdk(sandbox)('v2/pay/orderquery', 'post', order)).rejects.toThrow();
    expect((await sdk(sandbox)('v2/pay/orderquery', 'post', order)).data).toMatchObject({ trade_state: 'NOTPAY' });
  });

  it('creates, queries and cancels a PayScore service order', async () => {
    const { sandbox } = shared();
    const call = sdk(sandbox);
    const outOrderNo = newNumber();
    const named = { appid: APPID, service_id: '500001' };
    await call('v3/payscore/serviceorder', 'post', {
      ...named,
      out_order_no: outOrderNo,
      service_introduction: '充电宝',
    });
    const query = () => call('v3/payscore/serviceorder', 'get', undefined, { ...named, out_order_no: outOrderNo });
    expect((await query()).data).toMatchObject({ state: 'CREATED' });
    const cancelled = await call(`v3/payscore/serviceorder/${outOrderNo}/cancel`, 'post', {
      ...named,
      reason: '用户投诉',
    });
    expect(cancelled.data).toMatchObject({ order_id: expect.any(String) });
    expect((await query()).data).toMatchObject({ state: 'REVOKED' });
  });

  it('downloads, decrypts and uses a platform certificate', async () => {
    const { sandbox } = shared();
    const { data } = await sdk(sandbox)('v3/certificates', 'get');
    const [certificate] = data['data'] as { serial_no: string; encrypt_certificate: Record<string, string> }[];
    const { ciphertext = '', nonce = '', associated_data } = certificate?.encrypt_certificate ?? {};
    const pem = Aes.AesGcm.decrypt(ciphertext, merchantOf(sandbox).apiV3Key, nonce, associated_data);
    expect(sandbox.wechatpayKeys).toContainEqual({ serial: certificate?.serial_no, pem });
  });
});
