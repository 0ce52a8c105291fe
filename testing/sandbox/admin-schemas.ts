import { z } from 'zod';
import { SANDBOX_APIS, SANDBOX_CALLS } from './calls.js';
import { MOVABLE_KEYS } from './key-ring.js';
import { MISBEHAVIOUR_NAMES } from './misbehaviour.js';
import { isLoopback } from './notifications.js';
import { SANDBOX_TRADE_STATES } from './orders.js';
import { COLLECTION_STATES, SERVICE_ORDER_DESCRIPTIONS, SERVICE_ORDER_STATES } from './service-orders.js';
import { MCHID } from './v3-fields.js';

const mchid = z.string().regex(MCHID, 'must be a merchant number: 1 to 32 digits, in quotes');
const number = z
  .string()
  .regex(/^[0-9A-Za-z_\-|*@]{1,32}$/, 'must be an order number: 1 to 32 of 0-9 A-Z a-z _ - | * @');
const appid = z.string().min(1).max(32);
const amount = z.int('must be an integer of the smallest unit').nonnegative();
const url = z.string().refine(isLoopback, 'must be a URL on this machine, such as http://127.0.0.1:8080/notifications');

/** Older orders are not needed; and a date has an end. */
const TEN_YEARS_IN_MINUTES = 10 * 365 * 24 * 60;

/** Which merchant is meant, where it is not the first. */
export const ownerQuery = z.strictObject({ mchid: mchid.optional(), subMchid: mchid.optional() });

export const ledgerQuery = z.strictObject({ outTradeNo: number.optional() });

export const orderBody = z.strictObject({
  outTradeNo: number,
  amount: z.strictObject({
    total: amount.positive(),
    currency: z.string().regex(/^[A-Z]{3}$/, 'must be three capital letters, such as HKD'),
  }),
  mchid: mchid.optional(),
  subMchid: mchid.optional(),
  appid: appid.optional(),
  subAppid: appid.optional(),
  api: z.enum(SANDBOX_APIS.filter((api) => api !== 'payscore')).optional(),
  signType: z.enum(['MD5', 'HMAC-SHA256']).optional(),
  notifyUrl: url.optional(),
  timeExpire: z.iso.datetime({ offset: true, error: 'must be RFC 3339, such as 2026-03-02T12:00:00+08:00' }).optional(),
  createdMinutesAgo: z.number().nonnegative().max(TEN_YEARS_IN_MINUTES).optional(),
});

export const stateBody = z.strictObject({ state: z.enum(SANDBOX_TRADE_STATES) });

export const notifyBody = z.strictObject({ url: url.optional() });

export const serviceOrderBody = z.strictObject({
  outOrderNo: number,
  mchid: mchid.optional(),
  serviceId: z.string().min(1).max(32).optional(),
  appid: appid.optional(),
  needUserConfirm: z.boolean().optional(),
  notifyUrl: url.optional(),
});

export const completeBody = z.strictObject({ totalAmount: amount });

export const serviceStateBody = z.strictObject({
  state: z.enum(SERVICE_ORDER_STATES),
  description: z.enum(SERVICE_ORDER_DESCRIPTIONS).nullable().default(null),
  collection: z.enum(COLLECTION_STATES).nullable().default(null),
  totalAmount: amount.nullable().default(null),
});

export const misbehaviourBody = z.strictObject({
  what: z.enum(MISBEHAVIOUR_NAMES),
  outTradeNo: number.optional(),
  mchid: mchid.optional(),
  subMchid: mchid.optional(),
  on: z.enum(SANDBOX_CALLS).optional(),
  after: z.int().nonnegative().optional(),
  times: z.union([z.int().positive(), z.literal('always')]).optional(),
  delayMs: z.int().positive().max(600_000).optional(),
  code: z
    .string()
    .regex(/^[0-9A-Za-z_]{1,32}$/, 'must be an error code, such as ACCOUNT_ERROR')
    .optional(),
  status: z.int().min(200).max(599).optional(),
  totalAmount: amount.positive().optional(),
});

const movable = z.enum(MOVABLE_KEYS);

export const moveBody = z.discriminatedUnion('step', [
  z.strictObject({ step: z.enum(['prepare', 'begin']), to: movable }),
  z.strictObject({ step: z.literal('end'), to: movable.optional() }),
]);

export const auditBody = z.strictObject({ outcomes: z.record(z.string(), z.string()).default({}) });

export const nothing = z.strictObject({});
