import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServiceOrderRef } from '../../domain/payscore/order.js';
import { Sandbox } from '../../testing/sandbox/sandbox.js';
import type { Merchant } from '../../wechatpay/merchant.js';
import { cancelServiceOrder, parseServiceOrder, queryServiceOrder } from '../../wechatpay/service-orders.js';
import { parseJsonObject } from '../../wechatpay/json.js';
import { merchantsOf } from '../support/merchant.js';
import { answerOf, failureOf } from '../support/wechatpay-failure.js';
import { V3Server } from './v3-server.js';

const REASON = '用户投诉';

let sandbox: Sandbox;
let merchant: Merchant;
let count = 0;

beforeAll(async () => {
  sandbox = await Sandbox.start();
  const found = (await merchantsOf(sandbox)).find(sandbox.mchid);
  if (found === undefined) throw new Error('the sandbox wrote no merchant');
  merchant = found;
});
afterAll(() => sandbox.stop());

async function created(needUserConfirm = true): Promise<ServiceOrderRef> {
  const { mchid, outOrderNo, serviceId, appid } = await sandbox.createServiceOrder({
    mchid: sandbox.mchid,
    outOrderNo: `SERVICE-${++count}`,
    needUserConfirm,
  });
  return { mchid, outOrderNo, serviceId, appid };
}

describe('a service order', () => {
  it('is found, cancelled, and cancelled for good', async () => {
    const order = await created();
    expect(await answerOf(queryServiceOrder(merchant, order))).toMatchObject({
      found: true,
      state: 'CREATED',
      totalDue: null,
    });
    expect(await answerOf(cancelServiceOrder(merchant, order, REASON))).toMatchObject({ answer: 'accepted' });
    expect(await answerOf(queryServiceOrder(merchant, order))).toMatchObject({ state: 'REVOKED' });
    const again = await answerOf(cancelServiceOrder(merchant, order, REASON));
    expect(again).toMatchObject({ answer: 'alreadyCancelled', code: 'ORDER_CANCELED' });
  });

  it('that needs no confirmation is in DOING from the start', async () => {
    expect(await answerOf(queryServiceOrder(merchant, await created(false)))).toMatchObject({ state: 'DOING' });
  });

  it('that nobody created is signed not found', async () => {
    const order = { ...(await created()), outOrderNo: 'NEVER-CREATED' };
    expect(await answerOf(queryServiceOrder(merchant, order))).toMatchObject({ found: false, code: 'ORDER_NOT_EXIST' });
    expect(await answerOf(cancelServiceOrder(merchant, order, REASON))).toMatchObject({ answer: 'notFound' });
  });

  it('refuses another reason than the first', async () => {
    const order = await created();
    await answerOf(cancelServiceOrder(merchant, order, REASON));
    expect(await answerOf(cancelServiceOrder(merchant, order, '别的原因'))).toMatchObject({
      answer: expect.stringMatching(/refused|already/),
    });
  });
});

describe('a cancel', () => {
  let server: V3Server;
  beforeAll(async () => {
    server = await V3Server.start();
  });
  afterAll(() => server.stop());

  const ours = () => ({
    appid: 'wx1',
    mchid: server.mchid,
    out_order_no: 'SERVICE-1',
    service_id: '500001',
    order_id: '15646546545165651651',
  });
  const cancel = (status: number, body: object) => {
    server.say({ status, body });
    return cancelServiceOrder(server.merchant(), server.serviceOrder, REASON);
  };

  it('sends the reason that it is given, with app and service, and no number of the path', async () => {
    expect(await answerOf(cancel(200, ours()))).toEqual({ answer: 'accepted', requestId: 'R-1' });
    const { method, target, body } = server.lastRequest;
    expect([method, target]).toEqual(['POST', '/v3/payscore/serviceorder/SERVICE-1/cancel']);
    expect(JSON.parse(body)).toEqual({ appid: 'wx1', service_id: '500001', reason: REASON });
  });

  it.each([
    [{ out_order_no: 'SERVICE-2' }, 'another service order'],
    [{ mchid: '2' }, 'another merchant'],
    [{ service_id: '2' }, 'another service'],
    [{ appid: 'wx2' }, 'another app'],
  ])('is not believed to be done by an answer with %j', async (changes, what) => {
    const { facts } = await failureOf(cancel(200, { ...ours(), ...changes }));
    expect(facts).toMatchObject({ code: 'LOCAL_UNREADABLE', status: 200, mayHaveTakenEffect: true });
    expect(facts.what).toContain(what);
  });

  it('is not believed to be done by a 202', async () => {
    expect((await failureOf(cancel(202, ours()))).facts).toMatchObject({ code: 'LOCAL_UNREADABLE', status: 202 });
  });

  it.each([
    ['ORDER_DONE', 'done'],
    ['ORDER_CANCELED', 'alreadyCancelled'],
    ['INVALID_ORDER_STATE', 'refusedState'],
  ])('that is refused with %s is %s', async (code, answer) => {
    expect(await answerOf(cancel(400, { code }))).toEqual({ answer, code, requestId: 'R-1' });
  });
});

describe('the answer about a service order', () => {
  const ORDER: ServiceOrderRef = { mchid: '1', outOrderNo: 'A', serviceId: '500001', appid: 'wx1' };
  const ANSWER = {
    mchid: '1',
    out_order_no: 'A',
    service_id: '500001',
    appid: 'wx1',
    state: 'DOING',
    state_description: 'MCH_COMPLETE',
    total_amount: 500,
    collection: { state: 'USER_PAYING', total_amount: 400 },
    order_id: '15646546545165651651',
    openid: 'oUpF8uN95-Ptaags6E_roPHg7AG0',
  };
  const parse = (changes: object = {}) =>
    parseServiceOrder(parseJsonObject(Buffer.from(JSON.stringify({ ...ANSWER, ...changes }))), ORDER);

  it('is read without the user, and with what is to be collected', () => {
    expect(parse()).toEqual({
      found: true,
      state: 'DOING',
      description: 'MCH_COMPLETE',
      collection: 'USER_PAYING',
      totalDue: 400,
      orderId: '15646546545165651651',
    });
  });

  it.each<[object, number | null]>([
    [{ total_amount: 10000, paying_amount: 6000, paid_amount: 4000 }, null],
    [{ total_amount: 10000, paying_amount: 0, paid_amount: 10000 }, null],
    [{ total_amount: 10000, paying_amount: 6000, paid_amount: 0 }, 6000],
    [{ total_amount: 10000, paying_amount: 6000 }, 6000],
    [{ total_amount: 10000, paid_amount: 0 }, 10000],
    [{ total_amount: 10000, paid_amount: '4000' }, null],
    [{ total_amount: 10000, paid_amount: -1 }, null],
    [{ total_amount: 10000, paying_amount: -1 }, null],
    [{ total_amount: 10000, paying_amount: 1.5 }, null],
    [{ total_amount: -1 }, null],
    [{ total_amount: '400' }, null],
    [{}, 500],
  ])('with the collection %j has %j due, and says what the collection is at', (amounts, totalDue) => {
    expect(parse({ collection: { state: 'USER_PAYING', ...amounts } })).toMatchObject({
      totalDue,
      collection: 'USER_PAYING',
    });
  });

  it('has null for what it does not say, or says in words that are not documented', () => {
    const thin = parse({
      state_description: 'OTHER',
      collection: undefined,
      total_amount: undefined,
      order_id: undefined,
    });
    expect(thin).toMatchObject({ description: null, collection: null, totalDue: null, orderId: null });
    for (const order_id of ['x'.repeat(65), '<b>', 7]) expect(parse({ order_id })).toMatchObject({ orderId: null });
  });

  it.each([
    [{ out_order_no: 'B' }, 'another service order'],
    [{ mchid: '2' }, 'another merchant'],
    [{ service_id: '2' }, 'another service'],
    [{ appid: 'wx2' }, 'another app'],
    [{ state: 'NEW' }, 'not documented'],
  ])('decides nothing with %j', (changes, fault) => {
    expect(parse(changes)).toEqual({ fault: expect.stringContaining(fault) });
  });

  it('decides nothing when it is no object', () => {
    expect(parseServiceOrder(parseJsonObject(Buffer.from('[]')), ORDER)).toHaveProperty('fault');
  });
});
