import { describe, expect, it } from 'vitest';
import type { OrderRef } from '../../domain/orders/order.js';
import { parseTransaction } from '../../wechatpay/transaction.js';
import { parseJsonObject } from '../../wechatpay/json.js';

/** The example of the query's document (S3), as it stands there, cut to the fields around those that are read. */
const EXAMPLE = {
  id: '4200752501201407033233368018',
  appid: 'wx2421b1c4370ec43b',
  mchid: '20000100',
  out_trade_no: '20150806125346',
  payer: { openid: 'oUpF8uN95-Ptaags6E_roPHg7AG0' },
  amount: {
    total: 528800,
    currency: 'HKD',
    payer_total: 518799,
    payer_currency: 'CNY',
    exchange_rate: { rate: 8000000 },
  },
  trade_type: 'NATIVE',
  trade_state: 'SUCCESS',
  trade_state_desc: 'Payment successful',
  bank_type: 'CCB_DEBIT',
  attach: 'Payment test',
  success_time: '2018-06-08T10:34:56+08:00',
};
const ORDER = { api: 'v3-global', mchid: '20000100', outTradeNo: '20150806125346' } as const;
const OF_SUB = { ...ORDER, subMchid: '1900000109', appid: 'wx1', subAppid: 'wx2' } as const;

const parse = (changes: object = {}, order: OrderRef = ORDER) =>
  parseTransaction(parseJsonObject(Buffer.from(JSON.stringify({ ...EXAMPLE, ...changes }))), order);

describe('a transaction', () => {
  it('is read from the example of the document, without payer and attached data', () => {
    expect(parse()).toEqual({
      tradeState: 'SUCCESS',
      payment: {
        transactionId: '4200752501201407033233368018',
        amount: { total: 528800, currency: 'HKD' },
        paidAt: '2018-06-08T02:34:56Z',
      },
    });
  });

  it('may call its number transaction_id', () => {
    expect(parse({ id: undefined, transaction_id: 'T1' })).toMatchObject({ payment: { transactionId: 'T1' } });
  });

  it('is being paid where it is ACCEPTed, which waits for the money', () => {
    expect(parse({ trade_state: 'ACCEPT' })).toEqual({ tradeState: 'USERPAYING' });
  });

  it('needs nothing but number, merchant and state while it is unpaid', () => {
    const thin = JSON.stringify({ mchid: '20000100', out_trade_no: '20150806125346', trade_state: 'NOTPAY' });
    expect(parseTransaction(parseJsonObject(Buffer.from(thin)), ORDER)).toEqual({ tradeState: 'NOTPAY' });
  });

  it.each([
    [{ amount: undefined }, 'amount'],
    [{ amount: { total: '528800', currency: 'HKD' } }, 'amount'],
    [{ amount: { total: 5.5, currency: 'HKD' } }, 'amount'],
    [{ amount: { total: -1, currency: 'HKD' } }, 'amount'],
    [{ amount: { total: 888, currency: 'hkd' } }, 'amount'],
    [{ amount: { total: 888, currency: 'HKD ' } }, 'amount'],
    [{ amount: { total: 888 } }, 'amount'],
    [{ success_time: '2018-02-30T10:34:56+08:00' }, 'paidAt'],
    [{ id: undefined }, 'transactionId'],
    [{ id: 'x'.repeat(65) }, 'transactionId'],
    [{ id: '42\n# Paid' }, 'transactionId'],
    [{ success_time: '2018-06-08' }, 'paidAt'],
  ])('has null for what it does not say properly: %j', (changes, field) => {
    expect(parse(changes)).toMatchObject({ payment: { [field]: null } });
  });

  it.each([
    [{ out_trade_no: '20150806125347' }, 'another order number'],
    [{ mchid: '20000101' }, 'another merchant'],
    [{ mchid: undefined }, 'another merchant'],
    [{ trade_state: 'ACCEPTED' }, 'not documented'],
    [{ trade_state: undefined }, 'not documented'],
  ])('decides nothing with %j', (changes, fault) => {
    expect(parse(changes)).toEqual({ fault: expect.stringContaining(fault) });
  });

  it('may cost nothing', () => {
    const amount = { total: 0, currency: 'CNY' };
    expect(parse({ amount })).toMatchObject({ payment: { amount } });
  });

  const sub = { mchid: undefined, sp_mchid: '20000100', sub_mchid: '1900000109' };

  it.each<[object, OrderRef]>([
    [{}, { ...ORDER, appid: EXAMPLE.appid }],
    [{ appid: undefined }, { ...ORDER, appid: 'wx1' }],
    [{}, ORDER],
    [{ ...sub, sp_appid: 'wx1', sub_appid: 'wx2' }, OF_SUB],
    [sub, OF_SUB],
  ])('is ours where the apps are, or are not named on both sides: %j', (changes, order) => {
    expect(parse(changes, order)).toHaveProperty('tradeState');
  });

  it.each<[object, OrderRef]>([
    [{}, { ...ORDER, appid: 'wx1' }],
    [{ ...sub, sp_appid: 'wx0', sub_appid: 'wx2' }, OF_SUB],
    [{ ...sub, sp_appid: 'wx1', sub_appid: 'wx0' }, OF_SUB],
  ])("is another's where an app is: %j", (changes, order) => {
    expect(parse(changes, order)).toEqual({ fault: 'the answer is about another app' });
  });

  it.each([['[]'], ['null'], ['{'], [''], ['<xml/>']])('decides nothing when it is %s', (body) => {
    expect(parseTransaction(parseJsonObject(Buffer.from(body)), ORDER)).toEqual({
      fault: 'the answer is not a JSON object',
    });
  });

  it('decides nothing when it is not UTF-8', () => {
    const bytes = Buffer.concat([Buffer.from('{"mchid":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]);
    expect(parseTransaction(parseJsonObject(bytes), ORDER)).toHaveProperty('fault');
  });
});
