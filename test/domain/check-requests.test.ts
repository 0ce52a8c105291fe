import { describe, expect, it } from 'vitest';
import { checkOrder } from '../../domain/check-order.js';
import { checkExtension, checkResolution } from '../../domain/check-requests.js';
import { orderWorkflowId } from '../../domain/order.js';
import { DAY, MINUTE } from '../../domain/time.js';
import { after, closeRequested, DEADLINE, failed, notice, START, toChecking, toClosing } from '../support/orders.js';

const iso = (instant: number): string => new Date(instant).toISOString();
const rest = { mchid: '1900000109', amount: { total: 1, currency: 'CNY' }, payWithin: '15m' };

describe('the key of an order', () => {
  const accepted = (input: object) => checkOrder({ ...rest, ...input }, START);
  const faultsOf = (input: object): string[] => {
    const result = accepted(input);
    return result.ok ? [] : result.faults.map(({ field }) => field);
  };

  it.each([
    [{ api: 'v3-global', outTradeNo: 'a|b*c-d_e' }],
    [{ api: 'v3', outTradeNo: '123456' }],
    [{ api: 'v2', outTradeNo: 'a@b' }],
    [{ api: 'v3-global', transactionId: '4200752501201407033233368018' }],
    [{ api: 'v2', outTradeNo: 'A', subMchid: '1900000222', appid: 'wx8888888888888888', subAppid: 'wx1' }],
  ])('is taken: %j', (input) => {
    const result = accepted(input);
    if (!result.ok) throw new Error(JSON.stringify(result.faults));
    expect(result.value.ref).toEqual({ mchid: '1900000109', ...input });
  });

  it.each<[object, string]>([
    [{ api: 'v3', outTradeNo: '12345' }, 'outTradeNo'],
    [{ api: 'v3', outTradeNo: 'abc@def' }, 'outTradeNo'],
    [{ api: 'v3-global', outTradeNo: 'a@b' }, 'outTradeNo'],
    [{ api: 'v2', outTradeNo: 'a/b' }, 'outTradeNo'],
    [{ api: 'v2', transactionId: '42' }, 'transactionId'],
    [{ api: 'v3', transactionId: '42' }, 'transactionId'],
    [{ api: 'v3-global', transactionId: '4/2' }, 'transactionId'],
    [{ api: 'v3-global' }, 'outTradeNo, transactionId'],
    [{ api: 'v3-global', outTradeNo: 'A', transactionId: '42' }, 'outTradeNo, transactionId'],
    [{ api: 'v3', outTradeNo: '123456', subMchid: '1900000109' }, 'subMchid'],
    [{ api: 'v3', outTradeNo: '123456', subMchid: 'x' }, 'subMchid'],
    [{ api: 'v2', outTradeNo: 'A', appid: 'w x' }, 'appid'],
    [{ api: 'v2', outTradeNo: 'A', subAppid: 'wx1' }, 'subAppid'],
    [{ api: 'v3', outTradeNo: '123456', createdAt: iso(START + 61 * MINUTE) }, 'createdAt'],
  ])('is refused: %j', (input, field) => {
    expect(faultsOf(input)).toEqual([field]);
  });

  it('makes the workflow id, and no two orders have the same', () => {
    const mchid = '1';
    const ids = [
      orderWorkflowId({ mchid, outTradeNo: 'A' }),
      orderWorkflowId({ mchid, subMchid: '2', outTradeNo: 'A' }),
      orderWorkflowId({ mchid, transactionId: 'A' }),
      orderWorkflowId({ mchid, subMchid: '2', transactionId: 'A' }),
    ];
    expect(ids).toEqual(['order/1/A', 'order/1/2/A', 'order/1/id:A', 'order/1/2/id:A']);
  });
});

describe('a request to extend', () => {
  const later = iso(DEADLINE + MINUTE);

  it('is taken where it is later', () => {
    expect(checkExtension({ payBefore: later }, after().state)).toEqual({
      ok: true,
      value: { payBefore: DEADLINE + MINUTE },
    });
  });

  it.each<[string, unknown, ReturnType<typeof after>, string]>([
    ['is no object', 'later', after(), 'request'],
    ['is not later', { payBefore: iso(DEADLINE) }, after(), 'payBefore'],
    ['is no instant', { payBefore: 'tomorrow' }, after(), 'payBefore'],
    ['is more than a week and an hour after creation', { payBefore: iso(START + 8 * DAY) }, after(), 'payBefore'],
    ['has a field that nobody knows', { payBefore: later, why: 'x' }, after(), 'why'],
    ['comes after a request to close', { payBefore: later }, after([START, closeRequested]), 'request'],
    ['comes while a close is sent', { payBefore: later }, after(...toClosing), 'request'],
    [
      'comes after a close',
      { payBefore: later },
      after(...toClosing, [DEADLINE, failed('close', 'unknown')]),
      'request',
    ],
    ['comes after a claim of payment', { payBefore: later }, after([START, notice({ amount: null })]), 'request'],
    ['comes after the end', { payBefore: later }, after([START, notice()]), 'request'],
  ])('is refused where it %s', (_, request, { state }, field) => {
    const result = checkExtension(request, state);
    expect(result.ok ? [] : result.faults.map((each) => each.field)).toEqual([field]);
  });
});

describe('a request to resolve', () => {
  const { state } = after(toChecking, [DEADLINE, failed('query', 'fatal')]);
  const good = { as: 'paid', note: 'seen in the bill', by: 'Mei' };

  it('is taken while a person is asked, and is not forced by itself', () => {
    expect(checkResolution(good, state)).toEqual({ ok: true, value: { ...good, force: false } });
    expect(checkResolution({ ...good, force: true }, state)).toMatchObject({ value: { force: true } });
  });

  it.each<[unknown, string]>([
    ['paid', 'request'],
    [{ ...good, as: 'lost' }, 'as'],
    [{ ...good, note: ' ' }, 'note'],
    [{ ...good, note: 'x'.repeat(501) }, 'note'],
    [{ ...good, by: '' }, 'by'],
    [{ ...good, by: 'x'.repeat(101) }, 'by'],
    [{ ...good, force: 'yes' }, 'force'],
    [{ ...good, to: 'x' }, 'to'],
  ])('is refused: %j', (request, field) => {
    const result = checkResolution(request, state);
    expect(result.ok ? [] : result.faults.map((each) => each.field)).toEqual([field]);
  });

  it('is refused while nobody is asked', () => {
    expect(checkResolution(good, after().state).ok).toBe(false);
  });
});
