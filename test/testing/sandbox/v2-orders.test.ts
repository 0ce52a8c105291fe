import { describe, expect, it } from 'vitest';
import { buildXml } from '../../../wechatpay/xml.js';
import { APPID, merchantOf, MINUTE, newNumber, NOON, sharedSandbox, SUB_MCHID, v2, v2Raw } from './wire.js';

const shared = sharedSandbox();

const WAYS = [
  { signType: 'MD5', mode: 'common', more: {} },
  { signType: 'HMAC-SHA256', mode: 'common', more: {} },
  { signType: 'MD5', mode: 'institutional', more: { sub_mch_id: SUB_MCHID } },
  { signType: 'HMAC-SHA256', mode: 'institutional', more: { sub_mch_id: SUB_MCHID, sub_appid: 'wxsub' } },
] as const;

type Way = (typeof WAYS)[number];

async function placed({ signType, more }: Pick<Way, 'signType' | 'more'>, changes: Record<string, string> = {}) {
  const { sandbox, clock } = shared();
  const number = newNumber();
  const order = {
    ...more,
    out_trade_no: number,
    body: 'Tea',
    total_fee: '888',
    spbill_create_ip: '127.0.0.1',
    notify_url: 'https://shop.example/notifications',
    trade_type: 'NATIVE',
    ...changes,
  };
  const key = {
    mchid: sandbox.mchid,
    subMchid: 'sub_mch_id' in more ? more.sub_mch_id : undefined,
    outTradeNo: number,
  };
  const place = (again: Record<string, string> = {}) =>
    v2(sandbox, '/pay/unifiedorder', { ...order, ...again }, signType);
  return {
    sandbox,
    clock,
    number,
    key,
    place,
    first: await place(),
    query: (fields: Record<string, string> = { out_trade_no: number }) =>
      v2(sandbox, '/pay/orderquery', { ...more, ...fields }, signType),
    close: (fields: Record<string, string> = {}) =>
      v2(sandbox, '/pay/closeorder', { ...more, out_trade_no: number, ...fields }, signType),
  };
}

const refused = (code: string) => ({
  status: 200,
  isVerified: true,
  fields: { return_code: 'SUCCESS', result_code: 'FAIL', err_code: code },
});

describe.each(WAYS)('an order of v2, $mode mode, signed with $signType,', (way) => {
  it('is placed, and an answer says only that it is not paid', async () => {
    const { sandbox, number, key, first, query } = await placed(way);
    expect(first).toMatchObject({ isVerified: true, fields: { result_code: 'SUCCESS', trade_type: 'NATIVE' } });
    expect(first.fields['code_url']).toContain('weixin://');
    const { fields, isVerified } = await query();
    expect(isVerified).toBe(true);
    expect(fields).toEqual({
      return_code: 'SUCCESS',
      return_msg: 'OK',
      result_code: 'SUCCESS',
      appid: APPID,
      mch_id: sandbox.mchid,
      ...way.more,
      nonce_str: expect.any(String),
      sign: expect.stringMatching(way.signType === 'MD5' ? /^[0-9A-F]{32}$/ : /^[0-9A-F]{64}$/),
      out_trade_no: number,
      trade_state: 'NOTPAY',
      trade_state_desc: 'NOTPAY',
    });
    const amount = { total: 888, currency: 'CNY' };
    expect(sandbox.orders.find(key)).toMatchObject({ api: 'v2', amount, createdAt: NOON, signType: way.signType });
  });

  it('is closed five minutes after its placement, by an answer that names no order, and not before', async () => {
    const { sandbox, clock, close, query } = await placed(way);
    clock.now += 5 * MINUTE - 1;
    expect(await close()).toMatchObject(refused('INVALID_REQUEST'));
    clock.now += 1;
    const { fields, isVerified } = await close();
    expect(isVerified).toBe(true);
    expect(fields).toEqual({
      return_code: 'SUCCESS',
      return_msg: 'OK',
      result_code: 'SUCCESS',
      result_msg: 'OK',
      appid: APPID,
      mch_id: sandbox.mchid,
      ...way.more,
      nonce_str: expect.any(String),
      sign: expect.any(String),
    });
    expect((await query()).fields).toMatchObject({ trade_state: 'CLOSED' });
    expect(await close()).toMatchObject(refused('ORDERCLOSED'));
  });

  it('is paid, and then found by either number, with everything that is known', async () => {
    const { sandbox, key, query, close } = await placed(way);
    const payment = await sandbox.pay(key);
    const { fields } = await query();
    expect(fields).toMatchObject({
      trade_state: 'SUCCESS',
      total_fee: '888',
      transaction_id: payment?.transactionId,
      time_end: '20260302200000',
    });
    expect(fields).not.toHaveProperty('fee_type');
    const byId = await query({ transaction_id: payment?.transactionId ?? '' });
    expect(byId.fields).toMatchObject({ out_trade_no: key.outTradeNo, trade_state: 'SUCCESS' });
    expect(await close()).toMatchObject(refused('ORDERPAID'));
  });

  it('is not known under another number', async () => {
    const { query, close } = await placed(way);
    const other = { out_trade_no: newNumber() };
    expect(await query(other)).toMatchObject(refused('ORDERNOTEXIST'));
    expect(await close(other)).toMatchObject(refused('ORDERNOTEXIST'));
  });
});

const COMMON = WAYS[0];

describe('the number of a v2 order', () => {
  it('may be sent again with the same parameters while it is unpaid, and with no others', async () => {
    const { first, place } = await placed(COMMON);
    expect((await place()).fields).toMatchObject({ code_url: first.fields['code_url'] });
    expect(await place({ total_fee: '1' })).toMatchObject(refused('OUT_TRADE_NO_USED'));
  });

  it.each([
    ['SUCCESS', 'ORDERPAID'],
    ['CLOSED', 'ORDERCLOSED'],
  ] as const)('is not taken again once its order is %s', async (state, code) => {
    const { place, sandbox, key } = await placed(COMMON);
    await sandbox.become(key, state);
    expect(await place()).toMatchObject(refused(code));
  });
});

describe('a v2 placement', () => {
  it('says until when the order can be paid, in Beijing time', async () => {
    const { sandbox, clock, key } = await placed(COMMON, { time_expire: '20260302201500' });
    clock.now = Date.parse('2026-03-02T12:15:00Z');
    expect(await sandbox.pay(key)).toBeUndefined();
    clock.now -= 1;
    expect(await sandbox.pay(key)).toBeDefined();
  });

  it('says a currency, which is told again', async () => {
    const { sandbox, key, query } = await placed(COMMON, { fee_type: 'HKD' });
    await sandbox.pay(key);
    expect((await query()).fields).toMatchObject({ total_fee: '888', fee_type: 'HKD' });
  });

  it.each([
    [{ time_expire: '20260302200000' }, 'INVALID_REQUEST'],
    [{ time_expire: 'soon' }, 'PARAM_ERROR'],
    [{ total_fee: '8.88' }, 'PARAM_ERROR'],
    [{ out_trade_no: 'a b' }, 'PARAM_ERROR'],
    [{ notify_url: '' }, 'LACK_PARAMS'],
    [{ appid: 'wx0000000000000000' }, 'APPID_MCHID_NOT_MATCH'],
    [{ nonce_str: 'n'.repeat(33) }, 'PARAM_ERROR'],
  ])('is refused with %o: %s', async (changes, code) => {
    const { first } = await placed(COMMON, changes);
    expect(first).toMatchObject(refused(code));
  });
});

describe('a later v2 call', () => {
  it('must have the app and the sign type of the placement', async () => {
    const { sandbox, clock, number, close } = await placed(WAYS[3]);
    clock.now += 5 * MINUTE;
    expect(await close({ sub_appid: 'wxother' })).toMatchObject(refused('INVALID_REQUEST'));
    const otherType = await v2(sandbox, '/pay/closeorder', { ...WAYS[3].more, out_trade_no: number }, 'MD5');
    expect(otherType).toMatchObject(refused('SIGNERROR'));
    expect(await close()).toMatchObject({ fields: { result_code: 'SUCCESS' } });
  });

  it('must name an order', async () => {
    const { query, close } = await placed(COMMON);
    expect(await query({})).toMatchObject(refused('LACK_PARAMS'));
    expect(await close({ out_trade_no: '' })).toMatchObject(refused('LACK_PARAMS'));
  });

  it('takes an order that was placed by hand', async () => {
    const { sandbox } = shared();
    const outTradeNo = newNumber();
    await sandbox.place({ mchid: sandbox.mchid, outTradeNo, amount: { total: 1, currency: 'CNY' } });
    const { fields } = await v2(sandbox, '/pay/orderquery', { out_trade_no: outTradeNo }, 'HMAC-SHA256');
    expect(fields).toMatchObject({ trade_state: 'NOTPAY' });
  });
});

describe('the authentication of v2', () => {
  const fail = (return_msg: unknown) => ({
    status: 200,
    isVerified: false,
    fields: { return_code: 'FAIL', return_msg },
  });

  it('is shut to a wrong sign, without a sign of its own', async () => {
    const { sandbox, number, key, clock } = await placed(COMMON);
    clock.now += 5 * MINUTE;
    const answer = await v2(sandbox, '/pay/closeorder', {
      out_trade_no: number,
      sign: 'C380BEC2BFD727A4B6845133519F3AD6',
    });
    expect(answer).toEqual(fail('Signature Failure'));
    expect(sandbox.orders.find(key)?.state).toBe('NOTPAY');
    expect(sandbox.ledger.refused.at(-1)).toMatchObject({ path: '/pay/closeorder', reason: 'Signature Failure' });
  });

  it('is shut to a sign of another algorithm than the request says', async () => {
    const { sandbox, number } = await placed(COMMON);
    const fields = new Map([
      ['appid', APPID],
      ['mch_id', sandbox.mchid],
      ['nonce_str', 'n'],
      ['out_trade_no', number],
    ]);
    const sign = merchantOf(sandbox).v2['HMAC-SHA256'].sign(fields);
    expect(await v2Raw(sandbox, '/pay/orderquery', buildXml(fields.set('sign', sign)))).toEqual(
      fail('Signature Failure'),
    );
  });

  it.each([
    ['nothing', '', 'POST_DATA_EMPTY'],
    ['what is no XML', '{}', 'XML_FORMAT_ERROR'],
    ['a DOCTYPE', '<!DOCTYPE xml><xml><mch_id>1900000109</mch_id></xml>', 'XML_FORMAT_ERROR'],
    ['a merchant that is not known', '<xml><mch_id>1</mch_id></xml>', 'MCHID_NOT_EXIST'],
    ['a sign type that is none', '<xml><mch_id>1900000109</mch_id><sign_type>SM3</sign_type></xml>', 'sign_type'],
  ])('is shut to %s', async (_, body, message) => {
    const { sandbox } = shared();
    const answer = await v2Raw(sandbox, '/pay/orderquery', body);
    expect(answer).toEqual(fail(expect.stringContaining(message)));
  });

  it('is shut to a GET', async () => {
    const { sandbox } = shared();
    const answer = await fetch(`${sandbox.url}/pay/closeorder`);
    expect(await answer.text()).toContain('REQUIRE_POST_METHOD');
  });
});

describe('the ledger', () => {
  it('has v2’s calls, and the audit finds in them what it finds in those of APIv3', async () => {
    const { sandbox, clock, number, query, close } = await placed(COMMON);
    await close();
    clock.now += 5 * MINUTE;
    await query();
    await close();
    await close();
    const entries = sandbox.ledger.entries(number);
    expect(entries.map(({ call, answer }) => `${call} ${answer}`)).toEqual([
      'place 200',
      'close INVALID_REQUEST',
      'query NOTPAY',
      'close 200',
      'close ORDERCLOSED',
    ]);
    expect(entries[2]).toMatchObject({ api: 'v2', at: clock.now, timestamp: '', nonce: expect.any(String) });
    const { early, closedWhilePaid, needless, wrong } = sandbox.audit(new Map([[number, 'paid']]));
    for (const guilty of [early, needless, wrong]) expect(guilty).toContain(number);
    expect(closedWhilePaid).not.toContain(number);
  });
});
