import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { SandboxApi, SandboxCall } from '../../../testing/sandbox/calls.js';
import type { MisbehaviourName } from '../../../testing/sandbox/misbehaviour.js';
import { MisbehaviourStore } from '../../../testing/sandbox/misbehaviour-store.js';
import type { Sandbox } from '../../../testing/sandbox/sandbox.js';
import { APPID, MINUTE, newNumber, newSandbox, sharedSandbox, v2, v3 } from './wire.js';

const shared = sharedSandbox();
const MAX_ANSWER_BYTES = 256 * 1024;

type Form = 'v3' | 'v2';

/** An order old enough to be closed, at a sandbox that misbehaves on it once. */
async function world(what: MisbehaviourName, on: 'query' | 'close', delayMs?: number) {
  const { sandbox, clock } = shared();
  const outTradeNo = newNumber();
  const key = { mchid: sandbox.mchid, outTradeNo };
  await sandbox.place({ ...key, amount: { total: 888, currency: 'CNY' }, createdAt: clock.now - 6 * MINUTE });
  sandbox.misbehave(outTradeNo, { what, on, ...(delayMs !== undefined && { delayMs }) });
  const ask = (form: Form, call: 'query' | 'close') =>
    form === 'v3' ? askV3(sandbox, key, call) : askV2(sandbox, key, call);
  const stateNow = () => sandbox.orders.find(key)?.state;
  const lastEntry = () => sandbox.ledger.entries(outTradeNo).at(-1);
  return { sandbox, key, ask, stateNow, lastEntry };
}

type Key = { readonly mchid: string; readonly outTradeNo: string };

/** The answer in the same words for both forms: what was said, and whether it can be believed. */
async function askV3(sandbox: Sandbox, { mchid, outTradeNo }: Key, call: 'query' | 'close') {
  const path = `/v3/pay/transactions/out-trade-no/${outTradeNo}`;
  const answer =
    call === 'query'
      ? await v3(sandbox, 'GET', `${path}?mchid=${mchid}`)
      : await v3(sandbox, 'POST', `${path}/close`, { mchid });
  const said = answer.body?.['code'] ?? answer.body?.['trade_state'] ?? answer.status;
  return { said, fault: answer.fault, status: answer.status, number: answer.body?.['out_trade_no'], answer };
}

async function askV2(sandbox: Sandbox, { outTradeNo }: Key, call: 'query' | 'close') {
  const path = call === 'query' ? '/pay/orderquery' : '/pay/closeorder';
  const answer = await v2(sandbox, path, { out_trade_no: outTradeNo }, 'HMAC-SHA256');
  const { err_code, trade_state, result_code, sign, out_trade_no } = answer.fields;
  const fault = answer.isVerified ? undefined : sign === undefined ? 'unsigned' : 'wrong';
  return { said: err_code ?? trade_state ?? result_code, fault, status: answer.status, number: out_trade_no, answer };
}

const FORMS = ['v3', 'v2'] as const;

describe.each(FORMS)('in %s, the sandbox', (form) => {
  it.each([
    ['systemError', form === 'v3' ? 'SYSTEM_ERROR' : 'SYSTEMERROR'],
    ['tooOften', 'FREQUENCY_LIMITED'],
  ] as const)('answers a close with %s, signed, and does nothing', async (what, code) => {
    const { ask, stateNow, lastEntry } = await world(what, 'close');
    expect(await ask(form, 'close')).toMatchObject({ said: code, fault: undefined });
    expect(stateNow()).toBe('NOTPAY');
    expect(lastEntry()).toMatchObject({ answer: code, delivered: true, misbehaviours: [what] });
    await ask(form, 'close');
    expect(stateNow()).toBe('CLOSED');
  });

  it('resets the connection before it does anything', async () => {
    const { ask, stateNow, lastEntry } = await world('reset', 'close');
    await expect(ask(form, 'close')).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
    expect(stateNow()).toBe('NOTPAY');
    expect(lastEntry()).toMatchObject({ answer: 'reset', delivered: false });
  });

  it('closes, and loses the answer', async () => {
    const { ask, stateNow, lastEntry } = await world('loseAnswer', 'close');
    await expect(ask(form, 'close')).rejects.toThrow('fetch failed');
    expect(stateNow()).toBe('CLOSED');
    expect(lastEntry()).toMatchObject({ delivered: false });
  });

  it.each([
    ['signWrongly', 'wrong'],
    ['unsigned', 'unsigned'],
  ] as const)('closes, and answers with a signature that must be refused (%s)', async (what, fault) => {
    const { ask, stateNow, lastEntry } = await world(what, 'close');
    expect(await ask(form, 'close')).toMatchObject({ fault });
    expect(stateNow()).toBe('CLOSED');
    expect(lastEntry()).toMatchObject({ delivered: false });
    expect(await ask(form, 'query')).toMatchObject({ said: 'CLOSED', fault: undefined });
  });

  it('tells, signed, of another order that is paid', async () => {
    const { ask, key, lastEntry } = await world('otherOrder', 'query');
    const { said, fault, number } = await ask(form, 'query');
    expect({ said, fault }).toEqual({ said: 'SUCCESS', fault: undefined });
    expect(number).not.toBe(key.outTradeNo);
    expect(lastEntry()).toMatchObject({ delivered: false });
    expect(await ask(form, 'query')).toMatchObject({ said: 'NOTPAY', number: key.outTradeNo });
  });

  it('lets the shopper pay between query and close', async () => {
    const { ask, stateNow } = await world('payFirst', 'close');
    expect(await ask(form, 'query')).toMatchObject({ said: 'NOTPAY' });
    expect(await ask(form, 'close')).toMatchObject({ said: 'ORDERPAID', fault: undefined });
    expect(stateNow()).toBe('SUCCESS');
  });

  it('acts at once, and answers late', async () => {
    const { ask, stateNow, lastEntry } = await world('slow', 'close', 300);
    const asked = performance.now();
    const answer = ask(form, 'close');
    await expect.poll(stateNow).toBe('CLOSED');
    expect(lastEntry()).toMatchObject({ delivered: false });
    expect(await answer).toMatchObject({ fault: undefined });
    expect(performance.now() - asked).toBeGreaterThanOrEqual(299);
    expect(lastEntry()).toMatchObject({ delivered: true });
  });
});

describe('in v3, the sandbox', () => {
  it.each([
    ['stale', 'stale'],
    ['probe', 'probe'],
  ] as const)('closes, and answers with a signature that must be refused (%s)', async (what, fault) => {
    const { ask, stateNow } = await world(what, 'close');
    expect(await ask('v3', 'close')).toMatchObject({ fault });
    expect(stateNow()).toBe('CLOSED');
  });

  it('answers 202 without a code, signed, and does nothing', async () => {
    const { ask, stateNow } = await world('accepted', 'close');
    expect(await ask('v3', 'close')).toMatchObject({ status: 202, fault: undefined, said: 202 });
    expect(stateNow()).toBe('NOTPAY');
  });

  it('is behind a proxy that says 404, or shows a page, and never asks it', async () => {
    const one = await world('bare404', 'close');
    expect(await one.ask('v3', 'close')).toMatchObject({ status: 404, fault: 'unsigned', said: 404 });
    expect(one.stateNow()).toBe('NOTPAY');
    const other = await world('html', 'close');
    const { status, fault, answer } = await other.ask('v3', 'close');
    expect({ status, fault, type: 'headers' in answer && answer.headers.get('content-type') }).toEqual({
      status: 200,
      fault: 'unsigned',
      type: 'text/html; charset=utf-8',
    });
    expect(other.stateNow()).toBe('NOTPAY');
  });

  it.each(['query', 'close'] as const)('answers a %s with more than a caller can take', async (on) => {
    const { ask } = await world('oversize', on);
    const { answer } = await ask('v3', on);
    expect(JSON.stringify('body' in answer && answer.body).length).toBeGreaterThan(MAX_ANSWER_BYTES);
  });

  it('changes its keys before it answers, and signs with the new ones from then on', async () => {
    const { sandbox, ask } = await world('rotateKey', 'query');
    const before = sandbox.wechatpayKeys.map(({ serial }) => serial);
    const { fault, answer } = await ask('v3', 'query');
    expect(fault).toBeUndefined();
    expect(before).not.toContain('headers' in answer && answer.headers.get('wechatpay-serial'));
  });

  it('leaves a caller alone who hung up, and knows that he heard nothing', async () => {
    const { sandbox, key, lastEntry } = await world('slow', 'query', 60_000);
    const impatient = new AbortController();
    const path = `/v3/pay/transactions/out-trade-no/${key.outTradeNo}`;
    const pending = v3(sandbox, 'GET', `${path}?mchid=${key.mchid}`, undefined, { signal: impatient.signal });
    await expect.poll(lastEntry).toBeDefined();
    impatient.abort();
    await expect(pending).rejects.toThrow('aborted');
    expect(lastEntry()).toMatchObject({ answer: 'NOTPAY', delivered: false });
  });
});

describe('with PayScore, the sandbox', () => {
  const NAMED = { appid: APPID, service_id: '500001' };

  async function serviceOrder(what: MisbehaviourName, on: 'query' | 'cancel') {
    const { sandbox } = shared();
    const key = { mchid: sandbox.mchid, outOrderNo: newNumber() };
    await sandbox.createServiceOrder(key);
    sandbox.misbehave(key.outOrderNo, { what, on });
    const path = '/v3/payscore/serviceorder';
    const query = new URLSearchParams({ ...NAMED, out_order_no: key.outOrderNo }).toString();
    return {
      query: () => v3(sandbox, 'GET', `${path}?${query}`),
      cancel: () => v3(sandbox, 'POST', `${path}/${key.outOrderNo}/cancel`, { ...NAMED, reason: 'over' }),
      stateNow: () => sandbox.serviceOrders.find(key)?.state,
    };
  }

  it('answers a cancel with 204, as some have seen', async () => {
    const { cancel, stateNow } = await serviceOrder('noContent', 'cancel');
    expect(await cancel()).toMatchObject({ status: 204, body: undefined, fault: undefined });
    expect(stateNow()).toBe('REVOKED');
  });

  it('lets the user confirm between query and cancel', async () => {
    const { query, cancel, stateNow } = await serviceOrder('payFirst', 'query');
    expect((await query()).body).toMatchObject({ state: 'DOING', state_description: 'USER_CONFIRM' });
    await cancel();
    expect(stateNow()).toBe('REVOKED');
  });

  it('tells, signed, of another service order that is done', async () => {
    const { query } = await serviceOrder('otherOrder', 'query');
    const { body, fault } = await query();
    expect({ state: body?.['state'], fault }).toEqual({ state: 'DONE', fault: undefined });
    expect((await query()).body).toMatchObject({ state: 'CREATED' });
  });
});

const MCHID = '1900000109';
const ONE = { mchid: MCHID, outTradeNo: 'ONE' };

/** What a request about a number meets that touches its answer. */
function met(
  misbehaviours: MisbehaviourStore,
  outTradeNo: string,
  call: SandboxCall,
  api: SandboxApi,
): MisbehaviourName | undefined {
  return misbehaviours.take({ mchid: MCHID, outTradeNo, call, api }).answer?.what;
}

describe('a misbehaviour', () => {
  it('is planned for one number, on one call, and so many times', () => {
    const misbehaviours = new MisbehaviourStore();
    misbehaviours.add(ONE, { what: 'systemError', on: 'close', times: 2 });
    expect(met(misbehaviours, 'TWO', 'close', 'v3')).toBeUndefined();
    expect(met(misbehaviours, 'ONE', 'query', 'v3')).toBeUndefined();
    expect(met(misbehaviours, 'ONE', 'close', 'v3')).toBe('systemError');
    expect(met(misbehaviours, 'ONE', 'close', 'v2')).toBe('systemError');
    expect(met(misbehaviours, 'ONE', 'close', 'v3')).toBeUndefined();
  });

  it('for any order meets the next request, after what is planned for its own number', () => {
    const misbehaviours = new MisbehaviourStore();
    misbehaviours.add(null, { what: 'reset' });
    misbehaviours.add(ONE, { what: 'systemError' });
    expect(met(misbehaviours, 'ONE', 'query', 'v3')).toBe('systemError');
    expect(met(misbehaviours, 'ONE', 'cancel', 'payscore')).toBe('reset');
    expect(misbehaviours.list()).toEqual([]);
  });

  it('is kept for a call that it is possible on', () => {
    const misbehaviours = new MisbehaviourStore();
    misbehaviours.add(ONE, { what: 'stale' });
    misbehaviours.add(ONE, { what: 'otherOrder' });
    expect(met(misbehaviours, 'ONE', 'close', 'v2')).toBeUndefined();
    expect(met(misbehaviours, 'ONE', 'query', 'v2')).toBe('otherOrder');
    expect(met(misbehaviours, 'ONE', 'close', 'v3')).toBe('stale');
  });

  it('is forgotten when all are cleared', () => {
    const misbehaviours = new MisbehaviourStore();
    misbehaviours.add(null, { what: 'reset', times: 5 });
    misbehaviours.clear();
    expect(met(misbehaviours, 'ONE', 'query', 'v3')).toBeUndefined();
  });

  it('does not keep the sandbox from stopping', async () => {
    const { sandbox } = await newSandbox();
    sandbox.misbehaveOnAny({ what: 'slow', delayMs: 60_000 });
    const asked = v3(sandbox, 'GET', `/v3/pay/transactions/out-trade-no/ORDER-1?mchid=${sandbox.mchid}`).catch(
      () => 'cut',
    );
    await expect.poll(() => sandbox.ledger.entries()).toHaveLength(1);
    await sandbox.stop();
    expect(await asked).toBe('cut');
    // The sandbox hears of the hang-up in this turn of the event loop, or in the next.
    await setImmediate();
    expect(sandbox.ledger.entries()).toMatchObject([{ delivered: false }]);
  });
});
