import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MISBEHAVIOUR_NAMES } from '../../../testing/sandbox/misbehaviour.js';
import { APPID, MINUTE, newNumber, NOON, sharedSandbox, SUB_MCHID, v3 } from './wire.js';

const shared = sharedSandbox();

async function admin(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await fetch(`${shared().sandbox.url}/sandbox${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: text }),
  });
  return { status: answer.status, body: JSON.parse(await answer.text()) as unknown };
}

async function placed(changes: Record<string, unknown> = {}) {
  const outTradeNo = newNumber();
  const answer = await admin('POST', '/orders', { outTradeNo, amount: { total: 888, currency: 'HKD' }, ...changes });
  const { sandbox, clock } = shared();
  return {
    sandbox,
    clock,
    outTradeNo,
    key: { mchid: sandbox.mchid, outTradeNo },
    answer,
    path: `/orders/${outTradeNo}`,
  };
}

describe('the admin API of orders', () => {
  it('places one, as old as the request says, and finds it', async () => {
    const { sandbox, key, answer, path } = await placed({ createdMinutesAgo: 6 });
    const order = { ...key, state: 'NOTPAY', appid: APPID, createdAt: '2026-03-02T11:54:00.000Z' };
    expect(answer).toMatchObject({ status: 201, body: order });
    expect(sandbox.orders.find(key)).toMatchObject({ createdAt: NOON - 6 * MINUTE });
    expect(await admin('GET', path)).toMatchObject({ status: 200, body: order });
    expect((await admin('GET', '/orders')).body).toContainEqual(answer.body);
  });

  it('places one of an institution, until an instant', async () => {
    const timeExpire = '2026-03-02T20:15:00+08:00';
    const { sandbox, key, path } = await placed({ subMchid: SUB_MCHID, api: 'v3', timeExpire });
    const ofSub = { ...key, subMchid: SUB_MCHID };
    expect(sandbox.orders.find(ofSub)).toMatchObject({ api: 'v3', timeExpire: Date.parse(timeExpire) });
    expect(await admin('GET', path)).toMatchObject({ status: 404 });
    expect(await admin('GET', `${path}?subMchid=${SUB_MCHID}`)).toMatchObject({ status: 200, body: ofSub });
  });

  it('lets the shopper pay, once', async () => {
    const { sandbox, key, path } = await placed();
    const amount = { total: 888, currency: 'HKD' };
    expect(await admin('POST', `${path}/pay`)).toMatchObject({ status: 200, body: { amount } });
    expect(sandbox.orders.find(key)?.state).toBe('SUCCESS');
    const error: unknown = expect.stringContaining('it is SUCCESS');
    expect(await admin('POST', `${path}/pay`)).toMatchObject({ status: 409, body: { error } });
  });

  it.each(['USERPAYING', 'REFUND', 'CLOSED'])('puts one into %s', async (state) => {
    const { sandbox, key, path } = await placed();
    expect(await admin('POST', `${path}/become`, { state })).toMatchObject({ status: 200, body: { state } });
    const order = sandbox.orders.find(key);
    expect(order?.state).toBe(state);
    expect(order?.transactionId === null).toBe(state !== 'REFUND');
  });

  it('posts the notification of a payment to where the order says, or to another place', async () => {
    const paths: (string | undefined)[] = [];
    const server = createServer(({ url }, response) => {
      paths.push(url);
      response.writeHead(204).end();
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { path } = await placed({ notifyUrl: `${url}/own` });
    expect(await admin('POST', `${path}/notify`)).toMatchObject({ status: 409 });
    await admin('POST', `${path}/pay`);
    expect(await admin('POST', `${path}/notify`)).toEqual({ status: 200, body: { status: 204, body: '' } });
    expect(await admin('POST', `${path}/notify`, { url: `${url}/other` })).toMatchObject({ status: 200 });
    expect(paths).toEqual(['/own', '/other']);
    expect(await admin('POST', `${path}/notify`, { url: 'http://127.0.0.1:1' })).toMatchObject({ status: 502 });
    const without = await placed();
    await admin('POST', `${without.path}/pay`);
    expect(await admin('POST', `${without.path}/notify`)).toMatchObject({ status: 400 });
  });
});

describe('the admin API of service orders', () => {
  it('lets one be confirmed, completed and paid', async () => {
    const outOrderNo = newNumber();
    const path = `/service-orders/${outOrderNo}`;
    expect(await admin('POST', '/service-orders', { outOrderNo })).toMatchObject({
      status: 201,
      body: { state: 'CREATED' },
    });
    expect(await admin('POST', `${path}/confirm`)).toMatchObject({
      body: { state: 'DOING', description: 'USER_CONFIRM' },
    });
    expect(await admin('POST', `${path}/expire`)).toMatchObject({ status: 409 });
    expect(await admin('POST', `${path}/complete`, { totalAmount: 500 })).toMatchObject({
      body: { description: 'MCH_COMPLETE', collection: 'USER_PAYING', totalAmount: 500 },
    });
    expect(await admin('POST', `${path}/pay`)).toMatchObject({ body: { state: 'DONE', collection: 'USER_PAID' } });
    expect(await admin('POST', `${path}/pay`)).toMatchObject({ status: 409 });
    expect(await admin('GET', path)).toMatchObject({ body: { state: 'DONE' } });
    expect(await admin('POST', `${path}/notify`, { url: 'http://127.0.0.1:1' })).toMatchObject({ status: 502 });
  });

  it('lets one expire, and puts one into any state', async () => {
    const outOrderNo = newNumber();
    const path = `/service-orders/${outOrderNo}`;
    await admin('POST', '/service-orders', { outOrderNo });
    expect(await admin('POST', `${path}/expire`)).toMatchObject({ body: { state: 'EXPIRED' } });
    const odd = { state: 'DOING', description: 'MCH_COMPLETE', collection: 'USER_PAID', totalAmount: 500 };
    expect(await admin('POST', `${path}/become`, odd)).toMatchObject({ status: 200, body: odd });
    expect(await admin('POST', `${path}/confirm`)).toMatchObject({ status: 409 });
  });
});

describe('the admin API of misbehaviour', () => {
  it('stores it for one order, and forgets it', async () => {
    const { sandbox, outTradeNo, key } = await placed();
    const stored = { what: 'systemError', on: 'query', outTradeNo };
    expect(await admin('POST', '/misbehaviours', { ...stored, times: 3 })).toMatchObject({ status: 201 });
    const target = `/v3/global/transactions/out-trade-no/${outTradeNo}?mchid=${key.mchid}`;
    expect(await v3(sandbox, 'GET', target)).toMatchObject({ status: 500, body: { code: 'SYSTEM_ERROR' } });
    expect((await admin('GET', '/misbehaviours')).body).toEqual([
      { ...stored, mchid: key.mchid, subMchid: 'any', times: 3, left: 2, after: 0 },
    ]);
    expect((await admin('DELETE', '/misbehaviours')).body).toEqual([]);
    expect(await v3(sandbox, 'GET', target)).toMatchObject({ status: 200 });
  });

  it('stores it for the second call, and then for all', async () => {
    const { sandbox, outTradeNo, key } = await placed();
    const stored = { what: 'tooOften', on: 'query', outTradeNo, after: 1, times: 'always' };
    expect(await admin('POST', '/misbehaviours', stored)).toMatchObject({ status: 201, body: [{ left: 'always' }] });
    const target = `/v3/global/transactions/out-trade-no/${outTradeNo}?mchid=${key.mchid}`;
    for (const status of [200, 429, 429]) expect(await v3(sandbox, 'GET', target)).toMatchObject({ status });
    await admin('DELETE', '/misbehaviours');
    expect(await v3(sandbox, 'GET', target)).toMatchObject({ status: 200 });
  });

  it('stores one for any order', async () => {
    const { sandbox, outTradeNo, key } = await placed();
    await admin('POST', '/misbehaviours', { what: 'tooOften' });
    const target = `/v3/global/transactions/out-trade-no/${outTradeNo}?mchid=${key.mchid}`;
    expect(await v3(sandbox, 'GET', target)).toMatchObject({ status: 429 });
  });

  it('changes the keys, and tells the new ones', async () => {
    const { sandbox } = shared();
    const before = sandbox.wechatpayKeys;
    const { body } = await admin('POST', '/rotate');
    expect(body).toEqual(sandbox.wechatpayKeys);
    expect(body).not.toEqual(before);
    expect(await admin('GET', '/keys')).toEqual({ status: 200, body });
  });
});

describe('the admin API', () => {
  it('tells what it can, every misbehaviour included', async () => {
    const answer = await fetch(`${shared().sandbox.url}/sandbox`);
    const text = await answer.text();
    expect(answer.headers.get('content-type')).toContain('text/plain');
    for (const name of MISBEHAVIOUR_NAMES) expect(text).toContain(`  ${name} `);
    const { url } = shared().sandbox;
    const routes = [...text.matchAll(/^ +(GET|POST|DELETE) +\/sandbox(\/\S*)/gm)];
    expect(routes.length).toBeGreaterThan(15);
    for (const [, method = '', path = ''] of routes) {
      const reached = await fetch(`${url}/sandbox${path.replace('{n}', 'NOBODY')}`, { method });
      expect(await reached.text()).not.toContain('Route');
    }
  });

  it('tells every call, and what must never have happened', async () => {
    const { sandbox, outTradeNo, key, clock } = await placed();
    await v3(sandbox, 'POST', `/v3/global/transactions/out-trade-no/${outTradeNo}/close`, { mchid: key.mchid });
    const at = new Date(clock.now).toISOString();
    expect((await admin('GET', `/ledger?outTradeNo=${outTradeNo}`)).body).toMatchObject({
      entries: [{ outTradeNo, call: 'close', answer: 'INVALID_REQUEST', at, receivedAt: expect.stringContaining('T') }],
      refused: expect.any(Array),
    });
    const audit = await admin('POST', '/audit', { outcomes: { [outTradeNo]: 'closed' } });
    const these: unknown = expect.arrayContaining([outTradeNo]);
    expect(audit).toMatchObject({ status: 200, body: { early: these, wrong: these } });
  });

  it.each([
    [
      '/orders',
      { outTradeNo: 'a b', amount: { total: 1.5, currency: 'hkd' } },
      ['outTradeNo', 'amount.total', 'amount.currency'],
    ],
    ['/orders', { outTradeNo: 'A', amount: { total: 1, currency: 'HKD' }, colour: 'red' }, ['colour']],
    [
      '/orders',
      { outTradeNo: 'A', amount: { total: 1, currency: 'HKD' }, notifyUrl: 'http://example.com' },
      ['notifyUrl'],
    ],
    ['/misbehaviours', { what: 'explode', on: 'pay', times: 0 }, ['what', 'on', 'times']],
    ['/service-orders', {}, ['outOrderNo']],
    ['/audit', { outcomes: [1] }, ['outcomes']],
  ])('refuses what it does not understand, with every fault: %s %o', async (path, body, fields) => {
    const { status, body: answer } = await admin('POST', path, body);
    const { faults = [] } = answer as { faults?: string[] };
    expect(status).toBe(400);
    expect(faults).toHaveLength(fields.length);
    for (const field of fields) expect(faults.join('\n')).toContain(field);
  });

  it('refuses a number that is taken, one that is not known, and another’s merchant', async () => {
    const { outTradeNo } = await placed();
    const amount = { total: 1, currency: 'HKD' };
    expect(await admin('POST', '/orders', { outTradeNo, amount })).toMatchObject({ status: 409 });
    expect(await admin('GET', '/orders/NOBODY')).toMatchObject({ status: 404 });
    const mchid = '1900000333';
    expect(await admin('POST', '/orders', { outTradeNo: newNumber(), amount, mchid })).toMatchObject({ status: 404 });
    expect(await admin('POST', '/orders', 'not json')).toMatchObject({ status: 400 });
  });

  it('is not for pages in a browser', async () => {
    const amount = { total: 1, currency: 'HKD' };
    const fromAnotherSite = { origin: 'https://example.com' };
    expect(await admin('POST', '/orders', { outTradeNo: newNumber(), amount }, fromAnotherSite)).toMatchObject({
      status: 403,
    });
  });
});
