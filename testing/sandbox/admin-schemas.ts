import { z } from 'zod';
import type { FastifyReply } from 'fastify';
import { SANDBOX_APIS, SANDBOX_CALLS } from './calls.js';
import { MOVABLE_KEYS } from './key-ring.js';
import { MISBEHAVIOUR_NAMES } from './misbehaviour.js';
import { isLoopback } from './notifications.js';
import { SANDBOX_TRADE_STATES } from './orders.js';
import { COLLECTION_STATES, SERVICE_ORDER_DESCRIPTIONS, SERVICE_ORDER_STATES } from './service-orders.js';
import { MCHID } from './v3-fields.js';
import type { RawRequest } from './v3-auth.js';

const mchid = z.string().regex(MCHID, 'must be a merchant number: 1 to 32 digits, in quotes');
const number = z
  .string()
  .regex(/^[0-9A-Za-z_\-|*@]{1,32}$/, 'must be an order number: 1 to 32 of 0-9 A-Z a-z _ - | * @');
const appid = z.string().min(1).max(32);
const amount = z.int('must be an integer of the smallest unit').nonnegative();
const url = z.string().refine(isLoopback, 'must be a URL on this machine, such as http://127.0.0.1:8080/notifications');

/** Older orders are not needed; and a date has an end. */
const TEN_YEARS_IN_MINUTES = 10 * 365 * 24 * 60;

/** Which merchant is meant, if it is not the first. */
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

/** A request that cannot be done, and why. */
export class AdminError extends Error {
  override readonly name = 'AdminError';

  constructor(
    readonly status: 400 | 403 | 404 | 409 | 502,
    message: string,
    /** Each with its field. */
    readonly faults?: readonly string[],
  ) {
    super(message);
  }
}

/** @throws AdminError that lists every fault */
export function bodyOf<T extends z.ZodType>({ body }: RawRequest, schema: T): z.infer<T> {
  const text = body?.toString('utf8') ?? '';
  let json: unknown = {};
  try {
    if (text.trim() !== '') json = JSON.parse(text);
  } catch {
    throw new AdminError(400, 'The body is not JSON.');
  }
  return parsed(schema, json);
}

/** @throws AdminError that lists every fault */
export function parsed<T extends z.ZodType>(schema: T, value: unknown): z.infer<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path, message }) =>
    path.length > 0 ? `${path.join('.')}: ${message}` : message,
  );
  throw new AdminError(400, 'The request cannot be understood. GET /sandbox tells what can be said.', faults);
}

const INSTANTS = new Set(['at', 'receivedAt', 'createdAt', 'timeExpire', 'paidAt']);

/** Answers in JSON for people: indented, and with times that they can read. */
export async function sendJson(reply: FastifyReply, value: unknown, status = 200): Promise<void> {
  const readable = (key: string, part: unknown): unknown =>
    typeof part === 'number' && INSTANTS.has(key) ? new Date(part).toISOString() : part;
  const text = `${JSON.stringify(value, readable, 2)}\n`;
  await reply.code(status).type('application/json; charset=utf-8').send(text);
}

type WithoutUndefined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** What was left out is absent, not `undefined`. */
export function withoutUndefined<T extends object>(value: T): WithoutUndefined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as WithoutUndefined<T>;
}
