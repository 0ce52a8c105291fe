import { describe, expect, it } from 'vitest';
import { checkNotification } from '../../../domain/orders/notification.js';
import { checkServiceOrderNotification } from '../../../domain/payscore/requests.js';

const order = { mchid: '1', outTradeNo: 'A' };
const amount = { total: 1, currency: 'HKD' };

describe('a notification', () => {
  const whole = { order, transactionId: 'T', amount, paidAt: '2026-03-02T12:01:00Z' };

  it('has a form, and may leave out what WeChat Pay did not say', () => {
    expect(checkNotification(whole)).toEqual({ ok: true, value: whole });
    const value = { order, transactionId: null, amount: null, paidAt: null };
    expect(checkNotification({ order })).toEqual({ ok: true, value });
    expect(checkNotification(value)).toEqual({ ok: true, value });
  });

  it.each<object>([
    { ...order, subMchid: '2' },
    { mchid: '1', transactionId: 'x'.repeat(64) },
    { mchid: '1', outTradeNo: 'a-b_c|d*e@f' },
  ])('may name an order of each kind: %j', (named) => {
    expect(checkNotification({ ...whole, order: named })).toEqual({ ok: true, value: { ...whole, order: named } });
  });

  it('is read without the fields that a newer receiver adds', () => {
    const more = { ...whole, payer: 'openid', order: { ...order, api: 'v3' }, amount: { ...amount, payer_total: 1 } };
    expect(checkNotification(more)).toEqual({ ok: true, value: whole });
  });

  it.each<[unknown]>([
    [undefined],
    [null],
    ['paid'],
    [[whole]],
    [{ transactionId: '1' }],
    [{ ...whole, order: { mchid: 1, outTradeNo: 'A' } }],
    [{ ...whole, order: { mchid: '1' } }],
    [{ ...whole, order: { mchid: 'x', outTradeNo: 'A' } }],
    [{ ...whole, order: { mchid: '1'.repeat(33), outTradeNo: 'A' } }],
    [{ ...whole, order: { mchid: '1', outTradeNo: 'a/b' } }],
    [{ ...whole, order: { mchid: '1', outTradeNo: 'x'.repeat(33) } }],
    [{ ...whole, order: { mchid: '1', transactionId: 'x'.repeat(65) } }],
    [{ ...whole, order: { mchid: '1', subMchid: 2, outTradeNo: 'A' } }],
    [{ ...whole, order: { mchid: '1', subMchid: 'x', outTradeNo: 'A' } }],
    [{ ...whole, order: { mchid: '1', outTradeNo: 'A', transactionId: 'T' } }],
    [{ ...whole, transactionId: 7 }],
    [{ ...whole, transactionId: '' }],
    [{ ...whole, transactionId: 'x'.repeat(65) }],
    [{ ...whole, transactionId: 'x'.repeat(900_000) }],
    [{ ...whole, transactionId: '![x](http://evil/x.png)' }],
    [{ ...whole, transactionId: '42\n' }],
    [{ ...whole, paidAt: 7 }],
    [{ ...whole, paidAt: 'yesterday' }],
    [{ ...whole, paidAt: `2026-03-02T12:01:00.${'1'.repeat(900_000)}Z` }],
    [{ ...whole, amount: 1 }],
    [{ ...whole, amount: { total: '1', currency: 'HKD' } }],
    [{ ...whole, amount: { total: 1 } }],
    [{ ...whole, amount: { total: 0.5, currency: 'HKD' } }],
    [{ ...whole, amount: { total: -1, currency: 'HKD' } }],
    [{ ...whole, amount: { total: 2 ** 53, currency: 'HKD' } }],
    [{ ...whole, amount: { total: 1, currency: '![x](http://evil/x.png)<img src=x>' } }],
    [{ ...whole, amount: { total: 1, currency: 'hkd' } }],
  ])('is none without that form, down to each text of it (%#)', (notification) => {
    const checked = checkNotification(notification);
    expect(checked).toMatchObject({ ok: false, faults: [{ field: 'notification' }] });
    expect(JSON.stringify(checked).length).toBeLessThan(1_000);
  });
});

describe('a notification of a service order', () => {
  const whole = { order: { mchid: '1', outOrderNo: 'A' }, said: 'USER_PAID' };

  it('has a form, and is read without other fields', () => {
    expect(checkServiceOrderNotification({ ...whole, openid: 'x' })).toEqual({ ok: true, value: whole });
  });

  it.each<[unknown]>([
    [null],
    [[]],
    [undefined],
    ['USER_PAID'],
    [{ order: whole.order }],
    [{ said: 'USER_PAID' }],
    [{ ...whole, order: { mchid: '1' } }],
    [{ ...whole, said: 'USER_WENT' }],
    [{ ...whole, order: null }],
    [{ ...whole, order: { mchid: 1, outOrderNo: 'A' } }],
    [{ ...whole, order: { mchid: '1', outOrderNo: 'x'.repeat(900_000) } }],
    [{ ...whole, order: { mchid: '1', outOrderNo: 'a/b' } }],
  ])('is none without that form (%#)', (notification) => {
    expect(checkServiceOrderNotification(notification).ok).toBe(false);
  });
});
