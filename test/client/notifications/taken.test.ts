import { describe, expect, it } from 'vitest';
import { KeyRing, WECHATPAY_KEYS } from '../../../testing/sandbox/key-ring.js';
import type { Sandbox } from '../../../testing/sandbox/sandbox.js';
import { verificationKey } from '../../../wechatpay/signature-v3.js';
import type { Merchant } from '../../../wechatpay/merchant.js';
import { merchantsOf } from '../../support/merchant.js';
import { APPID, newNumber, newSandbox, NOON, sharedSandbox, SUB_MCHID } from '../../testing/sandbox/wire.js';
import { listOf, merchant, newTestReceiver, PAYMENT, SECRETS, TAKEN, v3Notification } from './fixtures.js';

const shared = sharedSandbox({ v2SignType: 'HMAC-SHA256' });

interface Paying {
  readonly api?: 'v3-global' | 'v3' | 'v2';
  readonly subMchid?: string;
  readonly subAppid?: string;
  readonly currency?: string;
}

/** An order of the sandbox that is paid. */
async function paid(sandbox: Sandbox, { currency = 'HKD', ...order }: Paying = {}) {
  const key = { mchid: sandbox.mchid, outTradeNo: newNumber(), subMchid: order.subMchid };
  await sandbox.place({ ...order, ...key, amount: { total: 888, currency } });
  const payment = await sandbox.pay(key);
  return { key, transactionId: payment?.transactionId };
}

const PAID_AT = new Date(NOON).toISOString().replace('.000', '');

describe('a v3 notification of a payment', () => {
  it('becomes a fact, without payer and attached data', async () => {
    const { sandbox } = shared();
    const { key, transactionId } = await paid(sandbox);
    const { receiver, facts, events } = newTestReceiver(await merchantsOf(sandbox));
    const { headers, body } = sandbox.paymentNotification(key);
    const received = await receiver.receive(body, headers);
    const fact = {
      of: 'order',
      api: 'v3-global',
      apiIsGuessed: true,
      appid: APPID,
      notification: {
        order: { mchid: key.mchid, outTradeNo: key.outTradeNo },
        transactionId,
        amount: { total: 888, currency: 'HKD' },
        paidAt: PAID_AT,
        // The sandbox's merchants file is a worker's, and has no URL for outcomes.
        hasWebhook: false,
      },
    };
    expect(received).toEqual({ answer: TAKEN.v3, outcome: 'signalled', fact });
    expect(facts).toEqual([fact]);
    const { mchid } = key;
    const millis = expect.any(Number);
    expect(events).toEqual([{ outcome: 'signalled', form: 'v3', isVerified: true, mchid, millis }]);
  });

  it("names the institution's sub-merchant and both apps", async () => {
    const { sandbox } = shared();
    const { key } = await paid(sandbox, { api: 'v3', subMchid: SUB_MCHID, subAppid: 'wx-sub', currency: 'CNY' });
    const { receiver } = newTestReceiver(await merchantsOf(sandbox));
    const { headers, body } = sandbox.paymentNotification(key);
    const { fact } = await receiver.receive(body, headers);
    expect(fact).toMatchObject({
      of: 'order',
      api: 'v3',
      appid: APPID,
      subAppid: 'wx-sub',
      notification: { order: { mchid: key.mchid, subMchid: SUB_MCHID, outTradeNo: key.outTradeNo } },
    });
  });

  it.each([
    ['v3-global', { host: 'https://apihk.mch.weixin.qq.com' }, 'CNY'],
    ['v3', { host: 'https://api.mch.weixin.qq.com' }, 'HKD'],
    ['v3', { host: 'https://proxy.example' }, 'CNY'],
    ['v3-global', { host: 'https://proxy.example' }, 'USD'],
    ['v3', {}, 'CNY'],
    ['v3-global', {}, 'HKD'],
    ['v3', { api: 'v3', host: 'https://apihk.mch.weixin.qq.com' }, 'HKD'],
  ] as const)('is for an order of %s if the merchant has %j and it is paid in %s', async (api, v3, currency) => {
    const { receiver } = newTestReceiver(listOf(await merchant({}, v3)));
    const { headers, body } = await v3Notification({ resource: paymentIn(currency) });
    expect((await receiver.receive(body, headers)).fact).toMatchObject({ of: 'order', api });
  });

  it('is accepted if its amount cannot be read: then the order needs a person', async () => {
    const { receiver } = newTestReceiver(listOf(await merchant()));
    const { headers, body } = await v3Notification({ resource: { ...paymentIn('HKD'), amount: { total: 'much' } } });
    expect((await receiver.receive(body, headers)).fact).toMatchObject({ notification: { amount: null } });
  });

  it('is accepted with any app if the merchants file names none', async () => {
    const { receiver } = newTestReceiver(listOf(await merchant({ appids: [] })));
    const { headers, body } = await v3Notification({ resource: { ...paymentIn('HKD'), appid: 'wx-other' } });
    expect((await receiver.receive(body, headers)).fact).toMatchObject({ appid: 'wx-other' });
  });
});

function paymentIn(currency: string) {
  return { ...PAYMENT, amount: { total: 1, currency } };
}

describe('a v3 notification of a service order', () => {
  it.each(['USER_CONFIRM', 'USER_PAID'] as const)('becomes a fact: %s', async (said) => {
    const { sandbox } = shared();
    const key = { mchid: sandbox.mchid, outOrderNo: newNumber() };
    await sandbox.createServiceOrder({ ...key, needUserConfirm: false });
    if (said === 'USER_PAID') {
      sandbox.serviceOrders.complete(key, 500);
      sandbox.serviceOrders.pay(key, NOON);
    }
    const { receiver } = newTestReceiver(await merchantsOf(sandbox), { deliver: () => Promise.resolve('unwatched') });
    const { headers, body } = sandbox.serviceOrderNotification(key);
    expect(await receiver.receive(body, headers)).toEqual({
      answer: TAKEN.v3,
      outcome: 'unwatched',
      fact: { of: 'service-order', notification: { order: key, said } },
    });
  });
});

describe('a v2 notification of a payment', () => {
  it.each([
    ['MD5', undefined, undefined],
    ['HMAC-SHA256', undefined, undefined],
    ['HMAC-SHA256', SUB_MCHID, 'wx-sub'],
  ] as const)('becomes a fact, signed by %s, of sub-merchant %s', async (v2SignType, subMchid, subAppid) => {
    const { sandbox } = await newSandbox({ v2SignType });
    const { key, transactionId } = await paid(sandbox, {
      api: 'v2',
      ...(subMchid && { subMchid }),
      ...(subAppid && { subAppid }),
    });
    const { receiver, events } = newTestReceiver(await merchantsOf(sandbox));
    const { headers, body } = sandbox.paymentNotification(key);
    const received = await receiver.receive(body, headers);
    expect(received).toEqual({
      answer: TAKEN.v2,
      outcome: 'signalled',
      fact: {
        of: 'order',
        api: 'v2',
        appid: APPID,
        ...(subAppid && { subAppid }),
        notification: {
          order: { mchid: key.mchid, ...(subMchid && { subMchid }), outTradeNo: key.outTradeNo },
          transactionId,
          amount: { total: 888, currency: 'HKD' },
          paidAt: PAID_AT,
          hasWebhook: false,
        },
      },
    });
    expect(events).toMatchObject([{ outcome: 'signalled', form: 'v2', mchid: key.mchid }]);
  });
});

describe("WeChat Pay's keys", () => {
  it.each(WECHATPAY_KEYS)('may be of either kind: %s', async (wechatpayKeys) => {
    const { sandbox } = await newSandbox({ wechatpayKeys });
    const { key } = await paid(sandbox);
    const { receiver } = newTestReceiver(await merchantsOf(sandbox));
    const { headers, body } = sandbox.paymentNotification(key);
    expect((await receiver.receive(body, headers)).outcome).toBe('signalled');
  });

  it('may change: notifications signed before and after are accepted, by their serials', async () => {
    const ring = await KeyRing.create('both');
    const keys = new Map(ring.published().map(({ serial, pem }) => [serial, verificationKey(pem)]));
    const { receiver } = newTestReceiver(listOf(await merchant({}, { wechatpayKeys: keys })));
    const outcomes: string[] = [];
    for (const serial of keys.keys()) {
      const { body } = await v3Notification({ resource: { ...PAYMENT, out_trade_no: `ORDER-${outcomes.length}` } });
      const headers = ring.headersFor(body, Date.now(), 'right', serial);
      expect(headers['wechatpay-serial']).toBe(serial);
      outcomes.push((await receiver.receive(body, headers)).outcome);
    }
    expect(outcomes).toEqual(['signalled', 'signalled']);
  });
});

describe('several merchants', () => {
  it('are told apart by the APIv3 key that decrypts a notification', async () => {
    const { sandbox } = await newSandbox({ mchids: ['1900000109', '1900000110'] });
    const merchants = await merchantsOf(sandbox);
    const { receiver, facts } = newTestReceiver(merchants);
    for (const mchid of sandbox.merchants.keys()) {
      const key = { mchid, outTradeNo: newNumber() };
      await sandbox.place({ ...key, amount: { total: 1, currency: 'HKD' } });
      await sandbox.pay(key);
      const { headers, body } = sandbox.paymentNotification(key);
      await receiver.receive(body, headers);
    }
    expect(facts).toMatchObject([
      { notification: { order: { mchid: '1900000109' } } },
      { notification: { order: { mchid: '1900000110' } } },
    ]);
  });

  it('may have the same APIv3 key: the one that is named counts', async () => {
    const { receiver, facts } = newTestReceiver(listOf(await merchant({ mchid: '1900000001' }), await merchant()));
    const { headers, body } = await v3Notification();
    expect((await receiver.receive(body, headers)).outcome).toBe('signalled');
    expect(facts).toMatchObject([{ notification: { order: { mchid: PAYMENT.mchid } } }]);
  });

  it('are read again for each notification', async () => {
    const list: Merchant[] = [];
    const { receiver } = newTestReceiver({ find: (mchid) => listOf(...list).find(mchid), all: () => list });
    const { headers, body } = await v3Notification();
    expect((await receiver.receive(body, headers)).outcome).toBe('unknown-serial');
    list.push(await merchant());
    expect((await receiver.receive(body, headers)).outcome).toBe('signalled');
  });
});

describe('the payer and the attached data of a notification', () => {
  it.each(['v3', 'v2'] as const)('are not in fact, event and answer of a %s notification', async (api) => {
    const { sandbox } = shared();
    const { key } = await paid(sandbox, { api });
    const { receiver, facts, events } = newTestReceiver(await merchantsOf(sandbox));
    const { headers, body } = sandbox.paymentNotification(key);
    const received = await receiver.receive(body, headers);
    const text = JSON.stringify({ received, facts, events });
    expect(text).toContain(key.outTradeNo);
    const { apiV3Key = '', apiV2Key = '' } = sandbox.merchants.get(key.mchid) ?? {};
    for (const secret of [...SECRETS, apiV3Key, apiV2Key]) expect(text).not.toContain(secret);
  });
});
