import { describe, expect, it } from 'vitest';
import type { OrderApi } from '../../../testing/sandbox/calls.js';
import { APPID, MINUTE, newNumber, sharedSandbox, SUB_MCHID, v2, v3 } from './wire.js';

const shared = sharedSandbox();
const AMOUNT = { total: 888, currency: 'CNY' };
const FAMILIES = { 'v3-global': '/v3/global/transactions', v3: '/v3/pay/transactions' } as const;

async function placed(api: OrderApi | undefined) {
  const { sandbox, clock } = shared();
  const key = { mchid: sandbox.mchid, outTradeNo: newNumber() };
  const createdAt = clock.now - 6 * MINUTE;
  await sandbox.place({ ...key, amount: AMOUNT, createdAt, ...(api !== undefined && { api }) });
  /** What a call over an API is answered: a state or a code. */
  const ask = async (over: OrderApi, call: 'query' | 'close'): Promise<unknown> => {
    if (over === 'v2') {
      const path = call === 'query' ? '/pay/orderquery' : '/pay/closeorder';
      const { fields } = await v2(sandbox, path, { out_trade_no: key.outTradeNo });
      return fields['err_code'] ?? fields['trade_state'] ?? fields['result_code'];
    }
    const path = `${FAMILIES[over]}/out-trade-no/${key.outTradeNo}`;
    const { body, status } =
      call === 'query'
        ? await v3(sandbox, 'GET', `${path}?mchid=${key.mchid}`)
        : await v3(sandbox, 'POST', `${path}/close`, { mchid: key.mchid });
    return body?.['code'] ?? body?.['trade_state'] ?? status;
  };
  return { sandbox, key, ask };
}

describe('an order', () => {
  it.each<[OrderApi, OrderApi, string]>([
    ['v3-global', 'v3', 'ORDER_NOT_EXIST'],
    ['v3-global', 'v2', 'ORDERNOTEXIST'],
    ['v3', 'v3-global', 'ORDER_NOT_EXIST'],
    ['v3', 'v2', 'ORDERNOTEXIST'],
    ['v2', 'v3-global', 'ORDER_NOT_EXIST'],
  ])('that was placed over %s is not known over %s', async (api, over, code) => {
    const { sandbox, key, ask } = await placed(api);
    expect(await ask(over, 'query')).toBe(code);
    expect(await ask(over, 'close')).toBe(code);
    expect(sandbox.orders.find(key)?.state).toBe('NOTPAY');
    expect(await ask(api, 'query')).toBe('NOTPAY');
  });

  it('that was placed over v2 is known over APIv3 on the mainland', async () => {
    const { ask } = await placed('v2');
    expect(await ask('v3', 'query')).toBe('NOTPAY');
    expect(await ask('v3', 'close')).toBe(204);
    expect(await ask('v2', 'query')).toBe('CLOSED');
  });

  it.each<[OrderApi, OrderApi]>([
    ['v3-global', 'v3'],
    ['v3', 'v3-global'],
    ['v2', 'v3-global'],
  ])(
    'that was placed by hand, over no API, belongs to the first that asks for it: %s, not %s',
    async (first, other) => {
      const { ask } = await placed(undefined);
      expect(await ask(first, 'query')).toBe('NOTPAY');
      expect(await ask(other, 'query')).toBe('ORDER_NOT_EXIST');
    },
  );

  it('that is paid is found by WeChat Pay’s number over its own API only', async () => {
    const { sandbox, key } = await placed('v3-global');
    const payment = await sandbox.pay(key);
    const by = (path: string) => v3(sandbox, 'GET', `${path}/id/${payment?.transactionId}?mchid=${key.mchid}`);
    expect(await by(FAMILIES.v3)).toMatchObject({ status: 404 });
    expect(await by(FAMILIES['v3-global'])).toMatchObject({ body: { trade_state: 'SUCCESS' } });
  });

  it('is not placed once more over another API, though every word is the same', async () => {
    const { sandbox } = shared();
    const body = {
      mchid: sandbox.mchid,
      appid: APPID,
      description: 'Tea',
      out_trade_no: newNumber(),
      notify_url: 'https://shop.example/notifications',
      amount: AMOUNT,
    };
    expect(await v3(sandbox, 'POST', `${FAMILIES['v3-global']}/native`, body)).toMatchObject({ status: 200 });
    expect(await v3(sandbox, 'POST', `${FAMILIES.v3}/native`, body)).toMatchObject({ status: 400 });
  });
});

describe('sub_appid', () => {
  async function ofSub(subAppid?: string) {
    const { sandbox, clock } = shared();
    const key = { mchid: sandbox.mchid, subMchid: SUB_MCHID, outTradeNo: newNumber() };
    const createdAt = clock.now - 6 * MINUTE;
    await sandbox.place({ ...key, api: 'v2', amount: AMOUNT, createdAt, ...(subAppid !== undefined && { subAppid }) });
    const close = (fields: Record<string, string>) =>
      v2(sandbox, '/pay/closeorder', { sub_mch_id: SUB_MCHID, out_trade_no: key.outTradeNo, ...fields });
    return { sandbox, key, close };
  }
  const refused = { fields: { err_code: 'INVALID_REQUEST' } };

  it.each([[{}], [{ sub_appid: '' }], [{ sub_appid: 'wxother' }]])(
    'of the placement must be sent again: %j is refused',
    async (fields) => {
      const { sandbox, key, close } = await ofSub('wxsub');
      expect(await close(fields)).toMatchObject(refused);
      expect(sandbox.orders.find(key)?.state).toBe('NOTPAY');
      expect(await close({ sub_appid: 'wxsub' })).toMatchObject({ fields: { result_code: 'SUCCESS' } });
    },
  );

  it('that the placement had not must not be sent; an empty one is none', async () => {
    const { close } = await ofSub();
    expect(await close({ sub_appid: 'wxsub' })).toMatchObject(refused);
    expect(await close({ sub_appid: '' })).toMatchObject({ fields: { result_code: 'SUCCESS' } });
  });
});
