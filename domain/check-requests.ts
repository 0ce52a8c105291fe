import { bad, fault, good, isRecord, matches, unknownFields, type Checked, type Fault, type Fields } from './check.js';
import { deadlineOf, outTradeNoFault } from './check-order.js';
import type { OrderState, Resolution } from './order-state.js';
import type { Order } from './order.js';
import { toRfc3339, type Instant } from './time.js';

const RULES = {
  object: 'must be an object',
  another: 'must be another number than the order’s own',
  later: 'must be later than the deadline that it moves',
  closeSent: 'cannot move the deadline any more: a close was sent',
  closeRequested: 'cannot move the deadline: a close was asked for, and that stands',
  paid: 'cannot move the deadline: WeChat Pay calls the order paid',
  ended: 'comes too late: the order has ended',
  notWaiting: 'is taken only while the order needs attention',
  as: 'must be one of paid, closed, never-existed',
  note: 'must say why, in 1 to 500 characters',
  by: 'must say who decides, in 1 to 100 characters',
  force: 'must be true or false',
} as const;

const ENDS = ['paid', 'closed', 'never-existed'] as const;

/** Checks what comes with a request to close: the number under which the order was placed anew, if any. */
export function checkCloseRequest(request: unknown, { ref }: Order): Checked<{ readonly replacedBy?: string }> {
  if (request === undefined || request === null) return good({});
  if (!isRecord(request)) return bad('request', request, RULES.object);
  const { replacedBy } = request;
  const faults = unknownFields(request, ['replacedBy']);
  if (replacedBy === undefined) return faults.length > 0 ? { ok: false, faults } : good({});
  const wrong = outTradeNoFault('replacedBy', replacedBy, ref.api);
  if (wrong !== undefined) faults.push(wrong);
  if (replacedBy === ref.outTradeNo) faults.push(fault('replacedBy', replacedBy, RULES.another));
  return faults.length > 0 ? { ok: false, faults } : good({ replacedBy: replacedBy as string });
}

/**
 * Checks a request to move the deadline: only later, only before the first close is sent and without a request to
 * close, at most 7 days after creation.
 */
export function checkExtension(request: unknown, state: OrderState): Checked<{ readonly payBefore: Instant }> {
  if (!isRecord(request)) return bad('request', request, RULES.object);
  const faults = unknownFields(request, ['payBefore']);
  const refusal = whyNotExtended(state);
  if (refusal !== undefined) faults.push(fault('request', request, refusal));
  const deadline = deadlineOf('payBefore', request['payBefore'], state.order.createdAt);
  if (!deadline.ok) faults.push(...deadline.faults);
  else if (deadline.value <= state.order.payBefore) faults.push(notLater(request, state));
  return faults.length > 0 || !deadline.ok ? { ok: false, faults } : good({ payBefore: deadline.value });
}

/** Why the deadline of an order cannot be moved, whatever it is moved to. */
export function whyNotExtended(state: OrderState): string | undefined {
  if (state.phase === 'ended') return RULES.ended;
  if (state.closeRequested !== null) return RULES.closeRequested;
  if (state.closeSent || state.phase === 'closing') return RULES.closeSent;
  return state.paidClaimed ? RULES.paid : undefined;
}

function notLater(request: Fields, { order }: OrderState): Fault {
  return fault('payBefore', request['payBefore'], `${RULES.later} (${toRfc3339(order.payBefore)})`);
}

/** Checks a person's word on how an order ended. */
export function checkResolution(request: unknown, state: OrderState): Checked<Resolution> {
  if (!isRecord(request)) return bad('request', request, RULES.object);
  const { as, note, by, force = false } = request;
  const faults = unknownFields(request, ['as', 'note', 'by', 'force']);
  if (state.phase !== 'needsAttention') faults.push(fault('request', request, RULES.notWaiting));
  const end = ENDS.find((each) => each === as);
  if (end === undefined) faults.push(fault('as', as, RULES.as));
  if (!matches(note, /^(?=.*\S)[\s\S]{1,500}$/)) faults.push(fault('note', note, RULES.note));
  if (!matches(by, /^(?=.*\S).{1,100}$/)) faults.push(fault('by', by, RULES.by));
  if (typeof force !== 'boolean') faults.push(fault('force', force, RULES.force));
  if (faults.length > 0 || end === undefined) return { ok: false, faults };
  return good({ as: end, note: note as string, by: by as string, force: force as boolean });
}
