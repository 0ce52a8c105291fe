import { z } from 'zod';
import { APPID, CURRENCY, MCHID } from '../../domain/orders/input.js';
import { DEFAULT_ORDER_TIMING, ORDER_APIS } from '../../domain/orders/order.js';
import { REFUSAL_CODE } from '../../domain/orders/requests.js';
import { REF_FORMS } from '../../domain/payscore/input.js';
import { DEFAULT_SERVICE_ORDER_TIMING, OUT_ORDER_NO } from '../../domain/payscore/order.js';
import { MAX_REASON, REQUEST_ID } from '../../domain/payscore/requests.js';
import { CANCELLABLE } from '../../domain/payscore/write.js';
import { parseInstant, RFC3339 } from '../../domain/time.js';
import { INSTANT_FORM } from '../../domain/timing.js';
import { PAUSES, type WaitingTiming } from '../../domain/waiting.js';

// The form of what is sent, for OpenAPI and for the door. What it means is checked by the client: see `door.ts`.

const instant = z
  .string()
  .refine((text) => parseInstant(text) !== undefined, INSTANT_FORM)
  .meta({ format: 'date-time', pattern: RFC3339.source, description: 'RFC 3339, with an offset.' });

/** With up to 64 characters, the sum is always one that the domain can count: below 2 ** 53 ms. */
const DURATION_FORM = 'must be as in 15m or 1h30m: up to 7 digits with s, m, h or d, up to 11 with ms';
const DURATION = /^(?:\d{1,11}ms|\d{1,7}[smhd])+$/;
/** A length of time. */
export const duration = z
  .union([
    z
      .string()
      .max(64)
      .regex(DURATION, DURATION_FORM)
      .meta({ examples: ['15m', '1h30m'] }),
    z
      .number()
      .int()
      .nonnegative()
      .meta({ examples: [900_000] }),
  ])
  .meta({ id: 'Duration', description: 'Whole numbers with ms, s, m, h and d; or a number of milliseconds.' });

/** The form of an order number that any of the APIs takes; each has its own rule. */
const orderNumber = z.string().regex(/^[0-9A-Za-z_\-|*@]{1,32}$/, 'must be 1 to 32 of 0-9 A-Z a-z _ - | * @');
const mchid = z.string().regex(MCHID, 'must be a merchant number, 1 to 32 digits');
const pathMchid = mchid.meta({ examples: ['1900000109'] });
const appid = z.string().regex(APPID, 'must be an appid: 1 to 32 letters, digits, _ and -');

export const orderPath = z.strictObject({ mchid: pathMchid, outTradeNo: orderNumber.meta({ examples: ['ORDER-1'] }) });
export const serviceOrderPath = z.strictObject({
  mchid: pathMchid,
  outOrderNo: z
    .string()
    .regex(OUT_ORDER_NO, 'must be 1 to 32 of 0-9 A-Z a-z _ - | *')
    .meta({ examples: ['RENTAL-1'] }),
});
export const merchantPath = z.strictObject({ mchid: pathMchid });

export const orderQuery = z.strictObject({
  subMchid: mchid.optional().meta({ description: 'The sub-merchant, if the merchant is an institution or a partner.' }),
});
export const noQuery = z.strictObject({});
const MAX_LIMIT = 1_000;
const LIMIT_FORM = `must be a whole number from 1 to ${MAX_LIMIT}`;

export const feedQuery = z.strictObject({
  since: instant.optional().meta({
    description: 'RFC 3339. Either this or cursor.',
    examples: ['2026-01-31T09:00:00+08:00'],
  }),
  cursor: z.string().max(4_000).optional().meta({ description: 'Of the page before.' }),
  limit: z
    .string()
    .refine((text) => /^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= MAX_LIMIT, LIMIT_FORM)
    .transform(Number)
    .optional()
    .meta({ type: 'integer', minimum: 1, maximum: MAX_LIMIT, description: 'Entries of a page; default: 100.' }),
});

/** The lengths of time of a flow that its start may change. */
function timingOf(defaults: WaitingTiming & object) {
  const lengths = Object.keys(defaults).filter((name) => name !== 'pauses');
  const pause = z.strictObject({ first: duration.optional(), max: duration.optional() }).optional();
  const eachOf = <T>(names: readonly string[], schema: T) => Object.fromEntries(names.map((name) => [name, schema]));
  const pauses = z.strictObject(eachOf(Object.keys(PAUSES), pause)).optional();
  return z.strictObject({ ...eachOf(lengths, duration.optional()), pauses }).optional();
}

const locale = z
  .string()
  .max(35)
  .regex(/^(?:both|(?:en|zh)(?:[-_][0-9A-Za-z]{1,8})*)$/, 'must be en, zh or both, or a tag such as zh-CN')
  .optional()
  .meta({
    description: 'The language of the page in Temporal UI: en, zh or both, or a tag such as zh-CN. Default: en.',
  });

/** Exactly one of two fields, in JSON Schema. */
const oneOf = (one: string, other: string) => ({ oneOf: [{ required: [one] }, { required: [other] }] });

/** A field that is true needs another, in JSON Schema. */
const needs = (field: string, other: string) => ({
  if: { required: [field], properties: { [field]: { const: true } } },
  then: { required: [other] },
});

export const startOrder = z
  .strictObject({
    api: z.enum(ORDER_APIS),
    appid: appid.optional(),
    subAppid: appid.optional().meta({ description: 'Only with subMchid.' }),
    createdAt: instant.optional(),
    trustCreatedAt: z.boolean().optional(),
    payBefore: instant.optional(),
    payWithin: duration.optional(),
    amount: z
      .strictObject({
        total: z.number().int().min(1),
        currency: z
          .string()
          .regex(CURRENCY, 'must be as in HKD')
          .meta({ examples: ['HKD'] }),
      })
      .optional()
      .meta({ description: "In the currency's smallest unit. v3 has CNY only." }),
    amountUnknown: z.literal(true).optional(),
    locale,
    timing: timingOf(DEFAULT_ORDER_TIMING),
  })
  .meta({
    allOf: [oneOf('payBefore', 'payWithin'), oneOf('amount', 'amountUnknown'), needs('trustCreatedAt', 'createdAt')],
    examples: [
      { api: 'v3-global', amount: { total: 888, currency: 'HKD' }, payWithin: '15m' },
      {
        api: 'v3',
        appid: 'wx8888888888888888',
        amount: { total: 888, currency: 'CNY' },
        payWithin: '2h',
        locale: 'zh',
      },
    ],
  });

export const closeOrder = z
  .strictObject({
    replacedBy: orderNumber.optional().meta({ description: 'The number under which the order was placed anew.' }),
  })
  .meta({ examples: [{}, { replacedBy: 'ORDER-1-AGAIN' }] });

export const extendOrder = z
  .strictObject({ payBefore: instant })
  .meta({ examples: [{ payBefore: '2026-01-31T09:30:00+08:00' }] });

export const placementFailed = z
  .strictObject({
    code: z
      .string()
      .regex(REFUSAL_CODE, 'must be 1 to 64 letters, digits and _')
      .meta({ description: "The code of WeChat Pay's refusal, as in PARAM_ERROR." }),
  })
  .meta({ examples: [{ code: 'PARAM_ERROR' }] });

export const cancelServiceOrder = z
  .strictObject({
    serviceId: z.string().regex(REF_FORMS.serviceId, 'must be 1 to 32 letters and digits'),
    appid: z.string().regex(REF_FORMS.appid, 'must be wx and 16 letters or digits'),
    request: z.strictObject({
      requestId: z
        .string()
        .regex(REQUEST_ID, 'must be 1 to 64 printable ASCII characters without spaces')
        .meta({ description: 'The same id is the same request.' }),
      reason: z.string().min(1).max(MAX_REASON),
      when: z
        .union([z.literal('now'), z.strictObject({ at: instant }), z.strictObject({ ifNotConfirmedWithin: duration })])
        .optional(),
      mayCancel: z.array(z.enum(CANCELLABLE)).max(CANCELLABLE.length).optional().meta({ uniqueItems: true }),
      giveUp: z.strictObject({ total: z.number().int().min(1) }).optional(),
    }),
    locale,
    timing: timingOf(DEFAULT_SERVICE_ORDER_TIMING),
  })
  .meta({
    examples: [
      { serviceId: '500001', appid: 'wx8888888888888888', request: { requestId: 'cancel-1', reason: '用户取消' } },
      {
        serviceId: '500001',
        appid: 'wx8888888888888888',
        request: { requestId: 'not-confirmed', reason: '用户未确认', when: { ifNotConfirmedWithin: '30m' } },
      },
    ],
  });
