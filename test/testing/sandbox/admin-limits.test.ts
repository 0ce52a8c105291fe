import { describe, expect, it } from 'vitest';
import { newNumber, sharedSandbox } from './wire.js';

const shared = sharedSandbox({ mchids: ['1900000109', '1900000110'] });
const AMOUNT = { total: 888, currency: 'HKD' };

async function admin(method: string, path: string, body?: unknown) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await fetch(`${shared().sandbox.url}/sandbox${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body: text }),
  });
  return { status: answer.status, body: JSON.parse(await answer.text()) as Record<string, unknown> };
}

describe('the admin API', () => {
  it.each([1e12, 1e300, 5_256_001])('does not place an order %d minutes ago', async (createdMinutesAgo) => {
    const order = { outTradeNo: newNumber(), amount: AMOUNT, createdMinutesAgo };
    const fault: unknown = expect.stringContaining('createdMinutesAgo');
    expect(await admin('POST', '/orders', order)).toMatchObject({ status: 400, body: { faults: [fault] } });
    expect(await admin('GET', '/orders')).toMatchObject({ status: 200 });
  });

  it('places one ten years ago', async () => {
    const order = { outTradeNo: newNumber(), amount: AMOUNT, createdMinutesAgo: 5_256_000 };
    expect(await admin('POST', '/orders', order)).toMatchObject({ status: 201 });
    expect(await admin('GET', '/orders')).toMatchObject({ status: 200 });
  });

  it('says that a body is too large, and not that a number is taken', async () => {
    expect(await admin('POST', '/orders', 'x'.repeat(2 * 1024 * 1024))).toMatchObject({ status: 413 });
  });

  it('says that a service order is known already', async () => {
    const outOrderNo = newNumber();
    await admin('POST', '/service-orders', { outOrderNo });
    const error: unknown = expect.stringContaining('created before');
    expect(await admin('POST', '/service-orders', { outOrderNo })).toMatchObject({ status: 409, body: { error } });
  });

  it.each(['NOTPAY', 'USERPAYING', 'PAYERROR', 'CLOSED', 'REVOKED'])(
    'takes the payment away from an order that becomes %s',
    async (state) => {
      const outTradeNo = newNumber();
      await admin('POST', '/orders', { outTradeNo, amount: AMOUNT });
      const { body: first } = await admin('POST', `/orders/${outTradeNo}/pay`);
      const gone = { state, transactionId: null, paidAt: null };
      expect(await admin('POST', `/orders/${outTradeNo}/become`, { state })).toMatchObject({ body: gone });
      const { body } = await admin('POST', `/orders/${outTradeNo}/become`, { state: 'SUCCESS' });
      expect(body['transactionId']).toEqual(expect.stringMatching(/^42/));
      expect(body['transactionId']).not.toBe(first['transactionId']);
    },
  );

  it('keeps the payment of an order that is refunded', async () => {
    const outTradeNo = newNumber();
    await admin('POST', '/orders', { outTradeNo, amount: AMOUNT });
    const { body } = await admin('POST', `/orders/${outTradeNo}/pay`);
    const kept = { transactionId: body['transactionId'] };
    expect(await admin('POST', `/orders/${outTradeNo}/become`, { state: 'REFUND' })).toMatchObject({ body: kept });
  });

  it('asks whose order an outcome is meant for, where two have the number', async () => {
    const outTradeNo = newNumber();
    for (const mchid of ['1900000109', '1900000110'])
      await admin('POST', '/orders', { outTradeNo, amount: AMOUNT, mchid });
    const error: unknown = expect.stringContaining(`1900000110/${outTradeNo}`);
    expect(await admin('POST', '/audit', { outcomes: { [outTradeNo]: 'paid' } })).toMatchObject({
      status: 409,
      body: { error },
    });
    const outcomes = { [`1900000110/${outTradeNo}`]: 'paid' };
    expect((await admin('POST', '/audit', { outcomes })).body['wrong']).toEqual([`1900000110/${outTradeNo}`]);
  });
});

describe('a misbehaviour', () => {
  it.each([
    [{ what: 'noContent', on: 'close' }, 'noContent is possible on cancel'],
    [{ what: 'otherOrder', on: 'close' }, 'otherOrder is possible on query'],
    [{ what: 'confirmFirst', on: 'close' }, 'confirmFirst is possible on query, cancel'],
    [{ what: 'refuse', on: 'close' }, 'refuse needs a code'],
    [{ what: 'loseAnswer', code: 'NO_AUTH' }, 'loseAnswer answers no code'],
    [{ what: 'loseAnswer', delayMs: 5 }, 'delayMs'],
    [{ what: 'slow', totalAmount: 5 }, 'totalAmount'],
  ])('that can never be met is refused: %j', async (misbehaviour, reason) => {
    const error: unknown = expect.stringContaining(reason);
    expect(await admin('POST', '/misbehaviours', misbehaviour)).toMatchObject({ status: 400, body: { error } });
    expect((await admin('GET', '/misbehaviours')).body).toEqual([]);
  });

  it.each(['stale', 'probe', 'accepted'])('that v2 cannot show is refused for a v2 order: %s', async (what) => {
    const outTradeNo = newNumber();
    await admin('POST', '/orders', { outTradeNo, amount: AMOUNT, api: 'v2' });
    const answer = await admin('POST', '/misbehaviours', { what, outTradeNo });
    expect(answer).toMatchObject({ status: 400, body: { error: expect.stringContaining('v2') } });
    expect((await admin('GET', '/misbehaviours')).body).toEqual([]);
  });

  it('of service orders is refused for an order, and of orders for a service order', async () => {
    const outTradeNo = newNumber();
    await admin('POST', '/orders', { outTradeNo, amount: AMOUNT });
    expect(await admin('POST', '/misbehaviours', { what: 'confirmFirst', outTradeNo })).toMatchObject({ status: 400 });
    const outOrderNo = newNumber();
    await admin('POST', '/service-orders', { outOrderNo });
    const onClose = { what: 'systemError', on: 'close', outTradeNo: outOrderNo };
    expect(await admin('POST', '/misbehaviours', onClose)).toMatchObject({ status: 400 });
  });

  it('is stored for one merchant’s order', async () => {
    const outTradeNo = newNumber();
    const stored = { what: 'systemError', outTradeNo, mchid: '1900000110' };
    expect(await admin('POST', '/misbehaviours', stored)).toMatchObject({ status: 201 });
    expect((await admin('GET', '/misbehaviours')).body).toMatchObject([{ mchid: '1900000110', outTradeNo }]);
    await admin('DELETE', '/misbehaviours');
    const unknown = { ...stored, mchid: '1900000333' };
    expect(await admin('POST', '/misbehaviours', unknown)).toMatchObject({ status: 404 });
  });
});
