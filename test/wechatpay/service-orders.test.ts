import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServiceOrderRef } from '../../domain/service-order.js';
import { Sandbox } from '../../sandbox/sandbox.js';
import type { Merchant } from '../../wechatpay/merchant.js';
import { cancelServiceOrder, parseServiceOrder, queryServiceOrder } from '../../wechatpay/service-orders.js';
import { merchantsOf } from '../support/merchant.js';

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
    expect(await queryServiceOrder(merchant, order)).toMatchObject({ found: true, state: 'CREATED', totalDue: null });
    expect(await cancelServiceOrder(merchant, order, REASON)).toMatchObject({ answer: 'accepted' });
    expect(await queryServiceOrder(merchant, order)).toMatchObject({ state: 'REVOKED' });
    const again = await cancelServiceOrder(merchant, order, REASON);
    expect(again).toMatchObject({ answer: 'alreadyCancelled', code: 'ORDER_CANCELED' });
  });

  it('that needs no confirmation is in DOING from the start', async () => {
    expect(await queryServiceOrder(merchant, await created(false))).toMatchObject({ state: 'DOING' });
  });

  it('that nobody created is signed not found', async () => {
    const order = { ...(await created()), outOrderNo: 'NEVER-CREATED' };
    expect(await queryServiceOrder(merchant, order)).toMatchObject({ found: false, code: 'ORDER_NOT_EXIST' });
    expect(await cancelServiceOrder(merchant, order, REASON)).toMatchObject({ answer: 'notFound' });
  });

  it('refuses another reason than the first', async () => {
    const order = await created();
    await cancelServiceOrder(merchant, order, REASON);
    expect(await cancelServiceOrder(merchant, order, '别的原因')).toMatchObject({
      answer: expect.stringMatching(/refused|already/),
    });
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
    parseServiceOrder(Buffer.from(JSON.stringify({ ...ANSWER, ...changes })), ORDER);

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

  it('has null for what it does not say, or says in words that are not documented', () => {
    const thin = parse({
      state_description: 'OTHER',
      collection: undefined,
      total_amount: undefined,
      order_id: undefined,
    });
    expect(thin).toMatchObject({ description: null, collection: null, totalDue: null, orderId: null });
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
    expect(parseServiceOrder(Buffer.from('[]'), ORDER)).toHaveProperty('fault');
  });
});
