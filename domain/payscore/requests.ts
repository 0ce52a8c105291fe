import {
  bad,
  BY_LENGTH,
  collect,
  fault,
  isRecord,
  isVisibleText,
  matches,
  NOTE_LENGTH,
  ok,
  unknownFields,
  type Checked,
  type Fields,
} from '../validation.js';
import { MINUTE, parseInstant, SECOND, type Duration, type Instant, type Milliseconds } from '../time.js';
import { bounds, checkDuration, INSTANT_FORM, LONG_PAST, LONG_PAST_IN_WORKFLOW, slipOfInstant } from '../timing.js';
import { RESOLVED_AS, type Resolution, type ServiceOrderNotification, type ServiceOrderState } from './state.js';
import { MAX_CANCEL_DELAY, MAX_REQUESTS, OUT_ORDER_NO } from './order.js';
import { MCHID } from '../orders/input.js';
import { CANCELLABLE, type Cancellable, type CancelRequest } from './write.js';

/** When a cancel may be sent. */
export type CancelWhen =
  | 'now'
  /** An instant, RFC 3339. One that has passed means now. One more than an hour ago is refused: most often it is a mistake. */
  | { readonly at: string }
  /**
   * A duration from the request on, as in `'30m'`. If the user confirms within it, nothing is cancelled. A number is in
   * milliseconds, and at least a minute.
   */
  | { readonly ifNotConfirmedWithin: Duration };

/** A caller's request to cancel. */
export interface CancelRequestInput {
  /** The same id is the same request: 1–64 printable ASCII characters without spaces. */
  readonly requestId: string;
  /** 1–30 characters. Each Chinese character, letter or digit counts as one (S1). No emoji. */
  readonly reason: string;
  /** Default: now. */
  readonly when?: CancelWhen;
  /** The stages in which it may be cancelled. Default: `['created']`. */
  readonly mayCancel?: readonly Cancellable[];
  /** An amount in fen that may be lost by the cancel. It must be exactly the amount that is due. Default: none. */
  readonly giveUp?: { readonly total: number };
}

const RULES = {
  object: 'must be an object',
  requestId: 'must be 1 to 64 printable ASCII characters without spaces',
  reason: 'must be 1 to 30 characters that can be seen (Chinese, letters, digits, punctuation), and no emoji',
  when: "must be 'now', { at: an instant } or { ifNotConfirmedWithin: a duration }",
  at: `${INSTANT_FORM}, not long past, and at most a year ahead`,
  farAhead: 'must be at most a year ahead',
  longPast: "must not lie more than an hour in the past: say when: 'now'",
  mayCancel: "must list 'created' or 'in-service', each once; nothing only with giveUp",
  notConfirmed: "cannot be more than ['created'] with ifNotConfirmedWithin",
  giveUp: 'must be { total }, a whole number of fen, at least 1',
  tooMany: `cannot be taken: the service order has ${MAX_REQUESTS} requests to cancel already`,
  noGiveUp: 'cannot be given with ifNotConfirmedWithin: an amount is due only once the user has confirmed',
  notWaiting: 'is taken only while the service order needs attention',
  notification: "must be { order: { mchid, outOrderNo }, said: 'USER_CONFIRM' or 'USER_PAID' }",
  as: `must be one of ${RESOLVED_AS.join(', ')}`,
  note: `must say in 1 to ${NOTE_LENGTH} characters what was found`,
  by: `must name the person in 1 to ${BY_LENGTH} characters`,
  force: 'must be true or false',
} as const;

const REQUEST_FIELDS = ['requestId', 'reason', 'when', 'mayCancel', 'giveUp'] satisfies (keyof CancelRequestInput)[];
const RESOLUTION_FIELDS = ['as', 'note', 'by', 'force'] satisfies (keyof Resolution)[];

const WITHIN = bounds(SECOND, MAX_CANCEL_DELAY, '1 second to a year');
const WITHIN_MILLISECONDS = bounds(MINUTE, MAX_CANCEL_DELAY, '1 minute to a year, as a number of milliseconds');

export const REQUEST_ID = /^[!-~]{1,64}$/;
/**
 * Code points of one to three bytes in UTF-8 that mean the same to every reader: no control or format characters, line
 * breaks, lone surrogates, private use or what is not assigned; no emoji, and nothing that makes one (U+FE0F, U+20E3).
 */
const REASON = /^[^\p{C}\p{Zl}\p{Zp}\p{Extended_Pictographic}\uFE0F\u20E3\u{10000}-\u{10FFFF}]{1,30}$/u;
export const MAX_REASON = 30;

/**
 * Checks a request to cancel, and fills in the defaults.
 *
 * @param now when it arrived, on the server's clock: `ifNotConfirmedWithin` counts from there
 * @param longPast how far back `at` may lie. A client is stricter than the workflow, whose clock may differ
 */
export function checkCancelRequest(
  input: unknown,
  now: Instant,
  longPast: Milliseconds = LONG_PAST,
): Checked<CancelRequest> {
  if (!isRecord(input)) return bad('request', input, RULES.object);
  const faults = unknownFields(input, REQUEST_FIELDS);
  const { requestId, reason } = input;
  if (!matches(requestId, REQUEST_ID)) faults.push(fault('requestId', requestId, RULES.requestId, 'text'));
  if (!matches(reason, REASON) || !isVisibleText(reason, MAX_REASON))
    faults.push(fault('reason', reason, RULES.reason));
  const dueAt = collect(faults, dueAtOf(input['when'], now, longPast));
  const giveUp = collect(faults, giveUpOf(input));
  const mayCancel = collect(faults, mayCancelOf(input));
  if (faults.length > 0 || dueAt === undefined || giveUp === undefined || mayCancel === undefined) {
    return { ok: false, faults };
  }
  return ok({ requestId: requestId as string, reason: reason as string, dueAt, mayCancel, giveUp });
}

/** Checks a request to a service order that is watched already. It keeps every request, so their number is limited. */
export function checkFurtherRequest(
  input: unknown,
  { requests }: ServiceOrderState,
  now: Instant,
): Checked<CancelRequest> {
  const checked = checkCancelRequest(input, now, LONG_PAST_IN_WORKFLOW);
  if (!checked.ok || requests.length < MAX_REQUESTS) return checked;
  const isRepeated = requests.some(({ requestId }) => requestId === checked.value.requestId);
  return isRepeated ? checked : bad('request', input, RULES.tooMany);
}

export function checkNeedsAttention({ phase }: ServiceOrderState): Checked<null> {
  return phase === 'needsAttention' ? ok(null) : bad('request', undefined, RULES.notWaiting);
}

/**
 * Checks the form of a notification. Anybody with access to the namespace can send a signal, and it must not be able to
 * stop the workflow.
 */
export function checkServiceOrderNotification(notification: unknown): Checked<ServiceOrderNotification> {
  const { order, said } = isRecord(notification) ? notification : {};
  const { mchid, outOrderNo } = isRecord(order) ? order : {};
  const isSaidOfOne = said === 'USER_CONFIRM' || said === 'USER_PAID';
  if (!isSaidOfOne || !matches(mchid, MCHID) || !matches(outOrderNo, OUT_ORDER_NO))
    return bad('notification', notification, RULES.notification);
  return ok({ order: { mchid, outOrderNo }, said });
}

/** Checks how a person says that a service order ended. */
export function checkResolution(input: unknown): Checked<Resolution> {
  if (!isRecord(input)) return bad('resolution', input, RULES.object);
  const faults = unknownFields(input, RESOLUTION_FIELDS);
  const { note, by, force = false } = input;
  const as = RESOLVED_AS.find((each) => each === input['as']);
  if (as === undefined) faults.push(fault('as', input['as'], RULES.as));
  if (!isVisibleText(note, NOTE_LENGTH)) faults.push(fault('note', note, RULES.note));
  if (!isVisibleText(by, BY_LENGTH)) faults.push(fault('by', by, RULES.by));
  if (typeof force !== 'boolean') faults.push(fault('force', force, RULES.force));
  if (faults.length > 0 || as === undefined) return { ok: false, faults };
  return ok({ as, note: note as string, by: by as string, force: force as boolean });
}

function dueAtOf(when: unknown, now: Instant, longPast: Milliseconds): Checked<Instant> {
  if (when === undefined || when === 'now') return ok(now);
  if (!isRecord(when) || Object.keys(when).length !== 1) return bad('when', when, RULES.when);
  const { at, ifNotConfirmedWithin } = when;
  if (at !== undefined) {
    const instant = typeof at === 'string' ? parseInstant(at) : undefined;
    if (instant === undefined) return bad('when.at', at, RULES.at, 'instant');
    if (instant - now > MAX_CANCEL_DELAY) return bad('when.at', at, RULES.farAhead);
    if (instant >= now - longPast) return ok(instant);
    return bad('when.at', at, `${RULES.longPast}; ${slipOfInstant(instant, now)}`);
  }
  if (ifNotConfirmedWithin === undefined) return bad('when', when, RULES.when);
  // A text names its unit, so it may be short. A small number was most often meant as minutes or seconds.
  const within = typeof ifNotConfirmedWithin === 'number' ? WITHIN_MILLISECONDS : WITHIN;
  const duration = checkDuration('when.ifNotConfirmedWithin', ifNotConfirmedWithin, within);
  return duration.ok ? ok(now + duration.value) : duration;
}

function mayCancelOf({ when, mayCancel = ['created'], giveUp }: Fields): Checked<readonly Cancellable[]> {
  if (!Array.isArray(mayCancel) || mayCancel.length > CANCELLABLE.length) {
    return bad('mayCancel', mayCancel, RULES.mayCancel);
  }
  if (new Set(mayCancel).size !== mayCancel.length) {
    return bad('mayCancel', mayCancel, RULES.mayCancel);
  }
  const stages = CANCELLABLE.filter((stage) => mayCancel.includes(stage));
  if (stages.length !== mayCancel.length || (stages.length === 0 && giveUp === undefined)) {
    return bad('mayCancel', mayCancel, RULES.mayCancel);
  }
  return isConditional(when) && stages.join() !== 'created'
    ? bad('mayCancel', mayCancel, RULES.notConfirmed)
    : ok(stages);
}

function giveUpOf({ when, giveUp }: Fields): Checked<CancelRequest['giveUp']> {
  if (giveUp === undefined) return ok(null);
  if (isConditional(when)) return bad('giveUp', giveUp, RULES.noGiveUp);
  if (!isRecord(giveUp) || Object.keys(giveUp).length !== 1) return bad('giveUp', giveUp, RULES.giveUp);
  const { total } = giveUp;
  const isAmount = typeof total === 'number' && Number.isSafeInteger(total) && total >= 1;
  return isAmount ? ok({ total }) : bad('giveUp.total', total, RULES.giveUp, 'count');
}

const isConditional = (when: unknown): boolean => isRecord(when) && when['ifNotConfirmedWithin'] !== undefined;
