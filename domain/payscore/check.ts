import {
  bad,
  BY_LENGTH,
  collect,
  fault,
  good,
  isRecord,
  isSaid,
  matches,
  NOTE_LENGTH,
  unknownFields,
  type Checked,
  type Fault,
  type Fields,
} from '../check.js';
import { localeOf } from '../orders/check-order.js';
import type { Locale } from '../locale.js';
import {
  CANCELLABLE,
  RESOLVED_AS,
  type Cancellable,
  type CancelRequest,
  type Resolution,
  type ServiceNotification,
  type ServiceOrderState,
  type ServiceOrderStart,
} from './state.js';
import { MAX_CANCEL_DELAY } from './timing.js';
import type { ServiceOrderRef } from './service-order.js';
import { parseDuration, parseInstant, type Duration, type Instant } from '../time.js';

/** When a cancel may be sent. */
export type CancelWhen =
  | 'now'
  /** An instant, RFC 3339; one that has passed is now. */
  | { readonly at: string }
  /** A duration from the request on, as in `'30m'`; if the user confirms within it, nothing is cancelled. */
  | { readonly ifNotConfirmedWithin: Duration };

/** What a caller says when asking for a cancel. */
export interface CancelRequestInput {
  /** The same id is the same request: 1–64 printable ASCII characters without spaces. */
  readonly requestId: string;
  /** 1–30 characters, each Chinese character, letter or digit counts one (S1); no emoji. */
  readonly reason: string;
  /** Default: now. */
  readonly when?: CancelWhen;
  /** The stages in which it may be cancelled. Default: `['created']`. */
  readonly mayCancel?: readonly Cancellable[];
  /** An amount due, in fen, that may be lost: only if it is exactly the one that is due. Default: none. */
  readonly giveUp?: { readonly total: number };
}

/** What starts the watch over a service order. */
export type ServiceOrderInput = ServiceOrderRef & {
  /** Default: none; the service order is watched until one comes. */
  readonly request?: CancelRequestInput;
  /** In which language operators read of this service order in Temporal UI. Default: `en`. */
  readonly locale?: Locale;
};

const RULES = {
  object: 'must be an object',
  mchid: 'must be the merchant number: 1 to 32 digits',
  outOrderNo: 'must be the service order number given at creation: 1 to 32 of 0-9 A-Z a-z _ - | *',
  serviceId: 'must be the service id given at creation: 1 to 32 letters and digits',
  appid: 'must be the appid given at creation: wx and 16 letters or digits',
  requestId: 'must be 1 to 64 printable ASCII characters without spaces',
  reason: 'must be 1 to 30 characters that can be seen (Chinese, letters, digits, punctuation), and no emoji',
  when: "must be 'now', { at: an instant } or { ifNotConfirmedWithin: a duration }",
  at: 'must be an RFC 3339 instant with an offset, as in 2026-01-31T09:00:00+08:00, at most a year ahead',
  within: "must be a duration such as '30m' or milliseconds, at most a year",
  mayCancel: "must list 'created' or 'in-service', each once; nothing only with giveUp",
  notConfirmed: "cannot be more than ['created'] with ifNotConfirmedWithin",
  giveUp: 'must be { total }, a whole number of fen, at least 1',
  noGiveUp: 'cannot be given with ifNotConfirmedWithin: an amount is due only once the user has confirmed',
  notWaiting: 'is taken only while the service order needs attention',
  notification: "must be { order: { mchid, outOrderNo }, said: 'USER_CONFIRM' or 'USER_PAID' }",
  as: `must be one of ${RESOLVED_AS.join(', ')}`,
  note: `must say in 1 to ${NOTE_LENGTH} characters what was found`,
  by: `must name the person in 1 to ${BY_LENGTH} characters`,
  force: 'must be true or false',
} as const;

const REF_FORMS = {
  mchid: /^\d{1,32}$/,
  outOrderNo: /^[0-9A-Za-z_\-|*]{1,32}$/,
  serviceId: /^[0-9A-Za-z]{1,32}$/,
  appid: /^wx[0-9A-Za-z]{16}$/,
} as const satisfies Record<keyof ServiceOrderRef, RegExp>;

const REF_FIELDS = Object.keys(REF_FORMS) as (keyof ServiceOrderRef)[];
const REQUEST_FIELDS = ['requestId', 'reason', 'when', 'mayCancel', 'giveUp'] satisfies (keyof CancelRequestInput)[];
const RESOLUTION_FIELDS = ['as', 'note', 'by', 'force'] satisfies (keyof Resolution)[];

const REQUEST_ID = /^[!-~]{1,64}$/;
/**
 * Code points of one to three bytes in UTF-8 that mean the same to every reader: no control or format characters, line
 * breaks, lone surrogates, private use or what is not assigned; no emoji, and nothing that makes one (U+FE0F, U+20E3).
 */
const REASON = /^[^\p{C}\p{Zl}\p{Zp}\p{Extended_Pictographic}\uFE0F\u20E3\u{10000}-\u{10FFFF}]{1,30}$/u;
const MAX_REASON = 30;

/**
 * Checks what a caller says of a service order and of its first request, and fills in the defaults. All faults are
 * listed, not only the first.
 *
 * @param startedAt when the workflow started, on the server's clock
 */
export function checkServiceOrder(input: unknown, startedAt: Instant): Checked<ServiceOrderStart> {
  if (!isRecord(input)) return bad('order', input, RULES.object);
  const faults = unknownFields(input, [...REF_FIELDS, 'request', 'locale']);
  for (const field of REF_FIELDS) {
    if (!matches(input[field], REF_FORMS[field])) faults.push(fault(field, input[field], RULES[field]));
  }
  const checked = input['request'] === undefined ? good(null) : checkCancelRequest(input['request'], startedAt);
  const request = collect(faults, within('request', checked));
  const locale = collect(faults, localeOf('locale', input['locale']));
  if (faults.length > 0 || request === undefined || locale === undefined) return { ok: false, faults };
  const { mchid, outOrderNo, serviceId, appid } = input as unknown as ServiceOrderRef;
  return good({ order: { mchid, outOrderNo, serviceId, appid }, request, locale });
}

/**
 * Checks a request to cancel, and fills in the defaults.
 *
 * @param now when it arrived, on the server's clock: `ifNotConfirmedWithin` counts from there
 */
export function checkCancelRequest(input: unknown, now: Instant): Checked<CancelRequest> {
  if (!isRecord(input)) return bad('request', input, RULES.object);
  const faults = unknownFields(input, REQUEST_FIELDS);
  const { requestId, reason } = input;
  if (!matches(requestId, REQUEST_ID)) faults.push(fault('requestId', requestId, RULES.requestId));
  if (!matches(reason, REASON) || !isSaid(reason, MAX_REASON)) faults.push(fault('reason', reason, RULES.reason));
  const dueAt = collect(faults, dueAtOf(input['when'], now));
  const giveUp = collect(faults, giveUpOf(input));
  const mayCancel = collect(faults, mayCancelOf(input));
  if (faults.length > 0 || dueAt === undefined || giveUp === undefined || mayCancel === undefined) {
    return { ok: false, faults };
  }
  return good({ requestId: requestId as string, reason: reason as string, dueAt, mayCancel, giveUp });
}

/** Whether a person is asked, so that there is something to answer. */
export function checkNeedsAttention({ phase }: ServiceOrderState): Checked<null> {
  return phase === 'needsAttention' ? good(null) : bad('request', undefined, RULES.notWaiting);
}

/**
 * Whether what came as a notification has the form of one. A message that anybody may send must not be able to stop the
 * workflow that receives it.
 */
export function checkServiceNotification(notification: unknown): Checked<ServiceNotification> {
  const { order, said } = isRecord(notification) ? notification : {};
  const isNotification =
    isRecord(order) &&
    typeof order['mchid'] === 'string' &&
    typeof order['outOrderNo'] === 'string' &&
    (said === 'USER_CONFIRM' || said === 'USER_PAID');
  if (!isNotification) return bad('notification', notification, RULES.notification);
  return good({ order: { mchid: order['mchid'] as string, outOrderNo: order['outOrderNo'] as string }, said });
}

/** Checks what a person says of how a service order ended. */
export function checkResolution(input: unknown): Checked<Resolution> {
  if (!isRecord(input)) return bad('resolution', input, RULES.object);
  const faults = unknownFields(input, RESOLUTION_FIELDS);
  const { note, by, force = false } = input;
  const as = RESOLVED_AS.find((each) => each === input['as']);
  if (as === undefined) faults.push(fault('as', input['as'], RULES.as));
  if (!isSaid(note, NOTE_LENGTH)) faults.push(fault('note', note, RULES.note));
  if (!isSaid(by, BY_LENGTH)) faults.push(fault('by', by, RULES.by));
  if (typeof force !== 'boolean') faults.push(fault('force', force, RULES.force));
  if (faults.length > 0 || as === undefined) return { ok: false, faults };
  return good({ as, note: note as string, by: by as string, force: force as boolean });
}

function dueAtOf(when: unknown, now: Instant): Checked<Instant> {
  if (when === undefined || when === 'now') return good(now);
  if (!isRecord(when) || Object.keys(when).length !== 1) return bad('when', when, RULES.when);
  const { at, ifNotConfirmedWithin } = when;
  if (at !== undefined) {
    const instant = typeof at === 'string' ? parseInstant(at) : undefined;
    return instant === undefined || instant - now > MAX_CANCEL_DELAY ? bad('when.at', at, RULES.at) : good(instant);
  }
  if (ifNotConfirmedWithin === undefined) return bad('when', when, RULES.when);
  const isWritten = typeof ifNotConfirmedWithin === 'string' || typeof ifNotConfirmedWithin === 'number';
  const duration = isWritten ? parseDuration(ifNotConfirmedWithin) : undefined;
  const fits = duration !== undefined && duration <= MAX_CANCEL_DELAY;
  return fits ? good(now + duration) : bad('when.ifNotConfirmedWithin', ifNotConfirmedWithin, RULES.within);
}

function mayCancelOf({ when, mayCancel = ['created'], giveUp }: Fields): Checked<readonly Cancellable[]> {
  if (!Array.isArray(mayCancel) || new Set(mayCancel).size !== mayCancel.length) {
    return bad('mayCancel', mayCancel, RULES.mayCancel);
  }
  const stages = CANCELLABLE.filter((stage) => mayCancel.includes(stage));
  if (stages.length !== mayCancel.length || (stages.length === 0 && giveUp === undefined)) {
    return bad('mayCancel', mayCancel, RULES.mayCancel);
  }
  return isConditional(when) && stages.join() !== 'created'
    ? bad('mayCancel', mayCancel, RULES.notConfirmed)
    : good(stages);
}

function giveUpOf({ when, giveUp }: Fields): Checked<CancelRequest['giveUp']> {
  if (giveUp === undefined) return good(null);
  if (isConditional(when)) return bad('giveUp', giveUp, RULES.noGiveUp);
  if (!isRecord(giveUp) || Object.keys(giveUp).length !== 1) return bad('giveUp', giveUp, RULES.giveUp);
  const { total } = giveUp;
  const isAmount = typeof total === 'number' && Number.isSafeInteger(total) && total >= 1;
  return isAmount ? good({ total }) : bad('giveUp.total', total, RULES.giveUp);
}

const isConditional = (when: unknown): boolean => isRecord(when) && when['ifNotConfirmedWithin'] !== undefined;

/** The faults of a part, named by where the part stands in the whole. */
function within<T>(field: string, checked: Checked<T>): Checked<T> {
  if (checked.ok) return checked;
  const faults = checked.faults.map((each): Fault => ({
    ...each,
    field: each.field === field ? field : `${field}.${each.field}`,
  }));
  return { ok: false, faults };
}
