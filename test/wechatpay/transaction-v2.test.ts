import { describe, expect, it } from 'vitest';
import type { OrderRef } from '../../domain/orders/order.js';
import { parseTransactionV2 } from '../../wechatpay/transaction-v2.js';

/** As in the sample of the v2 query's page, whose order is paid. */
const SAMPLE = {
  return_code: 'SUCCESS',
  return_msg: 'OK',
  appid: 'wx2421b1c4370ec43b',
  mch_id: '10000100',
  device_info: '1000',
  nonce_str: 'TN55wO9Pba5yENl8',
  sign: 'BDF0099C15FF7BC6B1585FBB110AB635',
  result_code: 'SUCCESS',
  openid: 'oUpF8uN95-Ptaags6E_roPHg7AG0',
  is_subscribe: 'Y',
  trade_type: 'MICROPAY',
  bank_type: 'CCB_DEBIT',
  total_fee: '1',
  fee_type: 'CNY',
  transaction_id: '1008450740201411110005820873',
  out_trade_no: '1415757673',
  attach: 'order details',
  time_end: '20141111170043',
  trade_state: 'SUCCESS',
};
const ORDER: OrderRef = { api: 'v2', mchid: '10000100', outTradeNo: '1415757673' };
const BY_ID: OrderRef = { api: 'v2', mchid: '10000100', transactionId: SAMPLE.transaction_id };
const OF_SUB: OrderRef = { ...ORDER, subMchid: '1900000109' };

const parse = (changes: Record<string, string> = {}, order: OrderRef = ORDER) =>
  parseTransactionV2(new Map(Object.entries({ ...SAMPLE, ...changes })), order);

describe('a v2 transaction', () => {
  it('is read from the sample of the document, without openid and attached data', () => {
    expect(parse()).toEqual({
      tradeState: 'SUCCESS',
      payment: {
        transactionId: '1008450740201411110005820873',
        amount: { total: 1, currency: 'CNY' },
        paidAt: '2014-11-11T09:00:43Z',
      },
    });
  });

  it('is found by its transaction, where the order has nothing else', () => {
    expect(parse({}, BY_ID)).toMatchObject({ tradeState: 'SUCCESS' });
  });

  it("may be a sub-merchant's", () => {
    expect(parse({ sub_mch_id: '1900000109' }, OF_SUB)).toMatchObject({ tradeState: 'SUCCESS' });
  });

  it('is being paid where it is ACCEPTed, which waits for the money', () => {
    expect(parse({ trade_state: 'ACCEPT' })).toEqual({ tradeState: 'USERPAYING' });
  });

  it.each(['NOTPAY', 'CLOSED', 'REVOKED', 'USERPAYING', 'PAYERROR'])(
    'has nothing but its state when it is %s',
    (state) => {
      const thin = { mch_id: '10000100', out_trade_no: '1415757673', trade_state: state };
      expect(parseTransactionV2(new Map(Object.entries(thin)), ORDER)).toEqual({ tradeState: state });
      expect(parse({ trade_state: state })).toEqual({ tradeState: state });
    },
  );

  it('has its payment when it is refunded', () => {
    expect(parse({ trade_state: 'REFUND' })).toMatchObject({ tradeState: 'REFUND', payment: { amount: { total: 1 } } });
  });

  it.each([
    [{ fee_type: '' }, { total: 1, currency: 'CNY' }],
    [
      { fee_type: 'HKD', total_fee: '888' },
      { total: 888, currency: 'HKD' },
    ],
    [{ total_fee: '9007199254740991' }, { total: 9007199254740991, currency: 'CNY' }],
    [{ total_fee: '0' }, { total: 0, currency: 'CNY' }],
  ])('costs, with %j, %j', (changes, amount) => {
    expect(parse(changes)).toMatchObject({ payment: { amount } });
  });

  it('is in CNY where it does not say', () => {
    const { fee_type: _, ...rest } = SAMPLE;
    const amount = { total: 1, currency: 'CNY' };
    expect(parseTransactionV2(new Map(Object.entries(rest)), ORDER)).toMatchObject({ payment: { amount } });
  });

  it.each([
    [{ time_end: '20150101050000' }, '2014-12-31T21:00:00Z'],
    [{ time_end: '20240229235959' }, '2024-02-29T15:59:59Z'],
  ])('was paid, with %j of Beijing, at %s', (changes, paidAt) => {
    expect(parse(changes)).toMatchObject({ payment: { paidAt } });
  });

  it.each([
    [{ total_fee: '1.5' }, 'amount'],
    [{ total_fee: '-1' }, 'amount'],
    [{ total_fee: '1e3' }, 'amount'],
    [{ total_fee: '0x10' }, 'amount'],
    [{ total_fee: ' 1' }, 'amount'],
    [{ total_fee: '' }, 'amount'],
    [{ total_fee: '9007199254740992' }, 'amount'],
    [{ fee_type: 'cny' }, 'amount'],
    [{ transaction_id: '' }, 'transactionId'],
    [{ transaction_id: 'x'.repeat(65) }, 'transactionId'],
    [{ transaction_id: '<b>' }, 'transactionId'],
    [{ time_end: '' }, 'paidAt'],
    [{ time_end: '2014-11-11T17:00:43' }, 'paidAt'],
    [{ time_end: '20140230170043' }, 'paidAt'],
    [{ time_end: '20141311170043' }, 'paidAt'],
  ])('has null for what it does not say properly: %j', (changes, field) => {
    expect(parse(changes)).toMatchObject({ payment: { [field]: null } });
  });

  it.each<[object, string, OrderRef]>([
    [{ out_trade_no: '1415757674' }, 'another order number', ORDER],
    [{ out_trade_no: '' }, 'another order number', ORDER],
    [{ transaction_id: '1' }, 'another order number', BY_ID],
    [{ mch_id: '10000101' }, 'another merchant', ORDER],
    [{ mch_id: '' }, 'another merchant', ORDER],
    [{ sub_mch_id: '1900000110' }, 'another sub-merchant', OF_SUB],
    [{}, 'another sub-merchant', OF_SUB],
    [{ trade_state: 'accept' }, 'not documented', ORDER],
    [{ trade_state: '' }, 'not documented', ORDER],
  ])('decides nothing with %j: %s', (changes, fault, order) => {
    expect(parse({ ...changes }, order)).toEqual({ fault: expect.stringContaining(fault) });
  });
});
