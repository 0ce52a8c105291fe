import { adviseOn, describeAllReported, describeLast, describeNotKept } from './payments.js';
import { code, plain, sentences, summary } from './markdown.js';
import { formatInstant, formatMoney, moneyOf } from './format.js';
import { whatCanBeDone } from './order-requests.js';
import { layOut } from './layout.js';
import { DEFAULT_TIME_ZONE, oneOf, type Locale, type Reader } from '../locale.js';
import type { VisibleIn } from '../flow.js';
import { dueAt, endOfLife } from '../orders/facts.js';
import type { OrderState, Outcome, PhaseName, Step } from '../orders/state.js';
import { PHASES } from '../orders/table.js';
import { type Order, orderNumber, orderWorkflowId } from '../orders/order.js';
import { fill, LAST_ANSWER, PAYMENTS, WHY } from './texts.js';
import {
  CLOSE_SENT,
  ENDS,
  ORDER,
  ORDER_OFFERS,
  PAID,
  PLANS,
  REASONS,
  RESOLVED_AS,
  STEPS,
  UNSETTLED,
} from './texts-order.js';
import { type Instant, parseInstant } from '../time.js';

/** The states that operators filter orders by: those that last. */
export type VisibleState = VisibleIn<typeof PHASES> | Outcome['ended'];

type OpenState = OrderState & { phase: Exclude<PhaseName, 'ended'> };

/** What a list of orders shows for this one. `undefined`: the list goes on showing the state before. */
export function visibleState(state: OrderState): VisibleState | undefined {
  if (state.phase === 'ended') return state.outcome.ended;
  const phase = PHASES[state.phase];
  return 'visible' in phase ? phase.visible : undefined;
}

/** One line for the list of workflows. */
export function summaryOf({ ref, amount, locale: readIn }: Order): string {
  const locale = oneOf(readIn);
  const number = plain(orderNumber(ref));
  const merchant = ref.subMchid ?? ref.mchid;
  return summary(fill(ORDER.summary, locale, { number, merchant, amount: moneyOf(amount, locale) }));
}

/** Which order it is, in Markdown. This does not change. */
export function detailsOf({ ref, amount, createdAt, payBefore, floor, locale: readIn }: Order): string {
  const locale = oneOf(readIn);
  const at = (instant: Instant): string => formatInstant(instant, DEFAULT_TIME_ZONE);
  const id = code(orderWorkflowId(ref));
  return [
    fill(ORDER.identity, locale, { id, api: ref.api, amount: moneyOf(amount, locale) }),
    fill(ORDER.times, locale, { createdAt: at(createdAt), payBefore: at(payBefore), floor: at(floor) }),
  ].join('\n\n');
}

/** The current details of an order, in Markdown. */
export function currentDetailsOf(state: OrderState, step: Step): string {
  const { order, timeZone, story, phase } = state;
  const laid = { locale: order.locale, timeZone, story, isPersonNeeded: phase === 'needsAttention' };
  return layOut(laid, (reader, isWhole) => paragraphsIn(state, step, reader, isWhole));
}

function paragraphsIn(state: OrderState, step: Step, reader: Reader, isWhole: boolean): readonly string[] {
  const { locale } = reader;
  const last = describeLast(state.last, reader);
  if (state.phase === 'ended') {
    const end = describeEnd(state.outcome, reader);
    return isWhole ? [end, ...describeNotKept(state.notKept, reader), last] : [end];
  }
  const told = state.told.length > 0 ? [sentences(describeAllReported(state.told, reader, state.notKept), locale)] : [];
  return [
    ORDER_OFFERS.stopWatching[locale],
    headline(state, step, reader),
    ...(isWhole ? [...plans(state, reader), ...told, last] : []),
    ...why(state, locale),
    whatCanBeDone(state, reader, isWhole),
  ];
}

function headline({ phase }: OpenState, step: Step, { locale, timeZone }: Reader): string {
  const bold = `**${PHASES[phase].title[locale]}**`;
  if (!('until' in step)) return bold;
  const until = formatInstant(step.until, timeZone);
  return bold + fill(phase === 'awaitingPayment' ? PLANS.until : LAST_ANSWER.askedAgain, locale, { until });
}

/** The deadline, and what was requested. */
function plans(state: OpenState, { locale, timeZone }: Reader): string[] {
  const { closeRequested, paidClaimed, placementFailed, resolution, releaseRequested } = state;
  const at = (instant: Instant): string => formatInstant(instant, timeZone);
  const deadline = fill(PLANS.deadline, locale, { at: at(dueAt(state)) });
  const asked: string[] = [];
  if (closeRequested !== null) asked.push(fill(PLANS.closeRequested, locale, { at: at(closeRequested.at) }));
  if (closeRequested?.replacedBy !== undefined) {
    asked.push(fill(PLANS.replacedBy, locale, { number: code(closeRequested.replacedBy) }));
  }
  if (resolution !== null) asked.push(fill(PLANS.resolving, locale, { as: code(resolution.as) }));
  if (releaseRequested) asked.push(PLANS.releasing[locale]);
  const failed = placementFailed && fill(PLANS.placementFailed, locale, { code: code(placementFailed.code) });
  const unplaced = isUnplaced(state) ? fill(PLANS.notPlaced, locale, { at: at(endOfLife(state)) }) : null;
  const plan = paidClaimed ? PLANS.paidClaimed[locale] : (failed ?? unplaced ?? deadline);
  return asked.length === 0 ? [plan] : [plan, sentences(asked, locale)];
}

/** WeChat Pay has never shown it, so it may never have been placed. */
function isUnplaced({ phase, seen, notFoundSince }: OpenState): boolean {
  return phase === 'notFoundYet' && !seen && notFoundSince !== null;
}

/** Why the last answer was inconclusive or a person is needed, and what the error table advises. */
function why(state: OpenState, locale: Locale): string[] {
  switch (state.phase) {
    case 'needsAttention': {
      const amount = moneyOf(state.order.amount, locale);
      const reason = fill(REASONS[state.reason], locale, { amount });
      return [fill(WHY.reason, locale, { reason }), ...adviseOn(state.last, locale, state.reason)];
    }
    case 'unsettled':
      return [fill(WHY.reason, locale, { reason: UNSETTLED[locale] }), ...adviseOn(state.last, locale)];
    case 'notFoundYet':
      return adviseOn(state.last, locale);
    case 'awaitingPayment':
    case 'checking':
    case 'userIsPaying':
    case 'closing':
    case 'confirming':
      return [];
  }
}

/** One line for the timer of a `checkNow`. */
export function checkNowSummary({ order }: OrderState): string {
  return STEPS.checkNow[oneOf(order.locale)];
}

/** One line for a timer or an activity in the history. */
export function stepSummary(state: OrderState, until?: Instant): string {
  const locale = oneOf(state.order.locale);
  const at = (instant: Instant): string => formatInstant(instant, state.timeZone);
  switch (state.phase) {
    case 'awaitingPayment':
      return summary(fill(STEPS.deadline, locale, { until: at(until ?? dueAt(state)) }));
    case 'checking':
    case 'closing':
      return STEPS[state.phase][locale];
    case 'confirming':
      if (until === undefined) return STEPS.confirming[locale];
      return summary(PHASES.confirming.title[locale] + fill(LAST_ANSWER.askedAgain, locale, { until: at(until) }));
    case 'userIsPaying':
    case 'notFoundYet':
    case 'unsettled':
    case 'needsAttention': {
      const again = fill(LAST_ANSWER.askedAgain, locale, { until: at(until ?? state.until) });
      return summary(PHASES[state.phase].title[locale] + again);
    }
    case 'ended':
      return summary(describeEnd(state.outcome, { locale, timeZone: state.timeZone }));
  }
}

type Paid = Extract<Outcome, { ended: 'paid' }>;

/** How an order ended, in sentences. */
export function describeEnd(outcome: Outcome, reader: Reader): string {
  const { locale } = reader;
  switch (outcome.ended) {
    case 'paid':
      return describePaid(outcome, reader);
    case 'closed':
      return withReplaced(
        sentences([ENDS.closed[locale], CLOSE_SENT[outcome.closeSent][locale]], locale),
        outcome,
        reader,
      );
    case 'never-existed':
      return withReplaced(ENDS.neverExisted[locale], outcome, reader);
    case 'resolved':
      return withReplaced(
        fill(ENDS.resolved, locale, {
          as: RESOLVED_AS[outcome.as][locale],
          code: code(outcome.as),
          by: code(outcome.by),
          note: code(outcome.note),
          said: code(outcome.said),
        }),
        outcome,
        reader,
      );
    case 'released':
      return withReplaced(ENDS.released[locale], outcome, reader);
  }
}

function describePaid(outcome: Paid, reader: Reader): string {
  const { refunded, replacedBy } = outcome;
  const { locale } = reader;
  const facts = factsOf(outcome, reader);
  const joined = locale === 'zh' ? `：${facts.join('，')}。` : `: ${facts.join(', ')}.`;
  const paid = fill(refunded ? ENDS.refunded : ENDS.paid, locale, { facts: joined });
  if (replacedBy === undefined) return paid;
  const twice = fill(refunded ? ENDS.refundedOnce : ENDS.paidTwice, locale, { number: code(replacedBy) });
  return sentences([paid, twice], locale);
}

function factsOf({ amount, transactionId, paidAt, toldBy }: Paid, { locale, timeZone }: Reader): string[] {
  const at = paidAt === null ? undefined : parseInstant(paidAt);
  return [
    ...(amount === null ? [] : [formatMoney(amount, locale)]),
    ...(transactionId === null ? [] : [fill(PAYMENTS.transaction, locale, { id: code(transactionId) })]),
    ...(at === undefined ? [] : [fill(PAYMENTS.at, locale, { at: formatInstant(at, timeZone) })]),
    PAID[toldBy][locale],
  ];
}

function withReplaced(text: string, { replacedBy }: Outcome, { locale }: Reader): string {
  if (replacedBy === undefined) return text;
  return sentences([text, fill(ENDS.replaced, locale, { number: code(replacedBy) })], locale);
}
