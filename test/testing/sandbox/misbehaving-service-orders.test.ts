import { describe, expect, it } from 'vitest';
import type { Misbehaviour } from '../../../testing/sandbox/misbehaviour.js';
import { APPID, newNumber, sharedSandbox, v3 } from './wire.js';

const shared = sharedSandbox();
const NAMED = { appid: APPID, service_id: '500001' };

async function serviceOrder(needUserConfirm: boolean, ...misbehaviours: readonly Misbehaviour[]) {
  const { sandbox } = shared();
  const key = { mchid: sandbox.mchid, outOrderNo: newNumber() };
  await sandbox.createServiceOrder({ ...key, needUserConfirm });
  for (const misbehaviour of misbehaviours) sandbox.misbehave(key, misbehaviour);
  const path = '/v3/payscore/serviceorder';
  const ask = async (call: 'query' | 'cancel') => {
    const query = new URLSearchParams({ ...NAMED, out_order_no: key.outOrderNo }).toString();
    const { body, status, fault } =
      call === 'query'
        ? await v3(sandbox, 'GET', `${path}?${query}`)
        : await v3(sandbox, 'POST', `${path}/${key.outOrderNo}/cancel`, { ...NAMED, reason: 'over' });
    return { said: body?.['code'] ?? body?.['state'] ?? status, status, isBelievable: fault === undefined };
  };
  return { sandbox, key, ask, orderNow: () => sandbox.serviceOrders.find(key) };
}

describe('a service order', () => {
  it.each([
    [{ what: 'systemError' }, 'SYSTEM_ERROR', 500],
    [{ what: 'tooOften' }, 'FREQUENCY_LIMITED', 429],
    [{ what: 'inProgress' }, 'USERPAYING', 400],
    [{ what: 'notFound' }, 'ORDER_NOT_EXIST', 404],
    [{ what: 'invalidState' }, 'INVALID_ORDER_STATE', 400],
    [{ what: 'paramError' }, 'PARAM_ERROR', 400],
    [{ what: 'invalidRequest' }, 'INVALID_REQUEST', 400],
    [{ what: 'noAuth' }, 'NO_AUTH', 403],
    [{ what: 'refuse', code: 'ACCOUNT_ERROR', status: 403 }, 'ACCOUNT_ERROR', 403],
  ] as const)('is refused, signed, with %j, and nothing is done', async (misbehaviour, said, status) => {
    for (const on of ['query', 'cancel'] as const) {
      const { ask, orderNow } = await serviceOrder(true, { ...misbehaviour, on });
      expect(await ask(on)).toEqual({ said, status, isBelievable: true });
      expect(orderNow()?.state).toBe('CREATED');
      expect((await ask('query')).said).toBe('CREATED');
    }
  });

  it.each(['signWrongly', 'unsigned', 'stale', 'probe'] as const)(
    'is cancelled by what is answered %s',
    async (what) => {
      const { ask, orderNow } = await serviceOrder(true, { what, on: 'cancel' });
      expect(await ask('cancel')).toMatchObject({ isBelievable: false });
      expect(orderNow()?.state).toBe('REVOKED');
    },
  );

  it('is cancelled, and the answer is lost', async () => {
    const { ask, orderNow } = await serviceOrder(true, { what: 'loseAnswer', on: 'cancel' });
    await expect(ask('cancel')).rejects.toThrow('fetch failed');
    expect(orderNow()?.state).toBe('REVOKED');
  });

  it('is confirmed between query and cancel', async () => {
    const { ask, sandbox, key, orderNow } = await serviceOrder(true, { what: 'confirmFirst', on: 'cancel' });
    expect((await ask('query')).said).toBe('CREATED');
    sandbox.misbehave(key, { what: 'invalidState', on: 'cancel' });
    expect((await ask('cancel')).said).toBe('INVALID_ORDER_STATE');
    expect(orderNow()).toMatchObject({ state: 'DOING', description: 'USER_CONFIRM' });
  });

  it.each([
    ['that was confirmed', false],
    ['that was not', true],
  ])('%s is completed between query and cancel', async (_, needUserConfirm) => {
    const { ask, orderNow } = await serviceOrder(
      needUserConfirm,
      { what: 'completeFirst', on: 'cancel', totalAmount: 700 },
      { what: 'tooOften', on: 'cancel' },
    );
    await ask('query');
    expect((await ask('cancel')).said).toBe('FREQUENCY_LIMITED');
    expect(orderNow()).toMatchObject({ description: 'MCH_COMPLETE', collection: 'USER_PAYING', totalAmount: 700 });
  });

  it('is completed between query and cancel, and the answer of the cancel is lost', async () => {
    const { ask, sandbox, key, orderNow } = await serviceOrder(
      true,
      { what: 'completeFirst', on: 'cancel', totalAmount: 700 },
      { what: 'loseAnswer', on: 'cancel' },
    );
    expect((await ask('query')).said).toBe('CREATED');
    await expect(ask('cancel')).rejects.toThrow('fetch failed');
    expect(orderNow()).toMatchObject({ state: 'REVOKED', totalAmount: 700 });
    expect(sandbox.ledger.entries(key.outOrderNo).at(-1)).toMatchObject({ answer: '200', delivered: false });
  });

  it.each([true, false])(
    'is completed and paid before the second query (to be confirmed first: %s)',
    async (confirm) => {
      const paid = { what: 'payFirst', on: 'query', after: 1, totalAmount: 700 } as const;
      const { ask, orderNow } = await serviceOrder(confirm, paid);
      expect((await ask('query')).said).toBe(confirm ? 'CREATED' : 'DOING');
      expect((await ask('query')).said).toBe('DONE');
      expect(orderNow()).toMatchObject({ collection: 'USER_PAID', totalAmount: 700 });
    },
  );

  it('is paid between query and cancel', async () => {
    const { ask, sandbox, key } = await serviceOrder(false, { what: 'payFirst', on: 'cancel' });
    sandbox.serviceOrders.complete(key, 500);
    await ask('query');
    expect((await ask('cancel')).said).toBe('ORDER_DONE');
  });
});
