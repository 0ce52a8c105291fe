import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MISBEHAVIOUR_NAMES, type Misbehaviour } from '../../../testing/sandbox/misbehaviour.js';
import type { OrderApi } from '../../../testing/sandbox/calls.js';
import type { StoredMisbehaviour } from '../../../testing/sandbox/misbehaviour-store.js';
import type { Sandbox } from '../../../testing/sandbox/sandbox.js';
import { rsaSigner, authorization, newNonce } from '../../../wechatpay/signature-v3.js';
import { MINUTE, newNumber, newSandbox, sharedSandbox, v2, v3 } from './wire.js';

const shared = sharedSandbox();

/** An order old enough to be closed, and how it is asked for and closed over its API. */
async function order(api: OrderApi, ...misbehaviours: readonly Misbehaviour[]) {
  const { sandbox, clock } = shared();
  const key = { mchid: sandbox.mchid, outTradeNo: newNumber() };
  const amount = { total: 888, currency: 'CNY' };
  await sandbox.place({ ...key, api, amount, createdAt: clock.now - 6 * MINUTE });
  for (const misbehaviour of misbehaviours) sandbox.misbehave(key, misbehaviour);
  const path = `/v3/${api === 'v3' ? 'pay' : 'global'}/transactions/out-trade-no/${key.outTradeNo}`;
  const ask = async (call: 'query' | 'close') => {
    if (api === 'v2') {
      const { fields, isVerified, status } = await v2(
        sandbox,
        call === 'query' ? '/pay/orderquery' : '/pay/closeorder',
        {
          out_trade_no: key.outTradeNo,
        },
      );
      const said = fields['err_code'] ?? fields['trade_state'] ?? fields['return_msg'];
      return { said, status, isBelievable: isVerified };
    }
    const { body, status, fault } =
      call === 'query'
        ? await v3(sandbox, 'GET', `${path}?mchid=${key.mchid}`)
        : await v3(sandbox, 'POST', `${path}/close`, { mchid: key.mchid });
    return { said: body?.['code'] ?? body?.['trade_state'] ?? status, status, isBelievable: fault === undefined };
  };
  const stateNow = () => sandbox.orders.find(key)?.state;
  const lastEntry = () => sandbox.ledger.entries(key.outTradeNo).at(-1);
  return { sandbox, key, ask, stateNow, lastEntry };
}

/** What one order has still to meet. */
function inStore(
  { misbehaviours }: Sandbox,
  { outTradeNo }: { readonly outTradeNo: string },
): readonly StoredMisbehaviour[] {
  return misbehaviours.list().filter((stored) => stored.outTradeNo === outTradeNo || stored.outTradeNo === null);
}

describe('a misbehaviour', () => {
  it('is met by one merchant’s order, not by another’s of the same number', async () => {
    const { sandbox } = await newSandbox({ mchids: ['1900000109', '1900000110'] });
    const [first, second] = ['1900000109', '1900000110'].map((mchid) => ({ mchid, outTradeNo: 'SAME' }));
    if (first === undefined || second === undefined) throw new Error('there are two');
    const ask = async ({ mchid }: { mchid: string }): Promise<number> => {
      const target = `/v3/global/transactions/out-trade-no/SAME?mchid=${mchid}`;
      const merchant = sandbox.merchants.get(mchid);
      if (merchant === undefined) throw new Error('the merchant is known');
      const signer = rsaSigner(mchid, merchant.certificateSerial, merchant.keys.privatePem);
      const request = { method: 'GET', target, body: '' } as const;
      const signature = authorization(signer, request, { now: Date.now(), nonce: newNonce() });
      const headers = { accept: 'application/json', 'user-agent': 'test', authorization: signature };
      return (await fetch(`${sandbox.url}${target}`, { headers })).status;
    };
    for (const key of [first, second]) await sandbox.place({ ...key, amount: { total: 1, currency: 'HKD' } });
    sandbox.misbehave('SAME', { what: 'systemError' });
    expect(await ask(second)).toBe(200);
    expect(await ask(first)).toBe(500);
    sandbox.misbehave(second, { what: 'systemError' });
    expect(await ask(first)).toBe(200);
    expect(await ask(second)).toBe(500);
  });

  it('of a bare number is met by a sub-merchant’s order, too; that of an owner’s is not', async () => {
    const { sandbox } = shared();
    const key = { mchid: sandbox.mchid, outTradeNo: newNumber() };
    const query = `sp_mchid=${key.mchid}&sub_mchid=1900000222`;
    const ask = () => v3(sandbox, 'GET', `/v3/global/transactions/out-trade-no/${key.outTradeNo}?${query}`);
    sandbox.misbehave(key, { what: 'systemError' });
    expect(await ask()).toMatchObject({ status: 404 });
    sandbox.misbehave(key.outTradeNo, { what: 'tooOften', on: 'query' });
    expect(await ask()).toMatchObject({ status: 429 });
  });

  it.each(['v3-global', 'v3', 'v2'] as const)(
    'lets the shopper pay, and loses the answer of that close (%s)',
    async (api) => {
      const { ask, stateNow, lastEntry } = await order(
        api,
        { what: 'payFirst', on: 'close' },
        { what: 'loseAnswer', on: 'close' },
      );
      await expect(ask('close')).rejects.toThrow('fetch failed');
      expect(stateNow()).toBe('SUCCESS');
      expect(lastEntry()).toMatchObject({ delivered: false, misbehaviours: ['payFirst', 'loseAnswer'] });
      expect(lastEntry()?.answer).toBe('ORDERPAID');
    },
  );

  it('is late, and signed wrongly, in one answer', async () => {
    const { ask, lastEntry, sandbox, key } = await order(
      'v3',
      { what: 'signWrongly', on: 'query' },
      { what: 'slow', on: 'query', delayMs: 200 },
    );
    const asked = performance.now();
    expect(await ask('query')).toMatchObject({ isBelievable: false });
    expect(performance.now() - asked).toBeGreaterThanOrEqual(199);
    expect(lastEntry()).toMatchObject({ delivered: false });
    expect(inStore(sandbox, key)).toEqual([]);
  });

  it('of one kind comes after the other of that kind', async () => {
    const { ask } = await order('v3', { what: 'systemError' }, { what: 'tooOften' });
    expect((await ask('query')).said).toBe('SYSTEM_ERROR');
    expect((await ask('query')).said).toBe('FREQUENCY_LIMITED');
    expect((await ask('query')).said).toBe('NOTPAY');
  });

  it('that can never be met is refused, so that no test waits for it', async () => {
    const { sandbox, key } = await order('v2');
    expect(() => sandbox.misbehave(key, { what: 'stale' })).toThrow('v2');
    expect(() => sandbox.misbehave('ANY', { what: 'noContent', on: 'close' })).toThrow('noContent');
    expect(() => sandbox.misbehaveOnAny({ what: 'otherOrder', on: 'cancel' })).toThrow('otherOrder');
    expect(inStore(sandbox, key)).toEqual([]);
  });

  it('of a service order alone has an amount', async () => {
    const { sandbox, key } = await order('v3');
    expect(() => sandbox.misbehave(key, { what: 'payFirst', totalAmount: 1 })).toThrow('payFirst');
    expect(() => sandbox.misbehave(key, { what: 'slow', totalAmount: 1 })).toThrow('totalAmount');
  });

  it('is described by name, call and effect', () => {
    const source = readFileSync(new URL('../../../testing/sandbox/misbehaviour.ts', import.meta.url), 'utf8');
    for (const name of MISBEHAVIOUR_NAMES) expect(source).toMatch(new RegExp(`^ \\* \\| .*\`${name}\`.* \\|`, 'm'));
  });
});

describe('a misbehaviour of a certain call', () => {
  it('lets so many pass first: the confirming query fails, and the one before the close does not', async () => {
    const { ask, sandbox, key } = await order('v3-global', { what: 'systemError', on: 'query', after: 1, times: 2 });
    expect(inStore(sandbox, key)).toMatchObject([{ after: 1, left: 2 }]);
    const said = [];
    for (const call of ['query', 'close', 'query', 'query', 'query'] as const) said.push((await ask(call)).said);
    expect(said).toEqual(['NOTPAY', 204, 'SYSTEM_ERROR', 'SYSTEM_ERROR', 'CLOSED']);
    expect(inStore(sandbox, key)).toEqual([]);
  });

  it('counts the requests that meet another misbehaviour, too', async () => {
    const { ask } = await order(
      'v2',
      { what: 'tooOften', on: 'query' },
      { what: 'systemError', on: 'query', after: 1 },
    );
    expect((await ask('query')).said).toBe('FREQUENCY_LIMITED');
    expect((await ask('query')).said).toBe('SYSTEMERROR');
    expect((await ask('query')).said).toBe('NOTPAY');
  });

  it('goes on without end, if times is always', async () => {
    const { ask, stateNow, sandbox, key } = await order(
      'v3',
      { what: 'refuse', code: 'ORDERPAID', on: 'close', times: 'always' },
      { what: 'systemError', on: 'query', times: 1 },
    );
    expect((await ask('query')).said).toBe('SYSTEM_ERROR');
    for (let round = 0; round < 3; round += 1) {
      expect((await ask('query')).said).toBe('NOTPAY');
      expect((await ask('close')).said).toBe('ORDERPAID');
    }
    expect(stateNow()).toBe('NOTPAY');
    expect(inStore(sandbox, key)).toMatchObject([{ left: 'always' }]);
  });

  it('holds the answer of a query back, while the order becomes another', async () => {
    const { ask, sandbox, key } = await order('v3', { what: 'slow', on: 'query', delayMs: 100 });
    const asked = ask('query');
    await expect.poll(() => sandbox.ledger.entries(key.outTradeNo)).toHaveLength(1);
    sandbox.orders.become(key, 'USERPAYING');
    expect((await asked).said).toBe('NOTPAY');
    expect((await ask('close')).said).toBe('USERPAYING');
  });
});

describe('an answer about another order', () => {
  it('that the request may not even have is refused as ever, signed, and is in the ledger', async () => {
    const { sandbox } = shared();
    const key = { mchid: sandbox.mchid, outTradeNo: newNumber() };
    await sandbox.place({ ...key, api: 'v2', signType: 'MD5', amount: { total: 1, currency: 'CNY' } });
    sandbox.misbehave(key, { what: 'otherOrder' });
    const answer = await v2(sandbox, '/pay/orderquery', { out_trade_no: key.outTradeNo }, 'HMAC-SHA256');
    expect(answer).toMatchObject({ status: 200, isVerified: true, fields: { err_code: 'SIGNERROR' } });
    expect(sandbox.ledger.entries(key.outTradeNo)).toMatchObject([{ answer: 'SIGNERROR', delivered: true }]);
  });

  it('is not there for an order that is not: a signed not-found can be believed', async () => {
    const { sandbox } = shared();
    const outTradeNo = newNumber();
    sandbox.misbehave(outTradeNo, { what: 'otherOrder' });
    const path = `/v3/global/transactions/out-trade-no/${outTradeNo}?mchid=${sandbox.mchid}`;
    expect(await v3(sandbox, 'GET', path)).toMatchObject({ status: 404, fault: undefined });
    expect(sandbox.ledger.entries(outTradeNo)).toMatchObject([{ answer: 'ORDER_NOT_EXIST', delivered: true }]);
  });
});

type Refusal = readonly [what: Misbehaviour, v3: { said: string; status: number }, v2: string];

const REFUSALS: readonly Refusal[] = [
  [{ what: 'systemError' }, { said: 'SYSTEM_ERROR', status: 500 }, 'SYSTEMERROR'],
  [{ what: 'tooOften' }, { said: 'FREQUENCY_LIMITED', status: 429 }, 'FREQUENCY_LIMITED'],
  [{ what: 'tooOften', code: 'RULE_LIMIT' }, { said: 'RULE_LIMIT', status: 429 }, 'RULE_LIMIT'],
  [{ what: 'inProgress' }, { said: 'USERPAYING', status: 400 }, 'USERPAYING'],
  [{ what: 'inProgress', status: 202 }, { said: 'USERPAYING', status: 202 }, 'USERPAYING'],
  [{ what: 'notFound' }, { said: 'ORDER_NOT_EXIST', status: 404 }, 'ORDERNOTEXIST'],
  [{ what: 'invalidState' }, { said: 'TRADE_ERROR', status: 403 }, 'TRADE_ERROR'],
  [{ what: 'paramError' }, { said: 'PARAM_ERROR', status: 400 }, 'PARAM_ERROR'],
  [{ what: 'invalidRequest' }, { said: 'INVALID_REQUEST', status: 400 }, 'INVALID_REQUEST'],
  [{ what: 'noAuth' }, { said: 'NO_AUTH', status: 403 }, 'NOAUTH'],
  [{ what: 'refuse', code: 'ORDERPAID' }, { said: 'ORDERPAID', status: 400 }, 'ORDERPAID'],
  [
    { what: 'refuse', code: 'OPENID_MISMATCH', status: 500 },
    { said: 'OPENID_MISMATCH', status: 500 },
    'OPENID_MISMATCH',
  ],
];

describe.each(REFUSALS)('an order at a sandbox that misbehaves with %j', (misbehaviour, overV3, overV2) => {
  it.each(['query', 'close'] as const)('is refused so on a %s, signed, and nothing is done', async (on) => {
    for (const api of ['v3-global', 'v2'] as const) {
      const { ask, stateNow, lastEntry } = await order(api, { ...misbehaviour, on });
      const expected = api === 'v2' ? { said: overV2, status: 200 } : overV3;
      expect(await ask(on)).toEqual({ ...expected, isBelievable: true });
      expect(stateNow()).toBe('NOTPAY');
      expect(lastEntry()).toMatchObject({ answer: expected.said, delivered: true, misbehaviours: [misbehaviour.what] });
    }
  });
});

describe('a refused signature', () => {
  it.each([
    ['v3', { said: 'SIGN_ERROR', status: 401, isBelievable: false }],
    ['v2', { said: 'Signature Failure', status: 200, isBelievable: false }],
  ] as const)('is answered without a signature over %s, and nothing is done', async (api, expected) => {
    const { ask, stateNow, lastEntry } = await order(api, { what: 'signError', on: 'close' });
    expect(await ask('close')).toEqual(expected);
    expect(stateNow()).toBe('NOTPAY');
    expect(lastEntry()).toMatchObject({ delivered: false });
  });
});
