import { describe, expect, it } from 'vitest';
import type { Sandbox } from '../../../testing/sandbox/sandbox.js';
import { APPID, newNumber, NOON, sharedSandbox, v3 } from './wire.js';

const shared = sharedSandbox();
const PATH = '/v3/payscore/serviceorder';
const NAMED = { appid: APPID, service_id: '500001' };
const REASON = '用户投诉';

async function created(needUserConfirm = true) {
  const { sandbox } = shared();
  const outOrderNo = newNumber();
  const body = {
    ...NAMED,
    out_order_no: outOrderNo,
    service_introduction: '充电宝',
    need_user_confirm: needUserConfirm,
  };
  const create = (changes: Record<string, unknown> = {}) => v3(sandbox, 'POST', PATH, { ...body, ...changes });
  return {
    sandbox,
    outOrderNo,
    key: { mchid: sandbox.mchid, outOrderNo },
    create,
    first: await create(),
    query: (changes: Record<string, string> = { out_order_no: outOrderNo }) =>
      v3(sandbox, 'GET', `${PATH}?${new URLSearchParams({ ...NAMED, ...changes }).toString()}`),
    cancel: (changes: Record<string, unknown> = {}) =>
      v3(sandbox, 'POST', `${PATH}/${outOrderNo}/cancel`, { ...NAMED, reason: REASON, ...changes }),
    complete: (changes: Record<string, unknown> = {}) =>
      v3(sandbox, 'POST', `${PATH}/${outOrderNo}/complete`, { ...NAMED, total_amount: 500, ...changes }),
  };
}

const refused = (code: string, status = 400) => ({ status, body: { code }, fault: undefined });

describe('a service order', () => {
  it('waits for the user to confirm it, where that is needed', async () => {
    const { sandbox, key, first, query } = await created();
    expect(first).toMatchObject({ status: 200, body: { state: 'CREATED', package: expect.any(String) } });
    const { body, fault } = await query();
    expect(fault).toBeUndefined();
    expect(body).toMatchObject({ ...NAMED, mchid: sandbox.mchid, out_order_no: key.outOrderNo, state: 'CREATED' });
    for (const later of ['state_description', 'total_amount', 'collection', 'openid']) {
      expect(body).not.toHaveProperty(later);
    }
    sandbox.serviceOrders.confirm(key);
    expect((await query()).body).toMatchObject({ state: 'DOING', state_description: 'USER_CONFIRM' });
  });

  it('starts in DOING in the mode without confirmation', async () => {
    const { first, query } = await created(false);
    expect(first.body).toMatchObject({ state: 'DOING', state_description: 'USER_CONFIRM' });
    expect(first.body).not.toHaveProperty('package');
    expect((await query()).body).toMatchObject({ state: 'DOING' });
  });

  it('is completed, and done when the user has paid', async () => {
    const { sandbox, key, complete, query } = await created(false);
    expect(await complete()).toMatchObject({ status: 200, body: { total_amount: 500 }, fault: undefined });
    expect((await query()).body).toMatchObject({
      state: 'DOING',
      state_description: 'MCH_COMPLETE',
      total_amount: 500,
      collection: { state: 'USER_PAYING', total_amount: 500, paying_amount: 500, paid_amount: 0 },
    });
    sandbox.serviceOrders.pay(key, NOON);
    const { body } = await query();
    expect(body).toMatchObject({
      state: 'DONE',
      collection: {
        state: 'USER_PAID',
        paying_amount: 0,
        paid_amount: 500,
        details: [{ paid_time: '2026-03-02T20:00:00+08:00' }],
      },
    });
    expect(body).not.toHaveProperty('state_description');
  });

  it('is done at once where nothing is due', async () => {
    const { complete, query } = await created(false);
    await complete({ total_amount: 0 });
    const { body } = await query();
    expect(body).toMatchObject({ state: 'DONE', need_collection: false });
    expect(body).not.toHaveProperty('collection');
  });

  it('expires while it is not confirmed, and not after', async () => {
    const one = await created();
    one.sandbox.serviceOrders.expire(one.key);
    expect((await one.query()).body).toMatchObject({ state: 'EXPIRED' });
    expect(one.sandbox.serviceOrders.confirm(one.key)).toBeUndefined();
    const { sandbox, key } = await created(false);
    expect(sandbox.serviceOrders.expire(key)).toBeUndefined();
  });

  it('is paid only where something is due', async () => {
    const { sandbox, key } = await created(false);
    expect(sandbox.serviceOrders.pay(key, NOON)).toBeUndefined();
  });

  it('may be created again with the same body, and with no other', async () => {
    const { create, first } = await created();
    expect((await create()).body).toEqual(first.body);
    expect(await create({ service_introduction: '雨伞' })).toMatchObject(refused('INVALID_REQUEST'));
  });

  it.each([
    [{ appid: 'wx0000000000000000' }, 'APPID_MCHID_NOT_MATCH'],
    [{ out_order_no: 'a b' }, 'PARAM_ERROR'],
    [{ service_id: undefined }, 'PARAM_ERROR'],
  ])('is not created with %o: %s', async (changes, code) => {
    const { create } = await created();
    expect(await create({ out_order_no: newNumber(), ...changes })).toMatchObject(refused(code));
  });

  it('is not created for another merchant’s number', async () => {
    const { sandbox, outOrderNo } = await created();
    expect(sandbox.serviceOrders.find({ mchid: '1900000333', outOrderNo })).toBeUndefined();
  });
});

describe('a query of a service order', () => {
  it('finds it by the id that the user’s page brings back', async () => {
    const { sandbox, key, query } = await created();
    const { queryId = '' } = sandbox.serviceOrders.find(key) ?? {};
    expect((await query({ query_id: queryId })).body).toEqual((await query()).body);
  });

  it('takes exactly one of the two numbers', async () => {
    const { outOrderNo, query } = await created();
    expect(await query({})).toMatchObject(refused('PARAM_ERROR'));
    expect(await query({ out_order_no: outOrderNo, query_id: 'q' })).toMatchObject(refused('PARAM_ERROR'));
  });

  it('finds nothing under another number, and is refused for another service', async () => {
    const { outOrderNo, query } = await created();
    expect(await query({ out_order_no: newNumber() })).toMatchObject(refused('ORDER_NOT_EXIST', 404));
    expect(await query({ out_order_no: outOrderNo, service_id: '2' })).toMatchObject(refused('INVALID_REQUEST'));
  });
});

type Prepare = (sandbox: Sandbox, key: { mchid: string; outOrderNo: string }) => unknown;

describe('a cancel', () => {
  it.each<[string, boolean, Prepare]>([
    ['CREATED', true, () => undefined],
    ['DOING, confirmed', false, () => undefined],
    ['DOING, and its money due', false, ({ serviceOrders }, key) => serviceOrders.complete(key, 500)],
  ])('takes a service order that is %s', async (_, needUserConfirm, prepare) => {
    const { sandbox, key, cancel, query } = await created(needUserConfirm);
    prepare(sandbox, key);
    const { status, body, fault } = await cancel();
    expect({ status, fault }).toEqual({ status: 200, fault: undefined });
    expect(body).toEqual({
      ...NAMED,
      mchid: sandbox.mchid,
      out_order_no: key.outOrderNo,
      order_id: sandbox.serviceOrders.find(key)?.orderId,
    });
    expect((await query()).body).toMatchObject({ state: 'REVOKED' });
  });

  it.each([
    ['REVOKED', 'ORDER_CANCELED'],
    ['DONE', 'ORDER_DONE'],
    ['EXPIRED', 'INVALID_ORDER_STATE'],
  ] as const)('does not take one that is %s', async (state, code) => {
    const { sandbox, key, cancel } = await created();
    sandbox.serviceOrders.become(key, { state });
    expect(await cancel()).toMatchObject(refused(code));
  });

  it('must be the same each time, also after a SYSTEM_ERROR, and also when it is too late', async () => {
    const { sandbox, outOrderNo, cancel } = await created();
    sandbox.misbehave(outOrderNo, { what: 'systemError', on: 'cancel' });
    expect(await cancel()).toMatchObject(refused('SYSTEM_ERROR', 500));
    expect(await cancel({ reason: '另一个原因' })).toMatchObject(refused('INVALID_REQUEST'));
    expect(await cancel()).toMatchObject({ status: 200 });
    expect(await cancel({ reason: '另一个原因' })).toMatchObject(refused('INVALID_REQUEST'));
    expect(await cancel()).toMatchObject(refused('ORDER_CANCELED'));
  });

  it('with another reason than the one that a SYSTEM_ERROR answered is refused for that, and does nothing', async () => {
    const { sandbox, key, cancel } = await created();
    sandbox.misbehave(key, { what: 'systemError', on: 'cancel' });
    expect(await cancel({ reason: '用户投诉' })).toMatchObject(refused('SYSTEM_ERROR', 500));
    const { status, body, fault } = await cancel({ reason: '另一个原因' });
    expect({ status, body, fault }).toEqual({
      status: 400,
      body: {
        code: 'INVALID_REQUEST',
        message: 'Another request of this kind was sent for this number before, with other parameters.',
      },
      fault: undefined,
    });
    expect(sandbox.serviceOrders.find(key)?.state).toBe('CREATED');
  });

  it('with a reason that cannot be is refused, and is no first one', async () => {
    const { cancel } = await created();
    for (const reason of ['', '字'.repeat(31), '🙂', 5])
      expect(await cancel({ reason })).toMatchObject(refused('PARAM_ERROR'));
    expect(await cancel({ reason: '字'.repeat(30) })).toMatchObject({ status: 200 });
  });

  it('names the app and the service of the creation', async () => {
    const { cancel, query } = await created();
    expect(await cancel({ service_id: '2' })).toMatchObject(refused('INVALID_REQUEST'));
    expect((await query()).body).toMatchObject({ state: 'CREATED' });
  });

  it('of a number that was never created is refused', async () => {
    const { sandbox } = shared();
    const answer = await v3(sandbox, 'POST', `${PATH}/${newNumber()}/cancel`, { ...NAMED, reason: REASON });
    expect(answer).toMatchObject(refused('ORDER_NOT_EXIST', 404));
  });
});

describe('a completion', () => {
  it('may come again as it was, and not otherwise', async () => {
    const { complete } = await created(false);
    expect(await complete()).toMatchObject({ status: 200 });
    expect(await complete()).toMatchObject({ status: 200 });
    expect(await complete({ total_amount: 501 })).toMatchObject(refused('INVALID_REQUEST'));
  });

  it.each([
    ['CREATED', 'INVALID_ORDER_STATE'],
    ['EXPIRED', 'INVALID_ORDER_STATE'],
    ['DONE', 'ORDER_DONE'],
    ['REVOKED', 'ORDER_CANCELED'],
  ] as const)('of a service order that is %s is refused', async (state, code) => {
    const { sandbox, key, complete } = await created();
    sandbox.serviceOrders.become(key, { state });
    expect(await complete()).toMatchObject(refused(code));
  });
});

describe('the audit', () => {
  async function faultsAfter(outcome: string, ...steps: readonly ('query' | 'cancel' | 'pay' | 'paid, not done')[]) {
    const { sandbox, key, outOrderNo, query, cancel } = await created(false);
    sandbox.serviceOrders.complete(key, 500);
    for (const step of steps) {
      if (step === 'query') await query();
      else if (step === 'cancel') await cancel();
      else if (step === 'pay') sandbox.serviceOrders.pay(key, NOON);
      else sandbox.serviceOrders.become(key, { collection: 'USER_PAID' });
    }
    const audit = sandbox.audit(new Map([[outOrderNo, outcome]]));
    return Object.entries(audit).flatMap(([fault, numbers]: [string, string[]]) =>
      numbers.includes(outOrderNo) ? [fault] : [],
    );
  }

  it.each([
    ['nothing in a cancel that was asked about before', ['query', 'cancel', 'query'], []],
    ['a cancel that nobody asked before', ['cancel', 'query'], ['needless']],
    ['a second cancel with no new query', ['query', 'cancel', 'cancel'], ['needless']],
    [
      'a cancel after the user was known to have paid',
      ['pay', 'query', 'cancel'],
      ['closedWhilePaid', 'needless', 'wrong'],
    ],
    ['an outcome that is not the state', ['query', 'pay'], ['wrong']],
  ] as const)('finds %s', async (_, steps, faults) => {
    expect(await faultsAfter('cancelled', ...steps)).toEqual(faults);
  });

  it('knows that the money is paid before the order is done', async () => {
    expect(await faultsAfter('cancelled', 'paid, not done', 'query', 'cancel')).toEqual([
      'closedWhilePaid',
      'needless',
    ]);
  });

  it('takes a service order that goes on for one that was kept', async () => {
    expect(await faultsAfter('kept', 'query')).toEqual([]);
    expect(await faultsAfter('cancelled', 'query')).toEqual(['wrong']);
  });
});
