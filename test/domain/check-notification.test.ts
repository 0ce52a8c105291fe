import { describe, expect, it } from 'vitest';
import { checkNotification } from '../../domain/orders/notification.js';

describe('a notification', () => {
  const whole = {
    order: { mchid: '1', outTradeNo: 'A' },
    transactionId: 'T',
    amount: { total: 1, currency: 'HKD' },
    paidAt: null,
  };

  it('has a form, and may leave out what WeChat Pay did not say', () => {
    expect(checkNotification(whole)).toEqual({ ok: true, value: whole });
    expect(checkNotification({ order: { mchid: '1', subMchid: '2', outTradeNo: 'A' } })).toMatchObject({ ok: true });
  });

  it.each([
    [undefined],
    ['paid'],
    [{ transactionId: '1' }],
    [{ ...whole, order: { mchid: 1, outTradeNo: 'A' } }],
    [{ ...whole, order: { mchid: '1' } }],
    [{ ...whole, order: { mchid: '1', subMchid: 2, outTradeNo: 'A' } }],
    [{ ...whole, order: { mchid: '1', outTradeNo: 'A', transactionId: 'T' } }],
    [{ ...whole, transactionId: 7 }],
    [{ ...whole, paidAt: 7 }],
    [{ ...whole, amount: { total: '1', currency: 'HKD' } }],
    [{ ...whole, amount: { total: 1 } }],
  ])('is none without that form: %j', (notification) => {
    expect(checkNotification(notification).ok).toBe(false);
  });
});
