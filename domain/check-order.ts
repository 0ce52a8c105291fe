import type { Amount, Order, OrderInput } from './order.js';
import { parseDuration, parseInstant, type Instant } from './time.js';
import { FLOOR_MARGIN, MAX_PAYMENT_LIFE, MINIMUM_AGE_TO_CLOSE } from './timing.js';

/** One fault of an input: which field, what it held, and the rule that it breaks. */
export interface Fault {
  readonly field: string;
  /** The value as JSON, cut short. `undefined` where the field is missing. */
  readonly value: string | undefined;
  readonly rule: string;
}

export type Checked<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly faults: Fault[] };

const RULES = {
  object: 'must be an object',
  unknown: 'is not a known field; check its spelling',
  api: "must be 'v3-global'",
  mchid: 'must be the merchant number: 1 to 32 digits',
  outTradeNo: 'must be the order number given at placement: 1 to 32 of 0-9 A-Z a-z _ - | *',
  createdAt: 'must be an RFC 3339 instant with an offset, as in 2026-01-31T09:00:00+08:00',
  trustCreatedAt: 'must be true or false, and needs createdAt',
  payUntil: 'exactly one of payBefore and payWithin must be given',
  payBefore: 'must be an RFC 3339 instant with an offset, at most 7 days after createdAt',
  payWithin: "must be a duration such as '15m' or milliseconds, at most 7 days",
  expected: 'exactly one of amount and amountUnknown: true must be given',
  amount: 'must be { total, currency }',
  total: 'must be a whole number of the smallest unit (cents, fen), at least 1',
  replacedBy: 'must be another order number: 1 to 32 of 0-9 A-Z a-z _ - | *',
  currency: 'must be an ISO 4217 code of three capitals, as in HKD',
} as const;

const FIELDS: readonly string[] = [
  'api',
  'mchid',
  'outTradeNo',
  'createdAt',
  'trustCreatedAt',
  'payBefore',
  'payWithin',
  'amount',
  'amountUnknown',
] satisfies (keyof OrderInput | 'payBefore' | 'payWithin' | 'amount' | 'amountUnknown')[];

const MCHID = /^\d{1,32}$/;
const OUT_TRADE_NO = /^[0-9A-Za-z_\-|*]{1,32}$/;
const CURRENCY = /^[A-Z]{3}$/;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Checks what a caller says of an order, and fills in the defaults. All faults are listed, not only the first.
 *
 * @param startedAt when the workflow started, on the server's clock; the 5 minutes count from there, unless the caller
 *   vouches for an older `createdAt`
 */
export function checkOrder(input: unknown, startedAt: Instant): Checked<Order> {
  if (!isRecord(input)) return { ok: false, faults: [fault('order', input, RULES.object)] };
  const faults = [...unknownFields(input), ...keyFaults(input)];
  const createdAt = check(faults, createdAtOf(input, startedAt));
  const payBefore = check(faults, payBeforeOf(input, createdAt ?? startedAt));
  const amount = check(faults, amountOf(input));
  if (faults.length > 0 || createdAt === undefined || payBefore === undefined || amount === undefined) {
    return { ok: false, faults };
  }
  const { api, mchid, outTradeNo, trustCreatedAt } = input as unknown as OrderInput;
  const countedFrom = trustCreatedAt === true ? createdAt : Math.max(createdAt, startedAt);
  const floor = countedFrom + MINIMUM_AGE_TO_CLOSE + FLOOR_MARGIN;
  return { ok: true, value: { api, mchid, outTradeNo, amount, createdAt, payBefore, floor } };
}

/** Checks what comes with a request to close: the number under which the order was placed anew, if any. */
export function checkCloseRequest(request: unknown, order: Order): Checked<{ readonly replacedBy?: string }> {
  if (request === undefined || request === null) return good({});
  if (!isRecord(request)) return bad('request', request, RULES.object);
  const { replacedBy, ...rest } = request;
  const faults = Object.keys(rest).map((field) => fault(field, rest[field], RULES.unknown));
  const isAnother = matches(replacedBy, OUT_TRADE_NO) && replacedBy !== order.outTradeNo;
  if (replacedBy !== undefined && !isAnother) faults.push(fault('replacedBy', replacedBy, RULES.replacedBy));
  if (faults.length > 0) return { ok: false, faults };
  return good(replacedBy === undefined ? {} : { replacedBy: replacedBy as string });
}

/** Faults as sentences, for an error message. */
export function describeFaults(faults: readonly Fault[]): string {
  return faults.map(({ field, value, rule }) => `${field} ${rule} (got ${value ?? 'nothing'})`).join('; ');
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fault(field: string, value: unknown, rule: string): Fault {
  return { field, value: JSON.stringify(value)?.slice(0, 80), rule };
}

function check<T>(faults: Fault[], checked: Checked<T>): T | undefined {
  if (checked.ok) return checked.value;
  faults.push(...checked.faults);
  return undefined;
}

const good = <T>(value: T): Checked<T> => ({ ok: true, value });
const bad = (field: string, value: unknown, rule: string): Checked<never> => ({
  ok: false,
  faults: [fault(field, value, rule)],
});

function unknownFields(input: Fields): Fault[] {
  return Object.keys(input)
    .filter((field) => !FIELDS.includes(field))
    .map((field) => fault(field, input[field], RULES.unknown));
}

function keyFaults({ api, mchid, outTradeNo }: Fields): Fault[] {
  const faults: Fault[] = [];
  if (api !== 'v3-global') faults.push(fault('api', api, RULES.api));
  if (!matches(mchid, MCHID)) faults.push(fault('mchid', mchid, RULES.mchid));
  if (!matches(outTradeNo, OUT_TRADE_NO)) faults.push(fault('outTradeNo', outTradeNo, RULES.outTradeNo));
  return faults;
}

function matches(value: unknown, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value);
}

function createdAtOf({ createdAt, trustCreatedAt }: Fields, startedAt: Instant): Checked<Instant> {
  const vouched = trustCreatedAt ?? false;
  if (typeof vouched !== 'boolean' || (vouched && createdAt === undefined)) {
    return bad('trustCreatedAt', trustCreatedAt, RULES.trustCreatedAt);
  }
  if (createdAt === undefined) return good(startedAt);
  const instant = typeof createdAt === 'string' ? parseInstant(createdAt) : undefined;
  return instant === undefined ? bad('createdAt', createdAt, RULES.createdAt) : good(instant);
}

function payBeforeOf({ payBefore, payWithin }: Fields, createdAt: Instant): Checked<Instant> {
  if ((payBefore === undefined) === (payWithin === undefined)) {
    return bad('payBefore, payWithin', payBefore === undefined ? undefined : [payBefore, payWithin], RULES.payUntil);
  }
  if (payBefore !== undefined) {
    const instant = typeof payBefore === 'string' ? parseInstant(payBefore) : undefined;
    const fits = instant !== undefined && instant - createdAt <= MAX_PAYMENT_LIFE;
    return fits ? good(instant) : bad('payBefore', payBefore, RULES.payBefore);
  }
  const written = typeof payWithin === 'string' || typeof payWithin === 'number' ? payWithin : '';
  const duration = parseDuration(written);
  const fits = duration !== undefined && duration <= MAX_PAYMENT_LIFE;
  return fits ? good(createdAt + duration) : bad('payWithin', payWithin, RULES.payWithin);
}

function amountOf({ amount, amountUnknown }: Fields): Checked<Amount | null> {
  if (amountUnknown === true && amount === undefined) return good(null);
  if (amountUnknown !== undefined || amount === undefined) {
    return bad('amount, amountUnknown', amount ?? amountUnknown, RULES.expected);
  }
  if (!isRecord(amount)) return bad('amount', amount, RULES.amount);
  const { total, currency } = amount;
  const faults: Fault[] = [];
  if (typeof total !== 'number' || !Number.isSafeInteger(total) || total < 1) {
    faults.push(fault('amount.total', total, RULES.total));
  }
  if (!matches(currency, CURRENCY)) faults.push(fault('amount.currency', currency, RULES.currency));
  return faults.length > 0 ? { ok: false, faults } : good({ total: total as number, currency: currency as string });
}
