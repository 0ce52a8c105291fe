import { describe, expect, it } from 'vitest';
import { APPID, MINUTE, newNumber, NOON, sharedSandbox, SUB_MCHID, v3 } from './wire.js';

const AMOUNT = { total: 888, currency: 'HKD' };

const shared = sharedSandbox();

/** Each way of APIv3: its paths, and how whoever asks names himself. */
const WAYS = {
  'global, common mode': {
    path: '/v3/global/transactions',
    place: '/v3/global/transactions/native',
    merchant: (mchid: string) => ({ mchid }),
    apps: { appid: APPID },
    idName: 'id',
    sub: undefined,
  },
  'global, institutional mode': {
    path: '/v3/global/transactions',
    place: '/v3/global/transactions/native',
    merchant: (mchid: string) => ({ sp_mchid: mchid, sub_mchid: SUB_MCHID }),
    apps: { sp_appid: APPID },
    idName: 'id',
    sub: SUB_MCHID,
  },
  'mainland, direct': {
    path: '/v3/pay/transactions',
    place: '/v3/pay/transactions/native',
    merchant: (mchid: string) => ({ mchid }),
    apps: { appid: APPID },
    idName: 'transaction_id',
    sub: undefined,
  },
  'mainland, partner': {
    path: '/v3/pay/partner/transactions',
    place: '/v3/pay/partner/transactions/native',
    merchant: (mchid: string) => ({ sp_mchid: mchid, sub_mchid: SUB_MCHID }),
    apps: { sp_appid: APPID },
    idName: 'transaction_id',
    sub: SUB_MCHID,
  },
} as const;

async function placed(way: (typeof WAYS)[keyof typeof WAYS], changes: Record<string, unknown> = {}) {
  const { sandbox, clock } = shared();
  const number = newNumber();
  const merchant = way.merchant(sandbox.mchid);
  const query = new URLSearchParams(merchant).toString();
  const order = {
    ...merchant,
    ...way.apps,
    description: 'Tea',
    out_trade_no: number,
    notify_url: 'https://shop.example/notifications',
    amount: AMOUNT,
    ...changes,
  };
  const place = (more: Record<string, unknown> = {}) => v3(sandbox, 'POST', way.place, { ...order, ...more });
  const key = { mchid: sandbox.mchid, subMchid: way.sub, outTradeNo: number };
  return {
    sandbox,
    clock,
    order,
    merchant,
    key,
    number,
    place,
    first: await place(),
    query: (other = number) => v3(sandbox, 'GET', `${way.path}/out-trade-no/${other}?${query}`),
    queryById: (id: string) => v3(sandbox, 'GET', `${way.path}/id/${id}?${query}`),
    close: () => v3(sandbox, 'POST', `${way.path}/out-trade-no/${number}/close`, merchant),
  };
}

describe.each(Object.entries(WAYS))('an order of APIv3, %s,', (_, way) => {
  it('is placed, and an answer says only that it is not paid', async () => {
    const { first, query, merchant, key, number, sandbox } = await placed(way);
    expect(first).toMatchObject({ status: 200, body: { code_url: expect.stringContaining('weixin://') } });
    expect(first.fault).toBeUndefined();
    const answer = await query();
    expect(answer.fault).toBeUndefined();
    expect(answer.body).toEqual({
      ...merchant,
      ...way.apps,
      out_trade_no: number,
      trade_state: 'NOTPAY',
      trade_state_desc: 'Order not paid',
    });
    const notifyUrl = 'https://shop.example/notifications';
    expect(sandbox.orders.find(key)).toMatchObject({ amount: AMOUNT, appid: APPID, notifyUrl, createdAt: NOON });
  });

  it('is closed five minutes after its placement, with a signed 204, and not before', async () => {
    const { clock, close, query } = await placed(way);
    clock.now += 5 * MINUTE - 1;
    expect(await close()).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' }, fault: undefined });
    clock.now += 1;
    expect(await close()).toMatchObject({ status: 204, body: undefined, fault: undefined });
    expect((await query()).body).toMatchObject({ trade_state: 'CLOSED' });
    expect(await close()).toMatchObject({ status: 400, body: { code: 'ORDER_CLOSED' }, fault: undefined });
  });

  it('is paid, and then found by either number, with everything that is known', async () => {
    const { sandbox, key, query, queryById, close } = await placed(way);
    const payment = await sandbox.pay(key);
    const { body, fault } = await query();
    expect(fault).toBeUndefined();
    expect(body).toMatchObject({
      [way.idName]: payment?.transactionId,
      trade_state: 'SUCCESS',
      amount: { ...AMOUNT, payer_total: 888 },
      success_time: '2026-03-02T20:00:00+08:00',
      payer: way.sub === undefined ? { openid: expect.any(String) } : { sp_openid: expect.any(String) },
    });
    expect((await queryById(payment?.transactionId ?? '')).body).toEqual(body);
    expect(await close()).toMatchObject({ status: 400, body: { code: 'ORDERPAID' }, fault: undefined });
  });

  it('is not known under another number, nor to another merchant', async () => {
    const { sandbox, key, number, query, queryById } = await placed(way);
    const payment = await sandbox.pay(key);
    const notExist = { status: 404, body: { code: 'ORDER_NOT_EXIST' }, fault: undefined };
    expect(await query(newNumber())).toMatchObject(notExist);
    expect(await queryById('42000000')).toMatchObject(notExist);
    const others = new URLSearchParams({ sp_mchid: sandbox.mchid, sub_mchid: '1900000333' }).toString();
    const path = way.path.replace('/pay/transactions', '/pay/partner/transactions');
    for (const which of [`out-trade-no/${number}`, `id/${payment?.transactionId}`]) {
      expect(await v3(sandbox, 'GET', `${path}/${which}?${others}`)).toMatchObject(notExist);
    }
  });

  it('is told that an order which the shopper is paying cannot be closed', async () => {
    const { sandbox, clock, key, close } = await placed(way);
    clock.now += 5 * MINUTE;
    await sandbox.become(key, 'USERPAYING');
    expect(await close()).toMatchObject({ status: 400, body: { code: 'USERPAYING' } });
  });
});

describe('the number of an order', () => {
  const way = WAYS['mainland, direct'];

  it('may be sent again with the same parameters while it is unpaid, in any order of fields', async () => {
    const { first, order, sandbox, key } = await placed(way);
    const before = sandbox.orders.find(key);
    const again = Object.fromEntries(Object.entries(order).reverse());
    expect(await v3(sandbox, 'POST', way.place, again)).toMatchObject({ status: 200, body: first.body });
    expect(sandbox.orders.find(key)).toBe(before);
  });

  it('is not taken with other parameters', async () => {
    const { place, sandbox, key } = await placed(way);
    expect(await place({ amount: { total: 1, currency: 'HKD' } })).toMatchObject({
      status: 400,
      body: { code: 'INVALID_REQUEST' },
    });
    expect(sandbox.orders.find(key)?.amount).toEqual(AMOUNT);
  });

  it.each([
    ['CLOSED', 'ORDER_CLOSED'],
    ['SUCCESS', 'ORDERPAID'],
  ] as const)('is not taken again once its order is %s', async (state, code) => {
    const { place, sandbox, key } = await placed(way);
    await sandbox.become(key, state);
    expect(await place()).toMatchObject({ status: 400, body: { code } });
  });

  it('has six characters or more on the mainland, and one or more overseas', async () => {
    const { query } = await placed(way);
    const detail = { field: 'out_trade_no', value: 'SHORT', location: 'url', issue: expect.any(String) };
    expect(await query('SHORT')).toMatchObject({ status: 400, body: { code: 'PARAM_ERROR', detail } });
    const overseas = await placed(WAYS['global, common mode']);
    expect(await overseas.query('S')).toMatchObject({ status: 404 });
    expect(await overseas.query(encodeURIComponent('S@'))).toMatchObject({
      status: 400,
      body: { code: 'PARAM_ERROR' },
    });
  });
});

describe('a placement', () => {
  const way = WAYS['global, common mode'];

  it('says until when the order can be paid', async () => {
    const { sandbox, clock, key } = await placed(way, { time_expire: '2026-03-02T20:15:00+08:00' });
    clock.now = Date.parse('2026-03-02T12:15:00Z');
    expect(await sandbox.pay(key)).toBeUndefined();
    clock.now -= 1;
    expect(await sandbox.pay(key)).toMatchObject({ amount: AMOUNT });
  });

  it.each([
    ['is over already', { time_expire: '2026-03-02T20:00:00+08:00' }, 'INVALID_REQUEST'],
    ['is of an app that is not the merchant’s', { appid: 'wx0000000000000000' }, 'APPID_MCHID_NOT_MATCH'],
    ['is of another merchant', { mchid: '1900000333' }, 'NO_AUTH'],
    ['has no amount', { amount: undefined }, 'PARAM_ERROR'],
    ['has an amount that is not an integer', { amount: { total: 8.88, currency: 'HKD' } }, 'PARAM_ERROR'],
    ['has no time zone in time_expire', { time_expire: '2026-03-02T20:00:00' }, 'PARAM_ERROR'],
  ])('is refused where it %s', async (_name, changes, code) => {
    const { first, sandbox, number } = await placed(way, changes);
    expect(first).toMatchObject({ body: { code }, fault: undefined });
    expect(sandbox.orders.all().map(({ outTradeNo }) => outTradeNo)).not.toContain(number);
  });
});

describe('a close', () => {
  it('by transaction id is overseas only, and finds a paid order, since no other has one', async () => {
    const { sandbox, key, merchant } = await placed(WAYS['global, common mode']);
    const payment = await sandbox.pay(key);
    const path = `id/${payment?.transactionId}/close`;
    const overseas = await v3(sandbox, 'POST', `/v3/global/transactions/${path}`, merchant);
    expect(overseas).toMatchObject({ status: 400, body: { code: 'ORDERPAID' }, fault: undefined });
    const mainland = await v3(sandbox, 'POST', `/v3/pay/transactions/${path}`, merchant);
    expect(mainland).toMatchObject({ status: 404, fault: 'unsigned' });
  });

  it('is a POST', async () => {
    const { sandbox, number } = await placed(WAYS['global, common mode']);
    const target = `/v3/global/transactions/out-trade-no/${number}/close?mchid=${sandbox.mchid}`;
    expect(await v3(sandbox, 'GET', target)).toMatchObject({ body: { code: 'REQUIRE_POST_METHOD' }, fault: undefined });
  });

  it.each([[{}], [{ sp_mchid: '1900000109' }], [undefined]])('names its merchant whole: %o does not', async (body) => {
    const { sandbox, key, number } = await placed(WAYS['global, common mode']);
    const answer = await v3(sandbox, 'POST', `/v3/global/transactions/out-trade-no/${number}/close`, body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'PARAM_ERROR', detail: { location: 'body' } } });
    expect(sandbox.orders.find(key)?.state).toBe('NOTPAY');
  });
});

describe('the ledger', () => {
  it('has every call, with both clocks, and what was answered', async () => {
    const { sandbox, clock, number, query, close } = await placed(WAYS['mainland, partner']);
    clock.now += 5 * MINUTE;
    const before = Date.now();
    await query();
    await close();
    const entries = sandbox.ledger.entries(number);
    expect(entries.map(({ call, answer }) => `${call} ${answer}`)).toEqual(['place 200', 'query NOTPAY', 'close 204']);
    expect(entries[2]).toMatchObject({ api: 'v3', mchid: sandbox.mchid, subMchid: SUB_MCHID, at: clock.now });
    expect(entries[2]?.receivedAt).toBeGreaterThanOrEqual(before);
    expect(entries[2]?.nonce).not.toBe(entries[1]?.nonce);
    expect(Number(entries[2]?.timestamp)).toBeGreaterThanOrEqual(Math.floor(before / 1000));
  });
});
