import { describe, expect, it } from 'vitest';
import type { Checked } from '../../../domain/validation.js';
import { checkLateInput, checkLateRetry, checkRecord } from '../../../domain/late/input.js';
import { notificationIsOurs } from '../../../domain/orders/facts.js';
import { keyOf } from '../../../domain/orders/order.js';
import {
  after,
  andThen,
  CLOSED,
  LATE_ORDER,
  NOTIFICATION,
  notified,
  OTHER,
  PAID,
  RESOLVED,
  said,
  startOf,
  unclear,
} from '../../support/late-payments.js';
import { ORDER, PAYMENT, START } from '../../support/orders.js';

const faultsOf = (checked: Checked<unknown>): string[] => (checked.ok ? [] : checked.faults.map(({ field }) => field));

describe('the input of a late payment', () => {
  const input = { order: ORDER.ref, amount: ORDER.amount, locale: 'zh', ended: CLOSED, notification: NOTIFICATION };
  const read = { ...startOf(CLOSED, PAYMENT), notification: { ...PAYMENT, order: keyOf(ORDER.ref) } };

  it('is taken, with its defaults', () => {
    const { locale: _, ...rest } = input;
    expect(checkLateInput({ ...rest, amount: null })).toEqual({
      ok: true,
      value: { ...read, order: { ...LATE_ORDER, amount: null } },
    });
    expect(checkLateInput(input)).toMatchObject({ value: { order: { amount: ORDER.amount, locale: 'zh' } } });
  });

  it.each<object>([
    PAID,
    { ...PAID, transactionId: null, amount: null, paidAt: null },
    { ...PAID, replacedBy: 'ANEW' },
    { ended: 'closed', closeSent: 'no' },
    { ended: 'closed', closeSent: 'maybe', replacedBy: 'ANEW' },
    { ended: 'never-existed' },
    RESOLVED,
    { ended: 'released', replacedBy: 'ANEW' },
  ])('takes every way that an order ends: %j', (ended) => {
    expect(checkLateInput({ ...input, ended })).toMatchObject({ ok: true, value: { ended } });
  });

  it.each<[object, string]>([
    [{ order: undefined }, 'order'],
    [{ order: { ...ORDER.ref, api: 'v4' } }, 'order.api'],
    [{ order: { ...ORDER.ref, mchid: 'x' } }, 'order.mchid'],
    [{ order: { ...ORDER.ref, appid: 'w x' } }, 'order.appid'],
    [{ order: { ...ORDER.ref, outTradeNo: undefined } }, 'order.outTradeNo, order.transactionId'],
    [{ order: { ...ORDER.ref, payWithin: '1m' } }, 'order.payWithin'],
    [{ amount: undefined }, 'amount'],
    [{ amount: { total: 0, currency: 'HKD' } }, 'amount.total'],
    [{ locale: 'fr' }, 'locale'],
    [{ ended: undefined }, 'ended'],
    [{ ended: { ended: 'toString' } }, 'ended'],
    [{ ended: { ended: 'closed' } }, 'ended'],
    [{ ended: { ended: 'closed', closeSent: 'perhaps' } }, 'ended'],
    [{ ended: { ...PAID, refunded: 'no' } }, 'ended'],
    [{ ended: { ...PAID, toldBy: 'Mei' } }, 'ended'],
    [{ ended: { ...PAID, transactionId: 1 } }, 'ended'],
    [{ ended: { ...PAID, amount: { total: 1.5, currency: 'HKD' } } }, 'ended'],
    [{ ended: { ...PAID, amount: { total: 1 } } }, 'ended'],
    [{ ended: { ...PAID, paidAt: 1 } }, 'ended'],
    [{ ended: { ...RESOLVED, as: 'lost' } }, 'ended'],
    [{ ended: { ...RESOLVED, note: undefined } }, 'ended'],
    [{ ended: { ...CLOSED, replacedBy: 1 } }, 'ended'],
    [{ notification: undefined }, 'notification'],
    [{ notification: { ...NOTIFICATION, amount: 1 } }, 'notification'],
    [{ notification: { ...NOTIFICATION, order: { ...ORDER.ref, outTradeNo: 'OTHER' } } }, 'notification.order'],
    [{ payer: 'openid' }, 'payer'],
  ])('is refused: %j', (changes, field) => {
    expect(faultsOf(checkLateInput({ ...input, ...changes }))).toEqual([field]);
  });

  it('is refused with every fault', () => {
    expect(faultsOf(checkLateInput(undefined))).toEqual(['late payment']);
    expect(faultsOf(checkLateInput({}))).toEqual(['order', 'amount', 'ended', 'notification']);
  });

  it('is about one order, by the key that WeChat Pay has for it', () => {
    expect(notificationIsOurs({ order: ORDER }, NOTIFICATION)).toBe(true);
    expect(notificationIsOurs({ order: { ref: { ...ORDER.ref, subMchid: '1900000222' } } }, NOTIFICATION)).toBe(false);
  });
});

describe('a person’s record of what was done', () => {
  const spoken = { as: 'reopened', note: 'order 2', by: 'Mei' } as const;
  const word = { ...spoken, transactionIds: [PAYMENT.transactionId] };
  const { state } = after(CLOSED, NOTIFICATION, [START, said('SUCCESS')]);

  it('is taken', () => {
    expect(checkRecord(word, state)).toEqual({ ok: true, value: spoken });
    expect(checkRecord({ ...word, as: 'refunded', note: '字'.repeat(500), by: '😀'.repeat(100) }, state).ok).toBe(true);
  });

  it('is accepted for the payments that it names, unless another was reported', () => {
    const two = andThen({ state, step: { do: 'query' } }, [START, notified(OTHER)]).state;
    const refused = checkRecord(word, two);
    expect(faultsOf(refused)).toEqual(['transactionIds']);
    expect(JSON.stringify(refused)).toContain('another');
    expect(checkRecord({ ...word, transactionIds: ['another', PAYMENT.transactionId] }, two).ok).toBe(true);
  });

  it('is refused if it does not name every payment, with a list of them and what to send', () => {
    const refused = checkRecord(spoken, state);
    expect(faultsOf(refused)).toEqual(['transactionIds']);
    expect(JSON.stringify(refused)).toContain(PAYMENT.transactionId);
    expect(JSON.stringify(refused)).toContain('copy the JSON from the page');
  });

  it('is accepted with an empty list if no notification named its payment', () => {
    const { state: unnamed } = after(CLOSED, { ...NOTIFICATION, transactionId: null }, [START, said('SUCCESS')]);
    expect(checkRecord({ ...spoken, transactionIds: [] }, unnamed).ok).toBe(true);
    expect(faultsOf(checkRecord(spoken, unnamed))).toEqual(['transactionIds']);
  });

  it.each<[object, string]>([
    [{ as: 'kept' }, 'as'],
    [{ as: undefined }, 'as'],
    [{ note: ' ' }, 'note'],
    [{ note: 'x'.repeat(501) }, 'note'],
    [{ by: '' }, 'by'],
    [{ by: 'x'.repeat(101) }, 'by'],
    [{ force: true }, 'force'],
    [{ transactionIds: PAYMENT.transactionId }, 'transactionIds'],
    [{ transactionIds: [] }, 'transactionIds'],
    [{ transactionIds: [PAYMENT.transactionId, 1] }, 'transactionIds'],
    [{ transactionIds: undefined }, 'transactionIds'],
  ])('is refused: %j', (changes, field) => {
    expect(faultsOf(checkRecord({ ...word, ...changes }, state))).toEqual([field]);
  });

  it('is an object', () => {
    expect(faultsOf(checkRecord('refunded', state))).toEqual(['request']);
  });
});

it('a retry is accepted during a pause, and not during a query or after the end', () => {
  const rests = [after(CLOSED, NOTIFICATION, [START, unclear]), after(CLOSED, NOTIFICATION, [START, said('SUCCESS')])];
  for (const { state } of rests) expect(checkLateRetry(state).ok).toBe(true);
  const others = [after(CLOSED, NOTIFICATION), after(CLOSED, NOTIFICATION, [START, said('REFUND')])];
  for (const { state } of others) expect(faultsOf(checkLateRetry(state))).toEqual(['request']);
});
