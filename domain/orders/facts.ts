import type { CloseAnswer, Payment } from '../activities.js';
import type { ErrorKind } from '../errors/kinds.js';
import { floorFrom, latestDeadline } from './check-order.js';
import { DEFAULT_TIME_ZONE } from '../locale.js';
import { whyNotExtended } from './check-requests.js';
import { keyOf, orderWorkflowId, type Order } from './order.js';
import type { Facts, LastAnswer, OrderEvent, OrderState, PaymentNotification } from './state.js';
import type { Trigger } from './timeout-then-close.js';
import type { Instant } from '../time.js';

/** A shopper pays once, or twice. Whoever may signal can tell of more, and what is known must stay small. Queries tell of few. */
const MAX_TOLD = 20;

const NO_HINTS: Facts['hints'] = { query: null, close: null };

/** What is known of an order before anything happened to it. */
export function initialFacts(order: Order): Facts {
  return {
    order,
    placedAt: order.createdAt,
    askedAt: null,
    lastQueryAt: null,
    closeRequested: null,
    paidClaimed: false,
    paidShown: false,
    closeSent: false,
    closeAcceptedAt: null,
    closeTriedAt: null,
    refusedAfter: null,
    hints: NO_HINTS,
    notFounds: 0,
    closedUnseen: false,
    seen: false,
    payingSince: null,
    patienceFrom: null,
    resolution: null,
    releaseRequested: false,
    told: [],
    toldBeforeWord: 0,
    interrupted: null,
    lull: null,
    last: null,
    timeZone: DEFAULT_TIME_ZONE,
  };
}

/** The first instant at which an unpaid order is to be closed: never before its floor. */
export function dueAt({ order, closeRequested }: Facts): Instant {
  return Math.max(closeRequested?.at ?? order.payBefore, order.floor);
}

/** Whether a payment has the amount that the order should have. One that does not say it, does not have it. */
export function amountIsRight({ amount }: Pick<Order, 'amount'>, payment: Payment): boolean {
  if (amount === null) return true;
  return payment.amount?.total === amount.total && payment.amount.currency === amount.currency;
}

/** Whether two tell of one payment, and the same of it: its number, as far as it is named, and its amount. */
export function isSamePayment(one: Pick<Payment, 'transactionId' | 'amount'>, other: typeof one): boolean {
  return (
    one.transactionId === other.transactionId &&
    one.amount?.total === other.amount?.total &&
    one.amount?.currency === other.amount?.currency
  );
}

/** Whether a notification is about this order. One about another decides nothing here. */
export function notificationIsOurs(
  { order }: { readonly order: Pick<Order, 'ref'> },
  notification: PaymentNotification,
): boolean {
  return orderWorkflowId(notification.order) === orderWorkflowId(order.ref);
}

/** What an event teaches, whatever phase it meets. */
export function learn(state: OrderState, event: OrderEvent, trigger: Trigger, now: Instant): OrderState {
  return { ...state, ...learned(state, event, trigger, now), last: lastAnswer(event, trigger, now) ?? state.last };
}

function learned(facts: OrderState, event: OrderEvent, trigger: Trigger, now: Instant): Partial<Facts> {
  switch (event.type) {
    case 'timerFired':
      // Within the hour a person may have mended what was refused: the close is tried once more.
      return facts.phase === 'needsAttention' ? { refusedAfter: null } : {};
    case 'checkRequested':
      return {};
    case 'extended':
      return whyNotExtended(facts) === undefined ? ofExtension(facts, event.payBefore, now) : {};
    case 'placedAgain':
      return ofPlacement(facts, now);
    case 'retryRequested':
      return { patienceFrom: null, hints: NO_HINTS, refusedAfter: null, interrupted: null };
    case 'resolveRequested':
      return facts.phase === 'needsAttention'
        ? { resolution: event.resolution, toldBeforeWord: facts.told.length }
        : {};
    case 'releaseRequested':
      return { releaseRequested: true };
    case 'closeRequested':
      // A query in flight that was only a check is the order's own now.
      return { closeRequested: requested(facts, event.replacedBy, now), interrupted: null };
    case 'paymentNotification':
      return trigger === 'notificationForeign' ? {} : ofNotification(facts, event.notification);
    case 'queryAnswered':
      return {
        askedAt: now,
        lastQueryAt: event.answer.askedAt,
        timeZone: event.answer.timeZone ?? facts.timeZone,
        told: 'payment' in event.answer ? withPayment(facts, event.answer.payment) : facts.told,
        ...ofQuery(facts, trigger, now),
      };
    case 'closeAnswered':
      return ofClose(facts, event.answer.answer, now);
    case 'queryFailed':
      return { askedAt: now, hints: hinted(facts, 'query', event.failure.kind, now) };
    case 'closeFailed':
      return {
        closeSent: facts.closeSent || event.failure.mayHaveTakenEffect,
        closeTriedAt: now,
        refusedAfter: null,
        hints: hinted(facts, 'close', event.failure.kind, now),
      };
  }
}

function hinted({ hints }: Facts, call: 'query' | 'close', kind: ErrorKind, now: Instant): Facts['hints'] {
  if (kind !== 'hint') return hints;
  const { count, since } = hints[call] ?? { count: 0, since: now };
  return { ...hints, [call]: { count: count + 1, since } };
}

/** Patience is spent on an order that is due; one that has more time has all of it again. */
function ofExtension(facts: Facts, payBefore: Instant, now: Instant): Partial<Facts> {
  const order = later(facts.order, payBefore);
  return { order, patienceFrom: now < dueAt({ ...facts, order }) ? null : facts.patienceFrom };
}

/** A new placement begins a new life: its floor lies ahead, and that it was not found before says nothing. */
function ofPlacement({ order }: Facts, now: Instant): Partial<Facts> {
  return {
    order: { ...order, floor: Math.max(order.floor, floorFrom(now)) },
    placedAt: now,
    notFounds: 0,
    closedUnseen: false,
    patienceFrom: null,
  };
}

/** A verified notification says paid, whatever the amount. */
function ofNotification(facts: OrderState, notification: PaymentNotification): Partial<Facts> {
  return {
    seen: true,
    paidClaimed: true,
    paidShown: true,
    closeSent: facts.closeSent || facts.phase === 'closing',
    told: facts.told.length < MAX_TOLD ? withPayment(facts, notification) : facts.told,
  };
}

function withPayment({ told, order }: Facts, { transactionId, amount, paidAt }: Payment): Facts['told'] {
  if (told.some((each) => isSamePayment(each, { transactionId, amount }))) return told;
  return [...told, { order: keyOf(order.ref), transactionId, amount, paidAt }];
}

function later(order: Order, payBefore: Instant): Order {
  return { ...order, payBefore: Math.max(order.payBefore, Math.min(payBefore, latestDeadline(order.createdAt))) };
}

/** The first request stands; a later one may only add under which number the order was placed anew. */
function requested(facts: Facts, replacedBy: string | undefined, now: Instant): Facts['closeRequested'] {
  const at = facts.closeRequested?.at ?? now;
  const number = facts.closeRequested?.replacedBy ?? replacedBy;
  return number === undefined ? { at } : { at, replacedBy: number };
}

function ofQuery(facts: Facts, trigger: Trigger, now: Instant): Partial<Facts> {
  const found = trigger !== 'notFound';
  return {
    hints: { ...facts.hints, query: null },
    seen: facts.seen || found,
    notFounds: found ? 0 : facts.notFounds + 1,
    payingSince: trigger === 'paying' ? (facts.payingSince ?? now) : null,
    paidClaimed: facts.paidClaimed || trigger === 'paid' || trigger === 'wrongAmount',
    paidShown: facts.paidShown || trigger === 'wrongAmount',
    refusedAfter: facts.refusedAfter === trigger ? facts.refusedAfter : null,
  };
}

function ofClose(facts: Facts, answer: CloseAnswer, now: Instant): Partial<Facts> {
  const sent = answer !== 'tooEarly' && answer !== 'queryTooOld';
  if (!sent) return {};
  const accepted = answer === 'accepted' || answer === 'alreadyClosed';
  return {
    closeSent: true,
    closeTriedAt: now,
    hints: { ...facts.hints, close: null },
    closedUnseen: facts.closedUnseen || facts.notFounds > 0,
    closeAcceptedAt: accepted ? now : facts.closeAcceptedAt,
    paidClaimed: facts.paidClaimed || answer === 'paid',
    refusedAfter: answer === 'refusedRequest' ? lastFound(facts) : null,
  };
}

/** What the last answered query found, of the answers that allow a close. */
function lastFound({ payingSince, notFounds }: Facts): 'unpaid' | 'paying' | 'notFound' {
  if (payingSince !== null) return 'paying';
  return notFounds > 0 ? 'notFound' : 'unpaid';
}

function lastAnswer(event: OrderEvent, trigger: Trigger, at: Instant): LastAnswer | null {
  switch (event.type) {
    case 'timerFired':
    case 'closeRequested':
    case 'checkRequested':
    case 'extended':
    case 'placedAgain':
    case 'retryRequested':
    case 'resolveRequested':
    case 'releaseRequested':
      return null;
    case 'paymentNotification':
      return trigger === 'notificationForeign' ? null : { call: 'notification', said: 'SUCCESS', requestId: null, at };
    case 'queryAnswered':
      return { call: 'queryOrder', said: event.answer.tradeState, requestId: event.answer.requestId, at };
    case 'closeAnswered':
      return {
        call: 'closeOrder',
        said: event.answer.code ?? event.answer.answer,
        requestId: event.answer.requestId,
        at,
      };
    case 'queryFailed':
      return { call: 'queryOrder', said: event.failure.code, requestId: event.failure.requestId, at };
    case 'closeFailed':
      return { call: 'closeOrder', said: event.failure.code, requestId: event.failure.requestId, at };
  }
}
