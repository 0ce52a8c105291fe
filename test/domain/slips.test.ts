import { describe, expect, it } from 'vitest';
import { checkNewOrder, checkOrder } from '../../domain/orders/input.js';
import type { OrderInput } from '../../domain/orders/order.js';
import { checkServiceOrder } from '../../domain/payscore/input.js';
import { checkCancelRequest } from '../../domain/payscore/requests.js';
import { DAY, HOUR, toRfc3339 } from '../../domain/time.js';
import { describeFaults, type Checked } from '../../domain/validation.js';
import { START } from '../support/orders.js';
import { NOON, SERVICE_ORDER } from '../support/service-orders.js';

const ORDER: OrderInput = {
  api: 'v3-global',
  mchid: '1900000109',
  outTradeNo: '1217752501201407033233368018',
  amount: { total: 888, currency: 'HKD' },
  payWithin: '15m',
};
const REQUEST = { requestId: 'r-1', reason: '用户取消' };

const said = (checked: Checked<unknown>): string => (checked.ok ? 'it was taken' : describeFaults(checked.faults));

describe('an order', () => {
  it.each([
    ['15 minutes', "did you mean '15m'?"],
    ['1 h 30 min', "did you mean '1h30m'?"],
    ['2 hours and 5 minutes', "did you mean '2h5m'?"],
    ['90 Seconds', "did you mean '90s'?"],
    ['900000 milliseconds', "did you mean '900000ms'?"],
    ['1 day', "did you mean '1d'?"],
    ['PT1H30M', "did you mean '1h30m'?"],
    ['P1DT2H', "did you mean '1d2h'?"],
    ['15', "did you mean '15m' or '15s'?"],
  ])('is refused with %j for a length of time, and told our units', (payWithin, slip) => {
    expect(said(checkOrder({ ...ORDER, payWithin }, START))).toContain(
      `a duration of 1 minute to 7 days: whole numbers with the units ms, s, m, h and d, as in '15m' or '1h30m', or a number of milliseconds; ${slip}`,
    );
  });

  it('is refused with more than a week by its bounds alone: its form is right', () => {
    expect(said(checkOrder({ ...ORDER, payWithin: '8d', timing: { patience: '8d' } }, START))).toBe(
      'payWithin must be 1 minute to 7 days, and is longer (got "8d"); timing.patience must be 1 minute to 7 days, and is longer (got "8d")',
    );
  });

  it.each<[object, string]>([
    [
      { mchid: 1900000109 },
      'mchid must be the merchant number, 1 to 32 digits in quotes (got the number 1900000109; write',
    ],
    [{ subMchid: 1900000110 }, '(got the number 1900000110; write it in quotes)'],
    [{ outTradeNo: 20260302 }, '(got the number 20260302; write it in quotes)'],
    [
      { outTradeNo: 1217752501201407033233368018 },
      '(got the number 1.217752501201407e+27, too large to be exact; write',
    ],
    [{ outTradeNo: undefined, transactionId: 4200001 }, '(got the number 4200001; write it in quotes)'],
    [{ appid: 1 }, '(got the number 1; write it in quotes)'],
    [{ subMchid: '1900000110', subAppid: 1n }, '(got the number 1n; write it in quotes)'],
    [{ amount: { total: '888', currency: 'HKD' } }, '(got the text "888"; write it without quotes)'],
    [
      { createdAt: new Date(START) },
      'createdAt must be an RFC 3339 instant with an offset, as in 2026-01-31T09:00:00+08:00',
    ],
    [{ createdAt: new Date(START) }, '(got a Date; use .toISOString())'],
    [{ createdAt: START }, `(got the number ${START}; use new Date(…).toISOString())`],
    [
      { createdAt: '2026-03-02T12:00:00' },
      '(got "2026-03-02T12:00:00", without an offset; Beijing time ends in +08:00)',
    ],
    [{ createdAt: '2026-03-02' }, '(got "2026-03-02", a day without a time)'],
    [{ createdAt: '20260302120000' }, '(got "20260302120000", the form of v2, without an offset)'],
    [
      { createdAt: new Date(START + 8 * HOUR).toISOString() },
      'it is 8 h ahead: is its offset right (Beijing time is +08:00',
    ],
  ])('is refused with a value of another kind, whose slip is named: %o', (changes, text) => {
    expect(said(checkOrder({ ...ORDER, ...changes }, START))).toContain(text);
  });

  it('says until when it may be paid at most', () => {
    const { payWithin: _, ...until } = ORDER as OrderInput & { payWithin: unknown };
    const createdAt = new Date(START).toISOString();
    expect(
      said(checkOrder({ ...until, createdAt, payBefore: new Date(START + 8 * DAY).toISOString() }, START)),
    ).toContain(`payBefore must be at most 7 days after createdAt: by ${toRfc3339(START + 7 * DAY)} (got`);
  });
});

describe('the currency of an order that is started', () => {
  const of = (currency: string, api: string, more: object = {}) =>
    checkNewOrder({ ...ORDER, api, amount: { total: 888, currency }, ...more }, START);

  it.each([
    ['HKD', 'v3-global'],
    ['JPY', 'v3-global'],
    ['CNY', 'v3-global'],
    ['CNY', 'v3'],
    ['CNY', 'v2'],
    ['HKD', 'v2'],
  ])('can be %s on %s', (currency, api) => {
    expect(of(currency, api)).toMatchObject({ ok: true, value: { amount: { total: 888, currency } } });
  });

  it.each([
    ['XYZ', 'v3-global', 'must be an ISO 4217 code of three capitals, as in HKD'],
    ['RMB', 'v2', 'as in HKD; that of the renminbi is CNY'],
    ['HKD', 'v3', 'must be CNY, the only currency of v3; for another, the api is v3-global'],
    ['hkd', 'v3', 'must be an ISO 4217 code of three capitals'],
  ])('cannot be %s on %s', (currency, api, rule) => {
    expect(of(currency, api)).toMatchObject({
      faults: [{ field: 'amount.currency', value: `"${currency}"`, rule: expect.stringContaining(rule) }],
    });
  });

  it('is told with the other faults', () => {
    expect(of('XYZ', 'v3-global', { mchid: '' })).toMatchObject({
      faults: [{ field: 'mchid' }, { field: 'amount.currency' }],
    });
  });

  it('was not checked by earlier versions, so a workflow takes what they have started', () => {
    expect(checkOrder({ ...ORDER, amount: { total: 888, currency: 'XYZ' } }, START).ok).toBe(true);
  });
});

it.each([
  [
    { requestId: 7 },
    'requestId must be 1 to 64 printable ASCII characters without spaces (got the number 7; write it in',
  ],
  [{ giveUp: { total: '100' } }, '(got the text "100"; write it without quotes)'],
  [{ when: { at: new Date(NOON) } }, '(got a Date; use .toISOString())'],
  [{ when: { at: NOON } }, `(got the number ${NOON}; use new Date(…).toISOString())`],
  [{ when: { at: '2027-03-03T12:00:00Z' } }, 'when.at must be at most a year ahead (got "2027'],
  [{ when: { ifNotConfirmedWithin: '30 minutes' } }, "did you mean '30m'?"],
  [{ when: { ifNotConfirmedWithin: '366d' } }, 'must be 1 second to a year, and is longer (got "366d")'],
])('a request to cancel with the slip %o gets it named', (changes, text) => {
  expect(said(checkCancelRequest({ ...REQUEST, ...changes }, NOON))).toContain(text);
});

it.each(['mchid', 'outOrderNo', 'serviceId', 'appid'])(
  'a service order with a number as %s is told of the quotes',
  (field) => {
    const refused = checkServiceOrder({ ...SERVICE_ORDER, [field]: 1900000109 }, NOON);
    expect(refused.ok ? '' : describeFaults(refused.faults)).toContain(
      '(got the number 1900000109; write it in quotes)',
    );
  },
);
