import { bad, collect, fault, isRecord, matches, ok, unknownFields, type Checked, type Fault } from '../validation.js';
import type { LocaleInput } from '../locale.js';
import { MCHID, localeOf } from '../orders/input.js';
import { bounds, checkTiming, LONG_PAST, PATIENCE_BOUNDS, type TimingInput } from '../timing.js';
import { HOUR, SECOND, type Instant, type Milliseconds } from '../time.js';
import { DEFAULT_SERVICE_ORDER_TIMING, OUT_ORDER_NO, type ServiceOrderRef, type ServiceOrderTiming } from './order.js';
import { checkCancelRequest, type CancelRequestInput } from './requests.js';
import type { ServiceOrderStart } from './state.js';

/** What starts the watch over a service order. */
export type ServiceOrderInput = ServiceOrderRef & {
  /** Default: none. The service order is watched until a request comes. */
  readonly request?: CancelRequestInput;
  /** The language of what operators read in Temporal UI. Default: `en`. */
  readonly locale?: LocaleInput;
  /** Lengths of time that differ from the defaults; every pause lasts at least a second. */
  readonly timing?: TimingInput<ServiceOrderTiming>;
};

const RULES = {
  object: 'must be an object',
  mchid: 'must be the merchant number, 1 to 32 digits in quotes',
  outOrderNo: 'must be the service order number given at creation: 1 to 32 of 0-9 A-Z a-z _ - | *',
  serviceId: 'must be the service id given at creation: 1 to 32 letters and digits',
  appid: 'must be the appid given at creation: wx and 16 letters or digits',
} as const;

/** The form of each part of the key of a service order. */
export const REF_FORMS = {
  mchid: MCHID,
  outOrderNo: OUT_ORDER_NO,
  serviceId: /^[0-9A-Za-z]{1,32}$/,
  appid: /^wx[0-9A-Za-z]{16}$/,
} as const satisfies Record<keyof ServiceOrderRef, RegExp>;

const REF_FIELDS = Object.keys(REF_FORMS) as (keyof ServiceOrderRef)[];

/** The bounds of each length of time. The pauses have their own. */
const TIMING_BOUNDS = {
  patience: PATIENCE_BOUNDS,
  cancelSettlesWithin: bounds(SECOND, HOUR, '1 second to 1 hour'),
} as const;

/**
 * Checks the input of a service order and of its first request, and fills in the defaults. All faults are listed, not only
 * the first.
 *
 * @param startedAt when the workflow started, on the server's clock
 * @param longPast how far back the time of the request may lie. A client is stricter than the workflow, whose clock may
 *   differ
 */
export function checkServiceOrder(
  input: unknown,
  startedAt: Instant,
  longPast: Milliseconds = LONG_PAST,
): Checked<ServiceOrderStart> {
  if (!isRecord(input)) return bad('order', input, RULES.object);
  const faults = unknownFields(input, [...REF_FIELDS, 'request', 'locale', 'timing']);
  for (const field of REF_FIELDS) {
    if (!matches(input[field], REF_FORMS[field])) faults.push(fault(field, input[field], RULES[field], 'text'));
  }
  const first = input['request'];
  const checked = first === undefined ? ok(null) : checkCancelRequest(first, startedAt, longPast);
  const request = collect(faults, inField('request', checked));
  const locale = collect(faults, localeOf(input['locale']));
  const timing = collect(faults, checkTiming(input['timing'], DEFAULT_SERVICE_ORDER_TIMING, TIMING_BOUNDS));
  if (faults.length > 0 || request === undefined || locale === undefined || timing === undefined)
    return { ok: false, faults };
  const { mchid, outOrderNo, serviceId, appid } = input as unknown as ServiceOrderRef;
  return ok({ order: { mchid, outOrderNo, serviceId, appid }, request, locale, timing });
}

/** Checks the merchant and the number of a service order. */
export function checkServiceOrderKey(key: unknown): Checked<Pick<ServiceOrderRef, 'mchid' | 'outOrderNo'>> {
  if (!isRecord(key)) return bad('order', key, RULES.object);
  const { mchid, outOrderNo } = key;
  const faults: Fault[] = [];
  if (!matches(mchid, MCHID)) faults.push(fault('mchid', mchid, RULES.mchid, 'text'));
  if (!matches(outOrderNo, OUT_ORDER_NO)) faults.push(fault('outOrderNo', outOrderNo, RULES.outOrderNo, 'text'));
  return faults.length > 0 ? { ok: false, faults } : ok({ mchid: mchid as string, outOrderNo: outOrderNo as string });
}

/** Names the faults of a part by its field in the whole. */
function inField<T>(field: string, checked: Checked<T>): Checked<T> {
  if (checked.ok) return checked;
  const faults = checked.faults.map((each): Fault => ({
    ...each,
    field: each.field === field ? field : `${field}.${each.field}`,
  }));
  return { ok: false, faults };
}
