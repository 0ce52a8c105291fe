import type { Payment } from '../calls.js';
import {
  LATE_FINDINGS,
  type LateEvent,
  type LateFacts,
  type LateOrder,
  type LateReason,
  type LateStart,
  type LateState,
} from './state.js';
import type { LateTrigger } from './triggers.js';
import { DEFAULT_TIME_ZONE } from '../locale.js';
import { amountIsRight, isSamePayment, MAX_PAYMENTS_KEPT } from '../orders/facts.js';
import type { EndedOrder, LastAnswer, Outcome, PaymentNotification } from '../orders/state.js';
import type { Amount } from '../orders/order.js';
import type { Instant } from '../time.js';
import { isSame } from '../validation.js';
import { countRefusal, INITIAL_WAITING, RETRIED } from '../waiting.js';

type Identity = Pick<Payment, 'transactionId' | 'amount'>;

/** How many payments a late payment keeps: all that an order can forward, and as many again. */
const MAX_LATE_PAYMENTS_KEPT = 2 * MAX_PAYMENTS_KEPT;

/** What is known when the late payment is first reported. */
export function initialLateFacts({ order, ended, notification, timing }: LateStart, now: Instant): LateFacts {
  return {
    ...INITIAL_WAITING,
    order,
    timing,
    ended,
    told: [paymentIn(notification)],
    notKept: 0,
    known: paymentOf(ended),
    shown: null,
    isSecond: false,
    asked: null,
    last: fromNotification(now),
    timeZone: DEFAULT_TIME_ZONE,
  };
}

/** The payment that an order ended with. If a person resolved it as paid, the payment is not known. */
function paymentOf(ended: Outcome): LateFacts['known'] {
  if (ended.ended === 'paid') return { transactionId: ended.transactionId, amount: ended.amount };
  return ended.ended === 'resolved' && ended.as === 'paid' ? { transactionId: null, amount: null } : null;
}

function paymentIn({ transactionId, amount, paidAt }: PaymentNotification): Payment {
  return { transactionId, amount, paidAt };
}

/** Adds to the facts what an event teaches, in any phase. After the end, a notification may still give the payment's number. */
export function learn(state: LateState, event: LateEvent, trigger: LateTrigger, now: Instant): LateState {
  if (state.phase === 'ended' && event.type !== 'paymentNotification') return state;
  return { ...state, ...learnedFrom(state, event, trigger, now) };
}

function learnedFrom(state: LateState, event: LateEvent, trigger: LateTrigger, now: Instant): Partial<LateFacts> {
  switch (event.type) {
    case 'timerFired':
    case 'recorded':
      return {};
    case 'releaseRequested':
      // Temporal hands over what came at one moment in an order of its own: the person may not know of that payment.
      return { releaseRequested: !(state.isSecond && isSame(state.last, fromNotification(now))) };
    case 'paymentNotification':
      return fromFurther(state, paymentIn(event.notification), trigger, now);
    case 'retryRequested':
      return { ...RETRIED, asked: isFinding(state.asked) ? state.asked : null };
    case 'queryAnswered': {
      const { tradeState: said, requestId, timeZone = state.timeZone } = event.answer;
      const refusedSignatures = { ...state.refusedSignatures, query: null };
      const answered = { refusedSignatures, timeZone, last: { call: 'queryOrder', said, requestId, at: now } } as const;
      if (!('payment' in event.answer)) return answered;
      const shown = event.answer.payment;
      return { ...answered, shown, isSecond: state.isSecond || isOther(state.known, shown) };
    }
    case 'queryFailed': {
      const { call, code: said, requestId, kind } = event.failure;
      const refusedSignatures = countRefusal(state.refusedSignatures, 'query', kind, now);
      return { refusedSignatures, last: { call, said, requestId, at: now } };
    }
  }
}

function fromFurther(state: LateState, payment: Payment, trigger: LateTrigger, now: Instant): Partial<LateFacts> {
  if (trigger === 'notificationAnother') {
    // Whoever asked to stop watching did not know of this payment.
    return { ...withPayment(state, payment), isSecond: true, releaseRequested: false, last: fromNotification(now) };
  }
  const isNamed = payment.transactionId !== null && !transactionIdsOf(state).includes(payment.transactionId);
  return isNamed ? withPayment(state, payment) : {};
}

/** Keeps a payment. If there is no room, it is only counted, and the page of the late payment shows the count. */
function withPayment({ told, notKept }: LateState, payment: Payment): Pick<LateFacts, 'told' | 'notKept'> {
  return told.length < MAX_LATE_PAYMENTS_KEPT ? { told: [...told, payment], notKept } : { told, notKept: notKept + 1 };
}

function fromNotification(at: Instant): LastAnswer {
  return { call: 'notification', said: 'SUCCESS', requestId: null, at };
}

/** WeChat Pay's numbers of the payments that were reported. */
export function transactionIdsOf({ told }: Pick<LateFacts, 'told'>): string[] {
  return told.flatMap(({ transactionId }) => transactionId ?? []);
}

/** Whether a reason is about the money, and not about failed queries. */
export function isFinding(reason: LateReason | null): boolean {
  return LATE_FINDINGS.some((finding) => finding === reason);
}

/** Whether a notification reports the payment that its order ended with, so that no query is needed. */
export function isReportedAsKnown(order: LateOrder, ended: Outcome, notification: PaymentNotification): boolean {
  const known = paymentOf(ended);
  if (known === null || known.transactionId === null) return false;
  return notification.transactionId === known.transactionId && !differsInAmount({ order, known }, notification);
}

/** Whether the query shows the payment that the order ended with, and no notification reports another. */
export function isShownAsKnown(facts: LateFacts): boolean {
  const { known, told, shown, isSecond } = facts;
  if (known === null || shown === null || isSecond || differsInAmount(facts, shown)) return false;
  return told.every((each) => !disagree(each, shown));
}

/** Whether the query shows a payment of an order that did not end as paid, and no notification reports another. */
export function isShownAsOnly({ known, told, shown, isSecond }: LateFacts): boolean {
  return known === null && shown !== null && !isSecond && told.every((each) => !isOther(each, shown));
}

/** Whether a payment has another amount than the order should have, or ended with. */
export function differsInAmount({ order, known }: Pick<LateFacts, 'order' | 'known'>, payment: Payment): boolean {
  return !amountIsRight(order, payment) || !mayBeSameAmount(known?.amount ?? null, payment.amount);
}

/**
 * Whether a further notification reports another payment than those before it. If both have a number, the numbers decide,
 * otherwise the amounts.
 */
export function isAnotherPayment({ told, known, shown }: LateFacts, notification: Identity): boolean {
  const before = known === null ? told : [...told, known];
  if (notification.transactionId !== null) {
    if (before.some(({ transactionId }) => transactionId === notification.transactionId)) return false;
    if ([...before, shown].some((each) => isOther(each, notification))) return true;
  }
  return before.every(({ amount }) => !mayBeSameAmount(amount, notification.amount));
}

/** Whether two reports may be of the same payment: by their numbers or, if one has none, by their amounts. */
function mayBeSamePayment(one: Identity, other: Identity): boolean {
  const areNamed = one.transactionId !== null && other.transactionId !== null;
  return areNamed ? one.transactionId === other.transactionId : mayBeSameAmount(one.amount, other.amount);
}

/** Whether two reports are of different payments, or disagree on one. A missing value disagrees with nothing. */
function disagree(one: Identity, other: Identity): boolean {
  return isOther(one, other) || !mayBeSameAmount(one.amount, other.amount);
}

/** Whether two reports are certainly of different payments. */
function isOther(one: Identity | null, other: Identity): boolean {
  return (
    one !== null &&
    one.transactionId !== null &&
    other.transactionId !== null &&
    one.transactionId !== other.transactionId
  );
}

function mayBeSameAmount(one: Amount | null, other: Amount | null): boolean {
  return one === null || other === null || (one.total === other.total && one.currency === other.currency);
}

/**
 * Payments that a notification or a query reported for an order, and that are not part of its outcome. Each goes to a
 * late-payment workflow. If a person resolved the order, that person saw the payments reported until then, so only later
 * ones count.
 */
export function unclaimedPayments(state: EndedOrder): readonly PaymentNotification[] {
  const { order, outcome } = state;
  return reportedSinceResolution(state).filter((notification) => {
    return !isOutcome(outcome, notification) && !isReportedAsKnown(order, outcome, notification);
  });
}

function reportedSinceResolution({ outcome, told, toldBeforeWord }: EndedOrder): readonly PaymentNotification[] {
  if (outcome.ended !== 'resolved') return told;
  const seen = told.slice(0, toldBeforeWord);
  return told
    .slice(toldBeforeWord)
    .filter((notification) => !seen.some((each) => mayBeSamePayment(each, notification)));
}

/** Whether a payment is the one that the order ended with: the same in all, or the same number and no amount. */
function isOutcome(outcome: Outcome, notification: PaymentNotification): boolean {
  if (outcome.ended !== 'paid') return false;
  return isSamePayment(outcome, notification) || (notification.amount === null && isSameNumber(outcome, notification));
}

function isSameNumber(
  outcome: Pick<PaymentNotification, 'transactionId'>,
  { transactionId }: PaymentNotification,
): boolean {
  return transactionId !== null && transactionId === outcome.transactionId;
}
