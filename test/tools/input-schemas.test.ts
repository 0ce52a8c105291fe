import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { checkOrder } from '../../domain/orders/input.js';
import { checkServiceOrder } from '../../domain/payscore/input.js';
import { INPUT_SCHEMAS } from '../../tools/docs/input-schemas.js';

const NOW = Date.parse('2026-03-02T12:00:00Z');
const LATER = '2026-03-02T12:15:00+08:00';

const PARTY = { api: 'v3-global', mchid: '1900000109' };
const NUMBER = { outTradeNo: 'ORDER-1' };
const AMOUNT = { amount: { total: 888, currency: 'HKD' } };
const LENGTH = { payWithin: '15m' };
const ORDER = { ...PARTY, ...NUMBER, ...AMOUNT, ...LENGTH };

const SERVICE_ORDER = { mchid: '1900000109', outOrderNo: 'RENTAL-1', serviceId: '500001', appid: 'wx1234567890abcdef' };
const REQUEST = { requestId: 'r-1', reason: 'left' };

/** Inputs that the workflow takes (`true`) or refuses for their form. */
const ORDERS: readonly (readonly [string, unknown, boolean])[] = [
  ['what is needed', ORDER, true],
  ['a sub-merchant and apps', { ...ORDER, subMchid: '1900000110', appid: 'wx1', subAppid: 'wx2' }, true],
  ["WeChat Pay's number", { ...PARTY, ...AMOUNT, ...LENGTH, transactionId: '4200000001' }, true],
  ['a deadline', { ...PARTY, ...NUMBER, ...AMOUNT, payBefore: '2026-03-02T12:15:00Z' }, true],
  ['a length in milliseconds', { ...ORDER, payWithin: 900_000 }, true],
  ['an instant of creation', { ...ORDER, createdAt: '2026-03-02T11:50:00Z', trustCreatedAt: true }, true],
  ['an amount that is not known', { ...PARTY, ...NUMBER, ...LENGTH, amountUnknown: true }, true],
  ['a language and lengths of time', { ...ORDER, locale: 'zh', timing: { patience: '12h' } }, true],
  ['a pause of its own', { ...ORDER, timing: { pauses: { notFound: { first: '5s' } } } }, true],
  ['no number', { ...PARTY, ...AMOUNT, ...LENGTH }, false],
  ['two numbers', { ...ORDER, transactionId: '4200000001' }, false],
  ['no deadline', { ...PARTY, ...NUMBER, ...AMOUNT }, false],
  ['two deadlines', { ...ORDER, payBefore: LATER }, false],
  ['no amount', { ...PARTY, ...NUMBER, ...LENGTH }, false],
  ['an amount as a text', { ...ORDER, amount: { total: '888', currency: 'HKD' } }, false],
  ['a merchant as a number', { ...ORDER, mchid: 1900000109 }, false],
  ['a field that is not known', { ...ORDER, payWithn: '15m' }, false],
  ['an unknown api', { ...ORDER, api: 'v4' }, false],
  ['both languages', { ...ORDER, locale: 'both' }, true],
  ['a tag of a language', { ...ORDER, locale: 'zh-Hans-CN' }, true],
  ['another language', { ...ORDER, locale: 'fr' }, false],
  ['no language', { ...ORDER, locale: 'both-CN' }, false],
];

const SERVICE_ORDERS: readonly (readonly [string, unknown, boolean])[] = [
  ['what is needed', SERVICE_ORDER, true],
  ['a request', { ...SERVICE_ORDER, request: REQUEST }, true],
  ['a request for later', { ...SERVICE_ORDER, request: { ...REQUEST, when: { ifNotConfirmedWithin: '10m' } } }, true],
  ['a language and lengths of time', { ...SERVICE_ORDER, locale: 'zh', timing: { patience: '12h' } }, true],
  ['no appid', { ...SERVICE_ORDER, appid: undefined }, false],
  ['a request without a reason', { ...SERVICE_ORDER, request: { requestId: 'r-1' } }, false],
  ['a field that is not known', { ...SERVICE_ORDER, outTradeNo: 'ORDER-1' }, false],
];

const FLOWS = [
  ['schemas/order-input.schema.json', checkOrder, ORDERS],
  ['schemas/service-order-input.schema.json', checkServiceOrder, SERVICE_ORDERS],
] as const;

it('each schema is compared with the workflow', () => {
  expect(FLOWS.map(([file]) => file)).toEqual(Object.keys(INPUT_SCHEMAS));
});

describe.each(FLOWS)('%s', (file, check, cases) => {
  const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
  // The form of an instant is described, not checked.
  const validate = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, validateFormats: false });
  const isValid = validate.compile(JSON.parse(text) as object);

  it.each(cases)('says of an input with %s what the workflow says', (_, input, isTaken) => {
    expect(isValid(JSON.parse(JSON.stringify(input)))).toBe(isTaken);
    expect(check(input, NOW).ok).toBe(isTaken);
  });
});
