import { decideLate, LATE_FLOW, openLate } from '../domain/late/decide.js';
import { checkLateInput } from '../domain/late/input.js';
import { LATE_PAYMENT_WORKFLOW, type LateState } from '../domain/late/state.js';
import { PHASES as LATE_PHASES } from '../domain/late/table.js';
import { checkNotification } from '../domain/orders/notification.js';
import { notificationIsOurs } from '../domain/orders/facts.js';
import { keyOf, TIMEOUT_THEN_CLOSE_WORKFLOW } from '../domain/orders/order.js';
import { PHASES as ORDER_PHASES } from '../domain/orders/table.js';
import type { EventContent, EventOrder, EventServiceOrder } from '../domain/outcome/event.js';
import { checkServiceOrder } from '../domain/payscore/input.js';
import { CANCEL_PAYSCORE_WORKFLOW } from '../domain/payscore/order.js';
import { PHASES as SERVICE_PHASES } from '../domain/payscore/table.js';
import type { Instant } from '../domain/time.js';
import { orderIn } from './ended-order.js';

/** What a list shows while a person is needed, in every flow. */
const NEEDS_ATTENTION = 'needs-attention';

/** The workflows that tell, and the phases of each. */
const TELLING = {
  [TIMEOUT_THEN_CLOSE_WORKFLOW]: ORDER_PHASES,
  [CANCEL_PAYSCORE_WORKFLOW]: SERVICE_PHASES,
  [LATE_PAYMENT_WORKFLOW]: LATE_PHASES,
} as const;

export type TellingType = keyof typeof TELLING;

export const TELLING_TYPES = Object.keys(TELLING) as readonly TellingType[];

/** What a list shows in the phases of a workflow. */
function visibleIn(type: TellingType): readonly string[] {
  const phases: readonly { readonly visible?: string }[] = Object.values(TELLING[type]);
  return phases.flatMap(({ visible }) => visible ?? []);
}

/** What a list shows of an order that has not ended, and needs no person. */
export const LASTING_STATES: readonly string[] = [...new Set(TELLING_TYPES.flatMap(visibleIn))].filter(
  (state) => state !== NEEDS_ATTENTION,
);

/** What a list shows of an order. */
export interface Shown {
  readonly state: string | null;
  readonly reason: string | null;
}

/** How a workflow ended, as it returned it. */
export interface End {
  readonly ended: string;
}

/** What a workflow was started with. */
interface Started {
  readonly input: unknown;
  /** The state that an earlier run handed over. `undefined`: this is the first. */
  readonly soFar: unknown;
  readonly at: Instant;
}

/** A signal that a late payment got. */
export interface Reported {
  readonly notification: unknown;
  readonly at: Instant;
}

/**
 * What a state of an order has to tell, as its flow says it. `null`: nothing, and what was told holds no more. `undefined`:
 * as before.
 *
 * @param reported what was reported to a late payment until then
 */
export type ContentOf = (shown: Shown, end: End, reported: readonly Reported[]) => EventContent | null | undefined;

/** What the states of an order have to tell. @returns `undefined` if this version cannot read its input */
export function contentOf(type: TellingType, { input, soFar, at }: Started): ContentOf | undefined {
  switch (type) {
    case TIMEOUT_THEN_CLOSE_WORKFLOW: {
      const order = orderIn(input, at);
      return order && contentOfLife('order', keyOf(order.ref), type);
    }
    case CANCEL_PAYSCORE_WORKFLOW: {
      const checked = checkServiceOrder(input, at, Infinity);
      if (!checked.ok) return undefined;
      const { mchid, outOrderNo, serviceId } = checked.value.order;
      return contentOfLife('service-order', { mchid, outOrderNo, serviceId }, type);
    }
    case LATE_PAYMENT_WORKFLOW: {
      const checked = checkLateInput(input);
      if (!checked.ok) return undefined;
      const first = soFar === undefined ? openLate(checked.value, at).state : LATE_FLOW.restore(soFar as LateState);
      return contentOfLate(first);
    }
  }
}

function contentOfLife(
  kind: 'order' | 'service-order',
  order: EventOrder | EventServiceOrder,
  type: TellingType,
): ContentOf {
  return ({ state, reason }, outcome) => {
    // The types of the flows and of the events have the same names.
    if (isEnd(type, state)) return { type: `${kind}.${outcome.ended}`, data: { order, outcome } } as EventContent;
    return reason === null ? null : ({ type: `${kind}.needs-attention`, data: { order, reason } } as EventContent);
  };
}

/** The payments that are known to it are found by the rule of the late payment itself. */
function contentOfLate(first: LateState): ContentOf {
  return ({ state, reason }, outcome, reported) => {
    const { ended, order, told: payments } = reported.reduce(reportedTo, first);
    const data = { order: keyOf(order.ref), ended, payments };
    if (isEnd(LATE_PAYMENT_WORKFLOW, state))
      return { type: 'late-payment.settled', data: { ...data, outcome } } as EventContent;
    return reason === null ? undefined : ({ type: 'late-payment.found', data: { ...data, reason } } as EventContent);
  };
}

function reportedTo(state: LateState, { notification, at }: Reported): LateState {
  const checked = checkNotification(notification);
  if (!checked.ok || !notificationIsOurs(state, checked.value)) return state;
  return decideLate(state, { type: 'paymentNotification', notification: checked.value }, at).state;
}

/** Whether a list shows that a workflow has ended: it is in none of its phases. */
function isEnd(type: TellingType, state: string | null): boolean {
  return state !== null && !visibleIn(type).includes(state);
}
