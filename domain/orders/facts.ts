import { isWrite } from '../call-policies.js';
import {
  mostSent,
  type CloseOrderResult,
  type OrderAnswer,
  type Payment,
  type WriteFailure,
  type CallFailure,
} from '../calls.js';
import { DEFAULT_TIME_ZONE } from '../locale.js';
import type { Instant } from '../time.js';
import { countRefusal, INITIAL_WAITING, RETRIED } from '../waiting.js';
import { floorFrom, latestDeadline } from './input.js';
import { lastAnswer } from './last-answer.js';
import { keyOf, orderWorkflowId, type Order } from './order.js';
import { whyNotExtended } from './requests.js';
import type { Facts, OrderEvent, OrderState, PaymentNotification } from './state.js';
import type { Trigger } from './triggers.js';
import { foundBy } from './write.js';

/** How many payments an order keeps. Signals can report any number, and state must stay small. */
export const MAX_PAYMENTS_KEPT = 20;

/** What is known about an order before anything happened to it. */
export function initialFacts(order: Order): Facts {
  return {
    ...INITIAL_WAITING,
    order,
    placedAt: order.createdAt,
    queriedAt: null,
    verified: null,
    closeRequested: null,
    placementFailed: null,
    paidClaimed: false,
    paidShown: false,
    closeSent: 'no',
    closeUnconfirmed: false,
    closeAcceptedAt: null,
    closeTriedAt: null,
    notFoundSince: null,
    closedUnseen: false,
    seen: false,
    payingSince: null,
    resolution: null,
    told: [],
    notKept: 0,
    toldBeforeWord: 0,
    interrupted: null,
    last: null,
    timeZone: DEFAULT_TIME_ZONE,
  };
}

/** The first instant at which an order is due. It is never before the floor; if the placement failed, it is the floor. */
export function dueAt({ order, closeRequested, placementFailed }: Facts): Instant {
  const deadline = placementFailed === null ? order.payBefore : order.floor;
  return Math.max(closeRequested?.at ?? deadline, order.floor);
}

/** The deadline that a list shows. If the placement failed, it does not move to the floor: the order must not look overdue. */
export function shownDeadline(facts: Facts): Instant {
  return dueAt({ ...facts, placementFailed: null });
}

export function isDue(facts: Facts, now: Instant): boolean {
  return now >= dueAt(facts);
}

/** From this instant on, an order that WeChat Pay has never shown will not appear there any more. */
export function endOfLife({ order, placedAt, placementFailed }: Facts): Instant {
  if (placementFailed !== null) return order.floor;
  return Math.max(placedAt + order.timing.paymentLife, order.payBefore, order.floor);
}

/** Whether a payment has the amount that the order should have. A payment without an amount does not. */
export function amountIsRight({ amount }: Pick<Order, 'amount'>, payment: Payment): boolean {
  if (amount === null) return true;
  return payment.amount?.total === amount.total && payment.amount.currency === amount.currency;
}

/** Whether two reports are of one payment, and agree on it: the same number, or both without one, and the same amount. */
export function isSamePayment(one: Pick<Payment, 'transactionId' | 'amount'>, other: typeof one): boolean {
  return (
    one.transactionId === other.transactionId &&
    one.amount?.total === other.amount?.total &&
    one.amount?.currency === other.amount?.currency
  );
}

/** Whether a notification is about this order. */
export function notificationIsOurs(
  { order }: { readonly order: Pick<Order, 'ref'> },
  notification: PaymentNotification,
): boolean {
  return orderWorkflowId(notification.order) === orderWorkflowId(order.ref);
}

/** Adds to the facts what an event teaches, in any phase. */
export function learn(state: OrderState, event: OrderEvent, trigger: Trigger, now: Instant): OrderState {
  if (state.phase === 'ended') return state;
  const learned = {
    ...state,
    ...learnedFrom(state, event, trigger, now),
    last: lastAnswer(event, trigger, now) ?? state.last,
  };
  if (learned.phase !== 'closing' || !supersedes(event, trigger)) return learned;
  const extension =
    event.type === 'extended' && whyNotExtended(state) === undefined
      ? Math.max(event.payBefore, learned.extension ?? 0)
      : learned.extension;
  return { ...learned, isSuperseded: true, extension };
}

/** Whether an event changes what a close in flight is allowed to do. */
function supersedes({ type }: OrderEvent, trigger: Trigger): boolean {
  return (
    (type === 'paymentNotification' && trigger !== 'notificationForeign') ||
    type === 'extended' ||
    type === 'placedAgain' ||
    type === 'placementFailed' ||
    type === 'releaseRequested'
  );
}

function learnedFrom(state: OrderState, event: OrderEvent, trigger: Trigger, now: Instant): Partial<Facts> {
  switch (event.type) {
    case 'timerFired':
    case 'checkRequested':
      return {};
    case 'extended':
      return fromExtension(state, event.payBefore);
    case 'placedAgain':
      return fromPlacement(state, now);
    case 'placementFailed':
      return state.seen || state.paidClaimed ? {} : { placementFailed: { code: event.code }, patienceFrom: null };
    case 'retryRequested':
      return { ...RETRIED, interrupted: null };
    case 'resolveRequested':
      return state.phase === 'needsAttention'
        ? { resolution: event.resolution, toldBeforeWord: state.told.length }
        : {};
    case 'releaseRequested':
      return { releaseRequested: true };
    case 'closeRequested':
      // From now on the answer to a check in flight counts for the order.
      return { closeRequested: requested(state, event.replacedBy, now), interrupted: null };
    case 'paymentNotification':
      return trigger === 'notificationForeign' ? {} : fromNotification(state, event.notification);
    case 'queryAnswered':
      return {
        timeZone: event.answer.timeZone ?? state.timeZone,
        ...fromAnswer(state, event.answer, event.askedAt, now),
      };
    case 'queryFailed':
      return { queriedAt: now, ...fromFailure(state, event.failure, now) };
    case 'closeAnswered':
      return fromClose(state, event.result, event.askedAt, now);
    case 'closeFailed':
      return fromFailedClose(state, event.failure, now);
  }
}

/** During a close, the deadline moves only once it is known that nothing was sent: see `pendingExtension`. */
function fromExtension(state: OrderState, payBefore: Instant): Partial<Facts> {
  return state.phase === 'closing' || whyNotExtended(state) !== undefined ? {} : extendedTo(state, payBefore);
}

/** Moving the deadline starts patience anew. */
function extendedTo({ order }: Facts, payBefore: Instant): Partial<Facts> {
  const later = Math.max(order.payBefore, Math.min(payBefore, latestDeadline(order.createdAt)));
  return { order: { ...order, payBefore: later }, patienceFrom: null };
}

/** After a new placement the 5 minutes begin anew, and earlier not-founds do not count. */
function fromPlacement({ order }: Facts, now: Instant): Partial<Facts> {
  return {
    order: { ...order, floor: Math.max(order.floor, floorFrom(now)) },
    placedAt: now,
    placementFailed: null,
    notFoundSince: null,
    closedUnseen: false,
    patienceFrom: null,
  };
}

/** A verified notification shows a payment, of whatever amount. */
function fromNotification(facts: OrderState, notification: PaymentNotification): Partial<Facts> {
  return {
    seen: true,
    paidClaimed: true,
    paidShown: true,
    placementFailed: null,
    ...withReported(facts, notification),
  };
}

/** Keeps a payment. If there is no room, it is only counted, and the page of the order shows the count. */
function withReported(facts: Facts, payment: Payment): Pick<Facts, 'told' | 'notKept'> {
  const { told, notKept } = facts;
  const all = withPayment(facts, payment);
  return all === told || told.length < MAX_PAYMENTS_KEPT ? { told: all, notKept } : { told, notKept: notKept + 1 };
}

function withPayment({ told, order }: Facts, { transactionId, amount, paidAt }: Payment): Facts['told'] {
  if (told.some((each) => isSamePayment(each, { transactionId, amount }))) return told;
  return [...told, { order: keyOf(order.ref), transactionId, amount, paidAt }];
}

/** The first request counts. A later one can only add the number under which the order was placed anew. */
function requested(facts: Facts, replacedBy: string | undefined, now: Instant): Facts['closeRequested'] {
  const at = facts.closeRequested?.at ?? now;
  const number = facts.closeRequested?.replacedBy ?? replacedBy;
  return number === undefined ? { at } : { at, replacedBy: number };
}

function fromAnswer(facts: Facts, answer: OrderAnswer, askedAt: Instant, now: Instant): Partial<Facts> {
  const found = foundBy(answer);
  const isPaid = found === 'paid';
  const isSeen = found !== 'notFound';
  return {
    queriedAt: now,
    verified: { tradeState: answer.tradeState, askedAt },
    refusedSignatures: { ...facts.refusedSignatures, query: null },
    closeUnconfirmed: false,
    seen: facts.seen || isSeen,
    placementFailed: isSeen ? null : facts.placementFailed,
    notFoundSince: isSeen ? null : (facts.notFoundSince ?? now),
    payingSince: found === 'paying' ? (facts.payingSince ?? now) : null,
    paidClaimed: facts.paidClaimed || isPaid,
    paidShown: facts.paidShown || isPaid,
    // Only WeChat Pay can sign an answer, so its payment is always kept.
    told: 'payment' in answer ? withPayment(facts, answer.payment) : facts.told,
  };
}

function fromFailure(facts: Facts, { call, kind }: CallFailure, now: Instant): Partial<Facts> {
  const of = isWrite(call) ? 'write' : 'query';
  return { refusedSignatures: countRefusal(facts.refusedSignatures, of, kind, now) };
}

/** Everything that a guarded close learned, in the order in which it happened. */
function fromClose(state: OrderState, result: CloseOrderResult, askedAt: Instant, now: Instant): Partial<Facts> {
  const { before, sent, write, after, timeZone = state.timeZone } = result;
  let facts: Facts = { ...state, timeZone, ...pendingExtension(state, sent) };
  if (before !== null) facts = { ...facts, ...fromAnswer(facts, before, askedAt, now) };
  if (write !== null) {
    const seenBefore = before !== null && foundBy(before) !== 'notFound';
    facts = {
      ...facts,
      closeTriedAt: now,
      closeUnconfirmed: true,
      // A new close was tried, so the one before it did not take effect in its time.
      closeAcceptedAt: null,
      closedUnseen: facts.closedUnseen || !seenBefore,
    };
    facts = {
      ...facts,
      ...('answer' in write ? fromReply(facts, write.answer.answer, now) : fromFailure(facts, write.failure, now)),
    };
  }
  if (after !== null) {
    facts = {
      ...facts,
      ...('answer' in after ? fromAnswer(facts, after.answer, askedAt, now) : fromFailure(facts, after.failure, now)),
    };
  }
  return { ...facts, closeSent: mostSent(state.closeSent, sent) };
}

function fromReply(facts: Facts, answer: string, now: Instant): Partial<Facts> {
  const isAccepted = answer === 'accepted' || answer === 'alreadyClosed';
  return {
    refusedSignatures: { ...facts.refusedSignatures, write: null },
    closeAcceptedAt: isAccepted ? now : null,
    paidClaimed: facts.paidClaimed || answer === 'paid',
  };
}

/** The activity of a close failed or was lost. This attempt or an earlier one may have sent the close. */
function fromFailedClose(state: OrderState, failure: WriteFailure, now: Instant): Partial<Facts> {
  const { sent } = failure;
  const mayBeSent = sent !== 'no';
  const isForUnseen = state.phase === 'closing' && state.allows.includes('notFound');
  return {
    ...pendingExtension(state, sent),
    ...fromFailure(state, failure, now),
    paidClaimed: state.paidClaimed || failure.announced?.paidClaimed === true,
    closeSent: mostSent(state.closeSent, sent),
    closeUnconfirmed: state.closeUnconfirmed || mayBeSent,
    closeTriedAt: mayBeSent ? now : state.closeTriedAt,
    closeAcceptedAt: mayBeSent ? null : state.closeAcceptedAt,
    closedUnseen: state.closedUnseen || (isForUnseen && failure.announced !== null && mayBeSent),
  };
}

function pendingExtension(state: OrderState, sent: CloseOrderResult['sent']): Partial<Facts> {
  const extension = state.phase === 'closing' ? state.extension : null;
  return extension === null || sent !== 'no' ? {} : extendedTo(state, extension);
}
