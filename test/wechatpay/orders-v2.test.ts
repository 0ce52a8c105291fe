import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeOrderV2, queryOrderV2 } from '../../wechatpay/orders-v2.js';
import type { SignType } from '../../wechatpay/signature-v2.js';
import { PAID, V2Server, type V2Order } from '../support/v2-server.js';
import { answerOf, failureOf } from '../support/wechatpay-failure.js';

let server: V2Server;
beforeAll(async () => {
  server = await V2Server.start();
});
afterAll(() => server.stop());

describe('a v2 query', () => {
  it.each<SignType>(['MD5', 'HMAC-SHA256'])('reports an unpaid order, signed with %s', async (signType) => {
    expect(await answerOf(queryOrderV2(server.merchant(signType), server.place()))).toEqual({
      tradeState: 'NOTPAY',
      requestId: null,
    });
  });

  it('reports a payment, and drops the payer', async () => {
    const answer = await answerOf(queryOrderV2(server.merchant(), server.place({ state: 'SUCCESS', paid: PAID })));
    expect(answer).toEqual({
      tradeState: 'SUCCESS',
      payment: {
        transactionId: PAID.transaction_id,
        amount: { total: 888, currency: 'HKD' },
        paidAt: '2018-06-08T02:34:56Z',
      },
      requestId: null,
    });
  });

  it('asks by the transaction, where the order has nothing else', async () => {
    const transactionId = 'TONLY';
    server.place({ state: 'REFUND', paid: { ...PAID, transaction_id: transactionId } });
    const answer = await answerOf(queryOrderV2(server.merchant(), { api: 'v2', mchid: server.mchid, transactionId }));
    expect(answer).toMatchObject({ tradeState: 'REFUND', payment: { transactionId } });
    expect(server.lastRequest.fields.has('out_trade_no')).toBe(false);
  });

  it('keeps the Request-ID where the answer has one', async () => {
    server.twist({ headers: { 'request-id': 'R-1' } });
    expect(await answerOf(queryOrderV2(server.merchant(), server.place()))).toMatchObject({ requestId: 'R-1' });
  });

  it('sends what S2 and the query name, and no sign_type for MD5', async () => {
    const order = server.place();
    await answerOf(queryOrderV2(server.merchant(), order));
    const { path, fields } = server.lastRequest;
    expect(path).toBe('/pay/orderquery');
    expect(Object.fromEntries(fields)).toEqual({
      appid: 'wx8888888888888888',
      mch_id: server.mchid,
      out_trade_no: order.outTradeNo,
      nonce_str: expect.stringMatching(/^\w{1,32}$/),
      sign: expect.stringMatching(/^[0-9A-F]{32}$/),
    });
  });

  it('sends sign_type for HMAC-SHA256, and a sign of 64 digits (the sample of S2 has 32)', async () => {
    await answerOf(queryOrderV2(server.merchant('HMAC-SHA256'), server.place()));
    const { fields } = server.lastRequest;
    expect(fields.get('sign_type')).toBe('HMAC-SHA256');
    expect(fields.get('sign')).toMatch(/^[0-9A-F]{64}$/);
  });

  it('signs each attempt anew', async () => {
    const order = server.place();
    await answerOf(queryOrderV2(server.merchant(), order));
    const first = server.lastRequest.fields.get('nonce_str');
    await answerOf(queryOrderV2(server.merchant(), order));
    expect(server.lastRequest.fields.get('nonce_str')).not.toBe(first);
  });

  it('names the sub-merchant and the apps of the order', async () => {
    const order = { ...server.place(), subMchid: '1900000110', appid: 'wx1', subAppid: 'wx2' };
    expect(await answerOf(queryOrderV2(server.merchant(), order))).toMatchObject({ tradeState: 'NOTPAY' });
    const { fields } = server.lastRequest;
    expect(['appid', 'sub_appid', 'sub_mch_id'].map((name) => fields.get(name))).toEqual(['wx1', 'wx2', '1900000110']);
  });

  it('takes a signed not-found for an answer', async () => {
    const answer = await answerOf(
      queryOrderV2(server.merchant(), { api: 'v2', mchid: server.mchid, outTradeNo: 'unheard-of' }),
    );
    expect(answer).toEqual({ tradeState: 'NOT_FOUND', code: 'ORDER_NOT_EXIST', requestId: null });
  });

  it('takes a signed USERPAYING for an answer', async () => {
    server.twist({ fields: { result_code: 'FAIL', err_code: 'USERPAYING' } });
    expect(await answerOf(queryOrderV2(server.merchant(), server.place()))).toEqual({
      tradeState: 'USERPAYING',
      requestId: null,
    });
  });

  it('fails with SYSTEMERROR, which is retried, and says what WeChat Pay said', async () => {
    server.twist({ fields: { result_code: 'FAIL', err_code: 'SYSTEMERROR', err_code_des: '系统超时' } });
    const { facts } = await failureOf(queryOrderV2(server.merchant(), server.place()));
    expect(facts).toMatchObject({ code: 'SYSTEM_ERROR', kind: 'retry', status: 200, mayHaveTakenEffect: true });
    expect(facts).toMatchObject({ rawCode: 'SYSTEMERROR' });
    expect(facts.what).toBe('result_code FAIL (signed): 系统超时');
  });

  it('asks a person about a code that is not documented', async () => {
    server.twist({ fields: { result_code: 'FAIL', err_code: 'BRAND_NEW' } });
    const { facts } = await failureOf(queryOrderV2(server.merchant(), server.place()));
    expect(facts).toMatchObject({ code: 'BRAND_NEW', kind: 'fatal' });
  });

  it('does not take a success that carries a code for one', async () => {
    server.twist({ fields: { err_code: 'SYSTEMERROR' } });
    const { facts } = await failureOf(queryOrderV2(server.merchant(), server.place()));
    expect(facts).toMatchObject({ code: 'SYSTEM_ERROR', kind: 'retry' });
  });

  it.each([
    [{ out_trade_no: 'another' }, 'order number'],
    [{ mch_id: '1900000110' }, 'merchant'],
    [{ mch_id: '' }, 'merchant'],
    [{ sub_mch_id: '1900000110' }, 'sub-merchant'],
    [{ appid: 'wx0' }, 'app'],
    [{ result_code: 'FAIL', err_code: 'ORDERNOTEXIST', mch_id: '1900000110' }, 'merchant'],
    [{ result_code: 'FAIL', err_code: 'ORDERNOTEXIST', out_trade_no: 'another' }, 'order number'],
    [{ result_code: 'FAIL', err_code: 'USERPAYING', out_trade_no: 'another' }, 'order number'],
  ])('decides nothing when the answer is about another: %j', async (fields, mismatch) => {
    server.twist({ fields });
    const { facts } = await failureOf(queryOrderV2(server.merchant(), server.place()));
    expect(facts).toMatchObject({ code: 'LOCAL_UNREADABLE', kind: 'unknown' });
    expect(facts.what).toBe(`the answer is about another ${mismatch}`);
  });

  it('decides nothing when a refusal is about another transaction than was asked for', async () => {
    server.twist({ fields: { result_code: 'FAIL', err_code: 'ORDERNOTEXIST', transaction_id: 'T-OTHER' } });
    const order = { api: 'v2', mchid: server.mchid, transactionId: 'T-OURS' } as const;
    const { facts } = await failureOf(queryOrderV2(server.merchant(), order));
    expect(facts).toMatchObject({ code: 'LOCAL_UNREADABLE', what: 'the answer is about another order number' });
  });

  it('does not mind ids that an answer leaves out, or the merchant as its own sub-merchant', async () => {
    server.twist({ fields: { appid: '', sub_mch_id: server.mchid } });
    expect(await answerOf(queryOrderV2(server.merchant(), server.place()))).toMatchObject({ tradeState: 'NOTPAY' });
  });

  it.each<[string, object]>([
    ['a sub-merchant that is not named', { sub_mch_id: '' }],
    ['another sub-merchant', { sub_mch_id: '1900000111' }],
    ['another app of it', { sub_appid: 'wx0' }],
    ['a refusal that names no sub-merchant', { result_code: 'FAIL', err_code: 'ORDERNOTEXIST', sub_mch_id: '' }],
  ])('decides nothing in institutional mode with %s', async (_, fields) => {
    server.twist({ fields: { ...fields } });
    const order = { ...server.place(), subMchid: '1900000110', subAppid: 'wx2' };
    expect((await failureOf(queryOrderV2(server.merchant(), order))).facts.code).toBe('LOCAL_UNREADABLE');
  });

  it.each([
    ['a result that is not documented', { result_code: 'MAYBE' }],
    ['a return_code that is not documented', { return_code: 'MAYBE' }],
    ['no result', { result_code: '' }],
  ])('decides nothing with %s', async (_, fields) => {
    server.twist({ fields });
    expect((await failureOf(queryOrderV2(server.merchant(), server.place()))).facts.code).toBe('LOCAL_UNREADABLE');
  });

  it('decides nothing with a refusal that has no code', async () => {
    server.twist({ fields: { result_code: 'FAIL' } });
    const { facts } = await failureOf(queryOrderV2(server.merchant(), server.place()));
    expect(facts).toMatchObject({ code: 'HTTP_200', kind: 'unknown' });
  });
});

describe('a v2 close', () => {
  it.each<SignType>(['MD5', 'HMAC-SHA256'])('closes an unpaid order, signed with %s', async (signType) => {
    const order = server.place();
    expect(await answerOf(closeOrderV2(server.merchant(signType), order))).toEqual({
      answer: 'accepted',
      requestId: null,
    });
    expect(server.orders.get(order.outTradeNo)?.state).toBe('CLOSED');
    expect(server.lastRequest.path).toBe('/pay/closeorder');
  });

  it.each<[V2Order, string, string]>([
    [{ state: 'CLOSED' }, 'alreadyClosed', 'ORDER_CLOSED'],
    [{ state: 'SUCCESS', paid: PAID }, 'paid', 'ORDERPAID'],
  ])('is told that the order is %j', async (order, answer, code) => {
    expect(await answerOf(closeOrderV2(server.merchant(), server.place(order)))).toEqual({
      answer,
      code,
      requestId: null,
    });
  });

  it('is told that the order is not found', async () => {
    const answer = await answerOf(
      closeOrderV2(server.merchant(), { api: 'v2', mchid: server.mchid, outTradeNo: 'unheard-of' }),
    );
    expect(answer).toMatchObject({ answer: 'notFound', code: 'ORDER_NOT_EXIST' });
  });

  it.each(['1900000110', ''])('is not believed to be done by an answer whose merchant is %j', async (mchid) => {
    server.twist({ fields: { mch_id: mchid } });
    const { facts } = await failureOf(closeOrderV2(server.merchant(), server.place()));
    expect(facts).toMatchObject({ code: 'LOCAL_UNREADABLE', kind: 'unknown', mayHaveTakenEffect: true });
  });

  it('cannot be told that the order is paid by a refusal that is another merchant’s', async () => {
    server.twist({ fields: { mch_id: '1900000110' } });
    const { facts } = await failureOf(closeOrderV2(server.merchant(), server.place({ state: 'SUCCESS', paid: PAID })));
    expect(facts).toMatchObject({ code: 'LOCAL_UNREADABLE', mayHaveTakenEffect: true });
  });

  it.each<[string, object]>([
    ['about another order', { out_trade_no: 'another' }],
    ['about another order, which is paid', { result_code: 'FAIL', err_code: 'ORDERPAID', out_trade_no: 'another' }],
    ['a query’s', { trade_state: 'SUCCESS' }],
    ['a query’s, refused', { result_code: 'FAIL', err_code: 'ORDERCLOSED', trade_state: 'CLOSED' }],
  ])('decides nothing when the answer is %s', async (_, fields) => {
    server.twist({ fields: { ...fields } });
    const { facts } = await failureOf(closeOrderV2(server.merchant(), server.place()));
    expect(facts).toMatchObject({ code: 'LOCAL_UNREADABLE', kind: 'unknown', mayHaveTakenEffect: true });
  });

  it('of an institution decides nothing when the answer names no sub-merchant', async () => {
    server.twist({ fields: { sub_mch_id: '' } });
    const { facts } = await failureOf(closeOrderV2(server.merchant(), { ...server.place(), subMchid: '1900000110' }));
    expect(facts).toMatchObject({ code: 'LOCAL_UNREADABLE', what: 'the answer is about another sub-merchant' });
  });

  it('may have taken effect where a success carries a code', async () => {
    server.twist({ fields: { err_code: 'NOAUTH' } });
    const { facts } = await failureOf(closeOrderV2(server.merchant(), server.place()));
    expect(facts).toMatchObject({ code: 'NO_AUTH', mayHaveTakenEffect: true });
  });

  it('knows nothing after SYSTEMERROR, for it may have taken effect', async () => {
    server.twist({ fields: { result_code: 'FAIL', err_code: 'SYSTEMERROR' } });
    const order = server.place();
    const { facts } = await failureOf(closeOrderV2(server.merchant(), order));
    expect(facts).toMatchObject({ code: 'SYSTEM_ERROR', mayHaveTakenEffect: true });
    expect(server.orders.get(order.outTradeNo)?.state).toBe('CLOSED');
  });

  it('knows that a refusal for good did nothing', async () => {
    server.twist({ fields: { result_code: 'FAIL', err_code: 'NOAUTH' } });
    const { facts } = await failureOf(closeOrderV2(server.merchant(), server.place()));
    expect(facts).toMatchObject({ code: 'NO_AUTH', kind: 'fatal', mayHaveTakenEffect: false });
  });

  it('knows nothing when the answer was lost, though it took effect', async () => {
    server.twist({ cut: true });
    const order = server.place();
    const { facts } = await failureOf(closeOrderV2(server.merchant(), order));
    expect(facts).toMatchObject({ code: 'LOCAL_NO_ANSWER', kind: 'unknown', mayHaveTakenEffect: true, status: null });
    expect(server.orders.get(order.outTradeNo)?.state).toBe('CLOSED');
  });

  it('is sent once, whatever comes back', async () => {
    const before = server.received.length;
    server.twist({ status: 500 });
    await failureOf(closeOrderV2(server.merchant(), server.place()));
    expect(server.received).toHaveLength(before + 1);
  });

  it('of an order that has no number of the merchant’s is not sent: a person must fix it', async () => {
    const before = server.received.length;
    const { facts } = await failureOf(
      closeOrderV2(server.merchant(), { api: 'v2', mchid: server.mchid, transactionId: PAID.transaction_id }),
    );
    expect(facts).toMatchObject({ code: 'LACK_PARAMS', kind: 'fatal', mayHaveTakenEffect: false });
    expect(facts.what).toContain('out_trade_no');
    expect(server.received).toHaveLength(before);
  });
});
