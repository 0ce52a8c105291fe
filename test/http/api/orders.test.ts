import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientsOf } from '../../../http/api/run.js';
import { MINUTE } from '../../../domain/time.js';
import { newRealWorld, type RealWorld } from '../../support/real-world.js';
import { AMOUNT } from '../../support/world.js';
import { DEFAULT_TASK_QUEUE } from '../../../workflows/messages/orders.js';
import { type Ask, pathOf, serving } from './serving.js';

let world: RealWorld;
let ask: Ask;
const ends: (() => Promise<void>)[] = [];
beforeAll(async () => {
  world = await newRealWorld();
  ends.push(() => world.end());
  await world.startWorker();
  ({ ask } = await serving(clientsOf(world.client, DEFAULT_TASK_QUEUE), {}, (stop) => ends.push(stop)));
});
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

const INPUT = { api: 'v3-global', amount: AMOUNT, payWithin: '30m' } as const;

let count = 0;

/** An order that was placed, ten minutes ago by WeChat Pay's clock, and is not watched yet. */
async function placed(outTradeNo = `API-${(count += 1)}`) {
  const key = { mchid: world.sandbox.mchid, outTradeNo };
  await world.sandbox.place({ ...key, amount: AMOUNT, createdAt: Date.now() - 10 * MINUTE });
  return { key, path: pathOf(key) };
}

async function watched() {
  const order = await placed();
  expect(await ask(`PUT ${order.path}`, { body: INPUT })).toMatchObject({ status: 201 });
  return order;
}

/** An order that ended as paid. */
async function paid() {
  const order = await watched();
  await world.sandbox.pay(order.key);
  expect((await ask(`POST ${order.path}/check`)).body).toMatchObject({ ended: true, outcome: { ended: 'paid' } });
  await world.orders.order(order.key).outcome();
  return order;
}

describe('the start of an order', () => {
  it('says whether it is new, was there, differs or has ended', async () => {
    const { path, key } = await placed();
    const first = await ask(`PUT ${path}`, { body: INPUT });
    const workflowId = `order/${key.mchid}/${key.outTradeNo}`;
    expect(first).toMatchObject({
      status: 201,
      body: { workflowId, isNew: true, inputDiffers: false, ended: false, timeExpire: expect.stringMatching(/^20/) },
    });
    const { timeExpire } = first.body;
    expect(await ask(`PUT ${path}`, { body: INPUT })).toMatchObject({
      status: 200,
      body: { isNew: false, inputDiffers: false, ended: false, timeExpire },
    });
    const other = { ...INPUT, amount: { ...AMOUNT, total: 1 } };
    expect(await ask(`PUT ${path}`, { body: other })).toMatchObject({ status: 200, body: { inputDiffers: true } });
    await world.sandbox.pay(key);
    await ask(`POST ${path}/check`);
    await world.orders.order(key).outcome();
    expect(await ask(`PUT ${path}`, { body: INPUT })).toMatchObject({
      status: 200,
      body: { isNew: false, ended: true, outcome: { ended: 'paid', amount: AMOUNT }, endedAt: expect.any(String) },
    });
  });

  it.each(['A|B*C', 'a-b_c', '--'])('takes the number %s', async (outTradeNo) => {
    const { path } = await placed(outTradeNo);
    expect(await ask(`PUT ${path}`, { body: INPUT })).toMatchObject({
      status: 201,
      body: { workflowId: `order/${world.sandbox.mchid}/${outTradeNo}` },
    });
    expect(await ask(`GET ${path}`)).toMatchObject({ status: 200, body: { order: { outTradeNo } } });
  });

  it('takes a v2 number with @, and the order of a sub-merchant', async () => {
    const body = { ...INPUT, api: 'v2', amount: { total: 1, currency: 'CNY' } };
    const path = pathOf({ mchid: '1900000200', outTradeNo: 'A@1' });
    expect(await ask(`PUT ${path}?subMchid=1900000201`, { body })).toMatchObject({
      status: 201,
      body: { workflowId: 'order/1900000200/1900000201/A@1', timeExpire: expect.stringMatching(/^\d{14}$/) },
    });
    // Without it, the order of the merchant itself is meant.
    expect(await ask(`GET ${path}`)).toMatchObject({ status: 404, body: { code: 'order-not-found' } });
  });

  it('lists every fault, in the words of the client', async () => {
    const { path, key } = await placed();
    const body = { api: 'v4', amount: { total: '8', currency: 'HKD' }, createdAt: '2026-01-01', mchid: key.mchid };
    const said = await ask(`PUT ${path}`, { body });
    expect(said).toMatchObject({ status: 400, body: { code: 'invalid-order', status: 400 } });
    expect(said.body['faults']).toEqual([
      { field: 'api', value: '"v4"', rule: 'must be one of v3-global, v3, v2' },
      expect.objectContaining({ field: 'createdAt', value: '"2026-01-01", a day without a time' }),
      expect.objectContaining({ field: 'payBefore, payWithin' }),
      expect.objectContaining({ field: 'amount.total', value: 'the text "8"; write it without quotes' }),
      { field: 'mchid', value: `"${key.mchid}"`, rule: 'stands in the URL, and not in the body' },
    ]);
  });

  it('refuses what has the right form and a wrong meaning', async () => {
    const { path } = await placed();
    const body = { ...INPUT, payWithin: '1s' };
    expect(await ask(`PUT ${path}`, { body })).toMatchObject({
      status: 400,
      body: { faults: [{ field: 'payWithin', rule: expect.stringContaining('1 minute to 7 days') }] },
    });
  });

  it('refuses an order whose deadline is long past, unless it was started in time', async () => {
    const { path } = await placed();
    const hourAgo = new Date(Date.now() - 61 * MINUTE).toISOString();
    const body = { api: 'v3-global', amount: AMOUNT, createdAt: hourAgo, payBefore: hourAgo };
    expect(await ask(`PUT ${path}`, { body })).toMatchObject({
      status: 400,
      body: { faults: [{ field: 'payBefore', rule: expect.stringContaining('more than an hour into the past') }] },
    });
    expect(await ask(`PUT ${path}`, { body: { ...body, trustCreatedAt: true } })).toMatchObject({ status: 201 });
    expect(await ask(`PUT ${path}`, { body })).toMatchObject({ status: 200, body: { isNew: false } });
  });

  it('refuses a query that nobody knows: it may be a sub-merchant, misspelt', async () => {
    const { path } = await placed();
    expect(await ask(`PUT ${path}?submchid=1900000201`, { body: INPUT })).toMatchObject({
      status: 400,
      body: { faults: [{ field: 'submchid' }] },
    });
  });
});

describe('an order that is watched', () => {
  it('is shown, checked, extended and closed', async () => {
    const { path } = await watched();
    expect(await ask(`GET ${path}`)).toMatchObject({
      status: 200,
      body: { visible: 'awaiting-payment', outcome: null },
    });
    expect(await ask(`POST ${path}/check`)).toMatchObject({
      status: 200,
      body: { ended: false, tradeState: 'NOTPAY', askedAt: expect.any(String) },
    });
    const payBefore = new Date(Date.now() + 60 * MINUTE).toISOString().replace(/\.\d+/, '');
    expect(await ask(`POST ${path}/extend`, { body: { payBefore } })).toMatchObject({
      status: 200,
      body: { ended: false, accepted: true, closesAt: payBefore },
    });
    const close = { replacedBy: 'ANOTHER-1' };
    expect(await ask(`POST ${path}/close`, { body: close })).toMatchObject({
      status: 200,
      body: { ended: false, accepted: true, closesAt: expect.any(String) },
    });
    expect(await ask(`POST ${path}/close`, { body: { replacedBy: 'ANOTHER-2' } })).toMatchObject({
      status: 400,
      body: { code: 'invalid-order', faults: [{ field: 'replacedBy' }] },
    });
    expect(await ask(`POST ${path}/extend`, { body: { payBefore } })).toMatchObject({
      status: 400,
      body: { faults: [{ field: 'request', rule: expect.stringContaining('a close was requested') }] },
    });
  });

  it('hears that its placement failed', async () => {
    const key = { mchid: world.sandbox.mchid, outTradeNo: `API-${(count += 1)}` };
    await ask(`PUT ${pathOf(key)}`, { body: INPUT });
    const body = { code: 'PARAM_ERROR' };
    expect(await ask(`POST ${pathOf(key)}/placement-failed`, { body })).toMatchObject({
      status: 200,
      body: { ended: false, accepted: true, phase: expect.any(String) },
    });
  });

  it.each([
    ['close', { by: 'Mei' }, 'by'],
    ['close', { replacedBy: 'no spaces' }, 'replacedBy'],
    ['extend', {}, 'payBefore'],
    ['extend', { payBefore: 1 }, 'payBefore'],
    ['extend', { payBefore: 'tomorrow' }, 'payBefore'],
    ['placement-failed', { code: 'A B' }, 'code'],
  ])('refuses a bad body of %s: %j', async (what, body, field) => {
    const { path } = await placed();
    // It is refused at the door: nobody watches this order.
    expect(await ask(`POST ${path}/${what}`, { body })).toMatchObject({
      status: 400,
      body: { code: 'invalid-order', faults: [{ field }] },
    });
  });
});

describe('an order that has ended', () => {
  it('answers every request with how it ended, and changes nothing', async () => {
    const { path } = await paid();
    const ended = { ended: true, outcome: { ended: 'paid' }, latePayment: null };
    expect(await ask(`POST ${path}/check`)).toMatchObject({ status: 200, body: { ...ended, askedAt: null } });
    const requests = { close: {}, extend: { payBefore: '2030-01-01T00:00:00Z' }, 'placement-failed': { code: 'X' } };
    for (const [what, body] of Object.entries(requests)) {
      expect(await ask(`POST ${path}/${what}`, { body })).toMatchObject({
        status: 200,
        body: { ...ended, accepted: false },
      });
    }
    expect(await ask(`GET ${path}`)).toMatchObject({ status: 200, body: { outcome: { ended: 'paid' } } });
  });
});

describe('an order that nobody watches', () => {
  it.each(['GET', 'POST /check', 'POST /close', 'POST /extend', 'POST /placement-failed'])(
    'is not found: %s',
    async (what) => {
      const { path } = await placed();
      const [method = '', end = ''] = what.split(' ');
      const bodies = {
        '/close': {},
        '/extend': { payBefore: '2030-01-01T00:00:00Z' },
        '/placement-failed': { code: 'X' },
      };
      const body = bodies[end as keyof typeof bodies] as object | undefined;
      const said = await ask(`${method} ${path}${end}`, body === undefined ? {} : { body });
      expect(said).toMatchObject({ status: 404, body: { code: 'order-not-found' } });
    },
  );

  it('has no outcome if its workflow was terminated, and can be started again', async () => {
    const { path, key } = await watched();
    await world.client.workflow.getHandle(`order/${key.mchid}/${key.outTradeNo}`).terminate();
    const body = {};
    expect(await ask(`POST ${path}/close`, { body })).toMatchObject({ status: 409, body: { code: 'no-outcome' } });
    expect(await ask(`PUT ${path}`, { body: INPUT })).toMatchObject({ status: 201 });
  });
});
