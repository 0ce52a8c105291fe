import {
  bad,
  collect,
  fault,
  ok,
  isRecord,
  matches,
  unknownFields,
  type Checked,
  type Fault,
  type Fields,
} from '../validation.js';
import {
  bounds,
  checkDuration,
  checkTiming,
  EARLIEST_INSTANT,
  INSTANT_FORM,
  LONG_PAST,
  PATIENCE_BOUNDS,
  slipOfInstant,
} from '../timing.js';
import { READ_IN, readIn, type ReadIn } from '../locale.js';
import {
  type Amount,
  CLOCK_TOLERANCE,
  DEFAULT_ORDER_TIMING,
  FLOOR_MARGIN,
  MAX_PAYMENT_LIFE,
  type MerchantRef,
  MINIMUM_AGE_TO_CLOSE,
  type Order,
  ORDER_APIS,
  type OrderApi,
  type OrderApps,
  type OrderNumber,
  type OrderRef,
  SHORTEST_PAYMENT_LIFE,
} from './order.js';
import { DAY, HOUR, MINUTE, parseInstant, SECOND, toRfc3339, type Instant, type Milliseconds } from '../time.js';

const RULES = {
  object: 'must be an object',
  api: `must be one of ${ORDER_APIS.join(', ')}`,
  mchid: 'must be the merchant number, 1 to 32 digits in quotes',
  subMchid: "must be the sub-merchant's number, 1 to 32 digits in quotes, and not the merchant's own",
  oneNumber: 'exactly one of outTradeNo and transactionId must be given',
  outTradeNo: 'must be the order number given at placement',
  transactionId: "must be WeChat Pay's number: 1 to 32 letters and digits",
  transactionIdApi: 'alone is enough for v3-global only: the other APIs close by outTradeNo',
  appid: 'must be the appid given at placement: 1 to 32 letters, digits, _ and -',
  subAppid: 'must be the sub-appid given at placement, and needs subMchid',
  createdAt: `${INSTANT_FORM}, at most an hour ahead of the start`,
  createdBefore: 'must be when the order was created, at most an hour ahead of the start',
  trustCreatedAt: 'must be true or false, and needs createdAt',
  payUntil: 'exactly one of payBefore and payWithin must be given',
  payBefore: `${INSTANT_FORM}, not long past, and at most 7 days after createdAt`,
  tooLate: 'must be at most 7 days after createdAt',
  longPast: 'puts the deadline more than an hour into the past, which only trustCreatedAt allows',
  expected: 'exactly one of amount and amountUnknown: true must be given',
  amount: 'must be { total, currency }',
  total: 'must be a whole number of the smallest unit (cents, fen), at least 1',
  currency: 'must be an ISO 4217 code of three capitals, as in HKD',
  onlyCny: 'must be CNY, the only currency of v3; for another, the api is v3-global',
  locale: `must be one of ${READ_IN.join(', ')}, or a tag like zh-CN or en-US`,
} as const;

/** The bounds of each length of time. The pauses have their own. */
const TIMING_BOUNDS = {
  patience: PATIENCE_BOUNDS,
  payingTooLong: bounds(MINUTE, DAY, '1 minute to 1 day'),
  closeSettlesWithin: bounds(SECOND, HOUR, '1 second to 1 hour'),
  paymentLife: bounds(5 * MINUTE, 7 * DAY, '5 minutes to 7 days'),
  checkInterval: bounds(SECOND, HOUR, '1 second to 1 hour'),
} as const;

const PAY_WITHIN = bounds(SHORTEST_PAYMENT_LIFE, MAX_PAYMENT_LIFE, '1 minute to 7 days');

const FIELDS = [
  'api',
  'mchid',
  'subMchid',
  'outTradeNo',
  'transactionId',
  'appid',
  'subAppid',
  'createdAt',
  'trustCreatedAt',
  'payBefore',
  'payWithin',
  'amount',
  'amountUnknown',
  'locale',
  'timing',
] as const;

/** WeChat Pay's number of a payment, as it gives it. */
export const PAYMENT_ID = /^[0-9A-Za-z]{1,64}$/;
export const MCHID = /^\d{1,32}$/;
const TRANSACTION_ID = /^[0-9A-Za-z]{1,32}$/;
export const APPID = /^[0-9A-Za-z_-]{1,32}$/;
export const CURRENCY = /^[A-Z]{3}$/;

/** The form of an order number in each API, and the same in words. */
export const OUT_TRADE_NO: Record<OrderApi, { readonly form: RegExp; readonly inWords: string }> = {
  'v3-global': { form: /^[0-9A-Za-z_\-|*]{1,32}$/, inWords: '1 to 32 of 0-9 A-Z a-z _ - | *' },
  v3: { form: /^[0-9A-Za-z_\-|*]{6,32}$/, inWords: '6 to 32 of 0-9 A-Z a-z _ - | *' },
  v2: { form: /^[0-9A-Za-z_\-|*@]{1,32}$/, inWords: '1 to 32 of 0-9 A-Z a-z _ - | * @' },
};

/**
 * Checks the input of an order, and fills in the defaults. All faults are listed, not only the first.
 *
 * @param startedAt when the workflow started, on the server's clock; the 5 minutes count from there, unless the caller
 *   vouches for an older `createdAt`
 * @param longPast how far a deadline may lie before the start. A client is stricter than the workflow, whose clock may
 *   differ
 */
export function checkOrder(input: unknown, startedAt: Instant, longPast: Milliseconds = LONG_PAST): Checked<Order> {
  if (!isRecord(input)) return bad('order', input, RULES.object);
  const faults = unknownFields(input, FIELDS);
  const ref = collect(faults, refOf(input));
  const createdAt = collect(faults, createdAtOf(input, startedAt));
  const payBefore = collect(faults, payBeforeOf(input, createdAt ?? startedAt));
  faults.push(...longPastOf(input, payBefore, startedAt, longPast));
  const amount = collect(faults, amountOf(input));
  const locale = collect(faults, localeOf(input['locale']));
  const timing = collect(faults, checkTiming(input['timing'], DEFAULT_ORDER_TIMING, TIMING_BOUNDS));
  const isWhole = ref && createdAt !== undefined && payBefore !== undefined && locale && timing;
  if (!isWhole || amount === undefined || faults.length > 0) return { ok: false, faults };
  const countedFrom = input['trustCreatedAt'] === true ? createdAt : Math.max(createdAt, startedAt);
  return ok({ ref, amount, createdAt, payBefore, floor: floorFrom(countedFrom), locale, timing });
}

/**
 * Checks the input of an order that its checkout starts. It is stricter than {@link checkOrder}, by which a workflow must go on
 * to take what earlier versions of the client took.
 */
export function checkNewOrder(input: unknown, now: Instant, longPast?: Milliseconds): Checked<Order> {
  const checked = checkOrder(input, now, longPast);
  const faults = currencyFaults(input);
  return faults.length === 0 ? checked : { ok: false, faults: [...(checked.ok ? [] : checked.faults), ...faults] };
}

/** A currency of the right form can still be none, or none that the order's API has. */
function currencyFaults(input: unknown): Fault[] {
  if (!isRecord(input) || !isRecord(input['amount'])) return [];
  const { currency } = input['amount'];
  if (!matches(currency, CURRENCY)) return [];
  if (input['api'] === 'v3' && currency !== 'CNY') return [fault('amount.currency', currency, RULES.onlyCny)];
  if (Intl.supportedValuesOf('currency').includes(currency)) return [];
  const slip = currency === 'RMB' ? '; that of the renminbi is CNY' : '';
  return [fault('amount.currency', currency, RULES.currency + slip)];
}

/** WeChat Pay's own key of an order, from an input. */
export function refOf(input: Fields): Checked<OrderRef> {
  const faults: Fault[] = [];
  const api = collect(faults, apiOf(input));
  const merchant = collect(faults, merchantOf(input));
  const number = collect(faults, numberIn(input, api ?? 'v3-global'));
  const apps = collect(faults, appsOf(input));
  if (!(api && merchant && number && apps)) return { ok: false, faults };
  return ok({ api, ...merchant, ...number, ...apps });
}

/** The floor of an order that was created at `createdAt`. */
export function floorFrom(createdAt: Instant): Instant {
  return createdAt + MINIMUM_AGE_TO_CLOSE + FLOOR_MARGIN;
}

/** Checks an order number by the rules of an API. */
export function outTradeNoFault(field: string, value: unknown, api: OrderApi): Fault | undefined {
  const { form, inWords } = OUT_TRADE_NO[api];
  return matches(value, form) ? undefined : fault(field, value, `${RULES.outTradeNo}: ${inWords}`, 'text');
}

export function localeOf(value: unknown = 'en'): Checked<ReadIn> {
  const known = readIn(value);
  return known === undefined ? bad('locale', value, RULES.locale) : ok(known);
}

function apiOf({ api }: Fields): Checked<OrderApi> {
  const known = ORDER_APIS.find((each) => each === api);
  return known === undefined ? bad('api', api, RULES.api) : ok(known);
}

function merchantOf({ mchid, subMchid }: Fields): Checked<MerchantRef> {
  const faults: Fault[] = [];
  if (!matches(mchid, MCHID)) faults.push(fault('mchid', mchid, RULES.mchid, 'text'));
  if (subMchid !== undefined && (!matches(subMchid, MCHID) || subMchid === mchid)) {
    faults.push(fault('subMchid', subMchid, RULES.subMchid, 'text'));
  }
  if (faults.length > 0) return { ok: false, faults };
  return ok({ mchid: mchid as string, ...(subMchid !== undefined && { subMchid: subMchid as string }) });
}

function numberIn({ outTradeNo, transactionId }: Fields, api: OrderApi): Checked<OrderNumber> {
  if ((outTradeNo === undefined) === (transactionId === undefined)) {
    return bad('outTradeNo, transactionId', outTradeNo && [outTradeNo, transactionId], RULES.oneNumber);
  }
  if (outTradeNo !== undefined) {
    const wrong = outTradeNoFault('outTradeNo', outTradeNo, api);
    return wrong === undefined ? ok({ outTradeNo: outTradeNo as string }) : { ok: false, faults: [wrong] };
  }
  if (!matches(transactionId, TRANSACTION_ID)) return bad('transactionId', transactionId, RULES.transactionId, 'text');
  return api === 'v3-global' ? ok({ transactionId }) : bad('transactionId', transactionId, RULES.transactionIdApi);
}

function appsOf({ appid, subAppid, subMchid }: Fields): Checked<OrderApps> {
  const faults: Fault[] = [];
  if (appid !== undefined && !matches(appid, APPID)) faults.push(fault('appid', appid, RULES.appid, 'text'));
  if (subAppid !== undefined && (!matches(subAppid, APPID) || subMchid === undefined)) {
    faults.push(fault('subAppid', subAppid, RULES.subAppid, 'text'));
  }
  if (faults.length > 0) return { ok: false, faults };
  return ok({
    ...(appid !== undefined && { appid: appid as string }),
    ...(subAppid !== undefined && { subAppid: subAppid as string }),
  });
}

function createdAtOf({ createdAt, trustCreatedAt }: Fields, startedAt: Instant): Checked<Instant> {
  const vouched = trustCreatedAt ?? false;
  if (typeof vouched !== 'boolean' || (vouched && createdAt === undefined)) {
    return bad('trustCreatedAt', trustCreatedAt, RULES.trustCreatedAt);
  }
  if (createdAt === undefined) return ok(startedAt);
  const instant = typeof createdAt === 'string' ? parseInstant(createdAt) : undefined;
  if (instant === undefined) return bad('createdAt', createdAt, RULES.createdAt, 'instant');
  if (instant >= EARLIEST_INSTANT && instant <= startedAt + CLOCK_TOLERANCE) return ok(instant);
  return bad('createdAt', createdAt, `${RULES.createdBefore}; ${slipOfInstant(instant, startedAt)}`);
}

function payBeforeOf({ payBefore, payWithin, createdAt: given }: Fields, createdAt: Instant): Checked<Instant> {
  if ((payBefore === undefined) === (payWithin === undefined)) {
    return bad('payBefore, payWithin', payBefore === undefined ? undefined : [payBefore, payWithin], RULES.payUntil);
  }
  // Without `createdAt`, the checkout counts from its own clock and the workflow from the server's, and they may differ.
  const tolerance = given === undefined ? CLOCK_TOLERANCE : 0;
  if (payBefore !== undefined) return deadlineOf(payBefore, latestDeadline(createdAt) + tolerance);
  const duration = checkDuration('payWithin', payWithin, PAY_WITHIN);
  return duration.ok ? ok(createdAt + duration.value) : duration;
}

/** A deadline that has just passed is due at once. One that passed long ago is a slip, unless the caller vouches for it. */
function longPastOf(input: Fields, payBefore: Instant | undefined, now: Instant, longPast: Milliseconds): Fault[] {
  if (payBefore === undefined || input['trustCreatedAt'] === true || payBefore >= now - longPast) return [];
  const field = input['payBefore'] === undefined ? 'createdAt' : 'payBefore';
  return [fault(field, input[field], `${RULES.longPast}; ${slipOfInstant(payBefore, now)}`)];
}

/** The latest deadline of an order that was created at `createdAt`. */
export function latestDeadline(createdAt: Instant): Instant {
  return createdAt + MAX_PAYMENT_LIFE;
}

/** Checks a deadline, which must not be later than `latest`. */
export function deadlineOf(value: unknown, latest: Instant): Checked<Instant> {
  const instant = typeof value === 'string' ? parseInstant(value) : undefined;
  if (instant === undefined) return bad('payBefore', value, RULES.payBefore, 'instant');
  return instant <= latest ? ok(instant) : bad('payBefore', value, `${RULES.tooLate}: by ${toRfc3339(latest)}`);
}

/** The amount that the order should have; `null`: the caller said `amountUnknown`. */
export function amountOf({ amount, amountUnknown }: Fields): Checked<Amount | null> {
  if (amountUnknown === true && amount === undefined) return ok(null);
  if (amountUnknown !== undefined || amount === undefined) {
    return bad('amount, amountUnknown', amount ?? amountUnknown, RULES.expected);
  }
  if (!isRecord(amount)) return bad('amount', amount, RULES.amount);
  const { total, currency } = amount;
  const faults = unknownFields(amount, ['total', 'currency']).map((each) => ({
    ...each,
    field: `amount.${each.field}`,
  }));
  if (typeof total !== 'number' || !Number.isSafeInteger(total) || total < 1) {
    faults.push(fault('amount.total', total, RULES.total, 'count'));
  }
  if (!matches(currency, CURRENCY)) faults.push(fault('amount.currency', currency, RULES.currency));
  return faults.length > 0 ? { ok: false, faults } : ok({ total: total as number, currency: currency as string });
}
