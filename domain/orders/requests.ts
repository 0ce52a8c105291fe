import {
  bad,
  BY_LENGTH,
  fault,
  ok,
  isRecord,
  isVisibleText,
  matches,
  NOTE_LENGTH,
  unknownFields,
  type Checked,
  type Fault,
  type Fields,
} from '../validation.js';
import { deadlineOf, latestDeadline, outTradeNoFault } from './input.js';
import type { OrderState, Resolution } from './state.js';
import { toRfc3339, type Instant } from '../time.js';
import { LONG_PAST, slipOfInstant } from '../timing.js';

const RULES = {
  object: 'must be an object',
  another: 'must be another number than the order’s own',
  replaced: 'must be the number that the first request named',
  later: 'must not be sooner than the deadline that it moves',
  longPast: 'must not lie more than an hour in the past',
  closeSent: 'cannot move the deadline any more: a close was sent, or may have been',
  closeRequested: 'cannot move the deadline: a close was requested, and that cannot be taken back',
  paid: 'cannot move the deadline: WeChat Pay calls the order paid',
  ended: 'comes too late: the order has ended',
  notWaiting: 'is taken only while the order needs attention',
  notResting: 'is taken only while the order rests between two questions to WeChat Pay',
  as: 'must be one of paid, closed, never-existed',
  note: `must say why, in 1 to ${NOTE_LENGTH} characters`,
  by: `must say who decides, in 1 to ${BY_LENGTH} characters`,
  force: 'must be true or false',
  code: "must be the code of WeChat Pay's refusal, as in PARAM_ERROR: 1 to 64 letters, digits and _",
  seen: 'is contradicted: WeChat Pay has shown the order',
} as const;

/** The form of a code in an answer of WeChat Pay's. */
export const REFUSAL_CODE = /^[0-9A-Za-z_]{1,64}$/;

const RETRIABLE: readonly OrderState['phase'][] = [
  'confirming',
  'userIsPaying',
  'notFoundYet',
  'unsettled',
  'needsAttention',
];

const ENDS = ['paid', 'closed', 'never-existed'] as const;

/**
 * Checks a request to close, which may name the number under which the order was placed anew. A later request cannot
 * change that number.
 */
export function checkCloseRequest(
  request: unknown,
  { order: { ref }, closeRequested }: OrderState,
): Checked<{ readonly replacedBy?: string }> {
  if (request === undefined || request === null) return ok({});
  if (!isRecord(request)) return bad('request', request, RULES.object);
  const { replacedBy } = request;
  const faults = unknownFields(request, ['replacedBy']);
  if (replacedBy === undefined) return faults.length > 0 ? { ok: false, faults } : ok({});
  const wrong = outTradeNoFault('replacedBy', replacedBy, ref.api);
  if (wrong !== undefined) faults.push(wrong);
  if (replacedBy === ref.outTradeNo) faults.push(fault('replacedBy', replacedBy, RULES.another));
  const first = closeRequested?.replacedBy;
  if (first !== undefined && replacedBy !== first) {
    faults.push(fault('replacedBy', replacedBy, `${RULES.replaced}: ${first}`));
  }
  return faults.length > 0 ? { ok: false, faults } : ok({ replacedBy: replacedBy as string });
}

/**
 * Checks a request to move the deadline. It can only move to a later time, at most 7 days after creation, and not after a
 * close was requested or may have been sent.
 *
 * @param now when it arrived, on the server's clock
 */
export function checkExtension(
  request: unknown,
  state: OrderState,
  now: Instant,
): Checked<{ readonly payBefore: Instant }> {
  if (!isRecord(request)) return bad('request', request, RULES.object);
  const faults = unknownFields(request, ['payBefore']);
  const refusal = whyNotExtended(state);
  if (refusal !== undefined) faults.push(fault('request', request, refusal));
  const deadline = deadlineOf(request['payBefore'], latestDeadline(state.order.createdAt));
  if (!deadline.ok) faults.push(...deadline.faults);
  else if (deadline.value < state.order.payBefore) faults.push(notLater(request, state));
  else if (deadline.value < now - LONG_PAST) faults.push(longPast(request, deadline.value, now));
  return faults.length > 0 || !deadline.ok ? { ok: false, faults } : ok({ payBefore: deadline.value });
}

/** Why the deadline of an order cannot be moved at all. */
export function whyNotExtended(state: OrderState): string | undefined {
  if (state.phase === 'ended') return RULES.ended;
  if (state.closeRequested !== null) return RULES.closeRequested;
  if (state.closeSent !== 'no') return RULES.closeSent;
  return state.paidClaimed ? RULES.paid : undefined;
}

function notLater(request: Fields, { order }: OrderState): Fault {
  return fault('payBefore', request['payBefore'], `${RULES.later} (${toRfc3339(order.payBefore)})`);
}

function longPast(request: Fields, payBefore: Instant, now: Instant): Fault {
  return fault('payBefore', request['payBefore'], `${RULES.longPast}; ${slipOfInstant(payBefore, now)}`);
}

/** Checks a checkout's report that WeChat Pay refused the placement. */
export function checkPlacementFailed(request: unknown, state: OrderState): Checked<{ readonly code: string }> {
  if (!isRecord(request)) return bad('request', request, RULES.object);
  const { code } = request;
  const faults = unknownFields(request, ['code']);
  if (!matches(code, REFUSAL_CODE)) faults.push(fault('code', code, RULES.code, 'text'));
  if (state.seen || state.paidClaimed) faults.push(fault('request', request, RULES.seen));
  return faults.length > 0 ? { ok: false, faults } : ok({ code: code as string });
}

/** Whether there is something to retry: the order pauses, or a person is asked. */
export function checkRetry({ phase }: OrderState): Checked<null> {
  return RETRIABLE.includes(phase) ? ok(null) : bad('request', undefined, RULES.notResting);
}

/** Checks how a person says that an order ended. */
export function checkResolution(request: unknown, state: OrderState): Checked<Resolution> {
  if (!isRecord(request)) return bad('request', request, RULES.object);
  const { as, note, by, force = false } = request;
  const faults = unknownFields(request, ['as', 'note', 'by', 'force']);
  if (state.phase !== 'needsAttention') faults.push(fault('request', request, RULES.notWaiting));
  const end = ENDS.find((each) => each === as);
  if (end === undefined) faults.push(fault('as', as, RULES.as));
  if (!isVisibleText(note, NOTE_LENGTH)) faults.push(fault('note', note, RULES.note));
  if (!isVisibleText(by, BY_LENGTH)) faults.push(fault('by', by, RULES.by));
  if (typeof force !== 'boolean') faults.push(fault('force', force, RULES.force));
  if (faults.length > 0 || end === undefined) return { ok: false, faults };
  return ok({ as: end, note: note as string, by: by as string, force: force as boolean });
}
