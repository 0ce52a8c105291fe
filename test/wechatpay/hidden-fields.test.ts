import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openNotificationV2 } from '../../wechatpay/notification-v2.js';
import { queryOrderV2 } from '../../wechatpay/orders-v2.js';
import { v2Signer } from '../../wechatpay/signature-v2.js';
import { buildXml } from '../../wechatpay/xml.js';
import { PAID, V2Server } from '../support/v2-server.js';
import { answerOf, failureOf } from '../support/wechatpay-failure.js';

const DECIDING = [
  ...['appid', 'bank_type', 'err_code', 'fee_type', 'mch_id', 'nonce_str', 'out_trade_no', 'refund_id', 'result_code'],
  ...['return_code', 'sign_type', 'sub_appid', 'sub_mch_id', 'time_end', 'total_fee', 'trade_state', 'transaction_id'],
];
const HARMLESS = [
  'a&b=c',
  'x&y',
  '&',
  'total_fee=1',
  'x&total_fees=1',
  'x&my_total_fee=1',
  'x&TOTAL_FEE=1',
  'x& mch_id=1',
];

let server: V2Server;
beforeAll(async () => {
  server = await V2Server.start();
});
afterAll(() => server.stop());

type Fields = Record<string, string>;

const GENUINE: Fields = {
  appid: 'wx8888888888888888',
  attach: 'mine',
  bank_type: 'CMC',
  cash_fee: '1',
  mch_id: '1900000109',
  nonce_str: 'ibuaiVcKdpRxkhJA',
  openid: PAID.openid,
  out_trade_no: 'CHEAP',
  result_code: 'SUCCESS',
  return_code: 'SUCCESS',
  time_end: PAID.time_end,
  total_fee: '1',
  trade_type: 'NATIVE',
  transaction_id: PAID.transaction_id,
};

/** What is signed of a message, but for the key. */
const textOf = (fields: Fields): string =>
  Object.keys(fields)
    .sort()
    .map((name) => `${name}=${fields[name]}`)
    .join('&');

function opened(fields: Fields, signedAs = fields) {
  const signer = v2Signer(server.key, 'MD5');
  const sign = signer.sign(new Map(Object.entries(signedAs)));
  const message = new Map(Object.entries({ ...fields, sign }));
  expect(signer.verifies(message)).toBe(true);
  const merchants = { find: (mchid: string) => (mchid === server.mchid ? server.merchant() : undefined) };
  return openNotificationV2(Buffer.from(buildXml(message)), merchants);
}

const REFUSED = { fault: 'malformed', mchid: '1900000109' };

describe('a notification of v2 that is really signed', () => {
  it('is taken', () => {
    expect(opened(GENUINE)).toMatchObject({ said: { notification: { order: { outTradeNo: 'CHEAP' } } } });
  });

  it('is refused where it is a genuine one of 1 fen, split so that another order is paid', () => {
    const victim = {
      attach: 'x',
      mch_id: server.mchid,
      nonce_str: 'n',
      out_trade_no: 'VICTIM',
      result_code: 'SUCCESS',
      return_code: 'SUCCESS',
      time_end: PAID.time_end,
      total_fee: '88800',
      transaction_id: PAID.transaction_id,
    };
    const attach = `${textOf(victim).slice('attach='.length)}&zz=`;
    const genuine = { ...GENUINE, attach };
    const leftOver = textOf(genuine).split('&zz=')[1] ?? '';
    const forged = { appid: 'wx8888888888888888', ...victim, zz: leftOver };
    expect(textOf(forged)).toBe(textOf(genuine));
    expect(opened(forged, genuine)).toEqual(REFUSED);
    expect(opened(genuine)).toEqual(REFUSED);
  });

  it('is refused where a currency was split off its attach', () => {
    const genuine: Fields = { ...GENUINE, attach: 'x&fee_type=USD&g=' };
    const forged: Fields = { ...genuine, attach: 'x', fee_type: 'USD', g: '&bank_type=CMC&cash_fee=1' };
    delete forged['bank_type'];
    delete forged['cash_fee'];
    expect(textOf(forged)).toBe(textOf(genuine));
    expect(opened(forged, genuine)).toEqual(REFUSED);
  });

  it.each(DECIDING)('is refused where a value holds &%s=', (name) => {
    expect(opened({ ...GENUINE, attach: `x&${name}=1` })).toEqual(REFUSED);
    expect(opened({ ...GENUINE, zz: `&${name}=` })).toEqual(REFUSED);
  });

  it.each(HARMLESS)('is taken with %j in its attach', (attach) => {
    expect(opened({ ...GENUINE, attach })).toMatchObject({ mchid: server.mchid, said: { of: 'order' } });
  });
});

describe('an answer of v2 that is really signed', () => {
  const query = (changes: Fields, state: 'SUCCESS' | 'NOTPAY' = 'SUCCESS') => {
    const order = server.place(state === 'SUCCESS' ? { state, paid: PAID } : { state });
    server.twist({ fields: changes });
    return queryOrderV2(server.merchant(), order);
  };

  it.each(DECIDING)('decides nothing where a value holds &%s=', async (name) => {
    const { facts } = await failureOf(query({ attach: `x&${name}=1` }));
    expect(facts).toMatchObject({ code: 'LOCAL_UNVERIFIED', kind: 'unknown', status: 200 });
    expect(facts.what).toBe('the sign fits other fields too: a value holds &NAME= of one that decides');
  });

  it.each(HARMLESS)('is believed with %j in its attach', async (attach) => {
    expect(await answerOf(query({ attach }))).toMatchObject({
      tradeState: 'SUCCESS',
      payment: { amount: { total: 888 } },
    });
  });

  it('cannot be split so that an unpaid order does not exist', async () => {
    const split = (xml: string) =>
      xml.replace('x&err_code=ORDERNOTEXIST]]></attach>', 'x]]></attach><err_code>ORDERNOTEXIST</err_code>');
    server.twist({ fields: { attach: 'x&err_code=ORDERNOTEXIST' }, xml: split });
    const { facts } = await failureOf(queryOrderV2(server.merchant(), server.place()));
    expect(facts).toMatchObject({ code: 'ORDER_NOT_EXIST', kind: 'unknown' });
  });
});
