import { adviseOn, describeAllReported, describeLast, describeReported, factsOf } from './payments.js';
import { formatInstant, moneyOf } from './format.js';
import { code, type Offer, plain, renderOffers, sentences, summary } from './markdown.js';
import type { VisibleIn } from '../flow.js';
import { PHASES } from '../late/table.js';
import { isFinding, transactionIdsOf } from '../late/facts.js';
import type {
  LateFacts,
  LateInput,
  LateOrder,
  LateOutcome,
  LatePhaseName,
  LateState,
  LateStep,
} from '../late/state.js';
import { layOut } from './layout.js';
import { DEFAULT_TIME_ZONE, oneOf, type Locale, type Reader } from '../locale.js';
import { orderNumber, orderWorkflowId } from '../orders/order.js';
import type { Payment } from '../calls.js';
import { BETWEEN, fill, LAST_ANSWER, OFFERS, WHY } from './texts.js';
import {
  HAD_ENDED,
  LATE,
  LATE_ENDS,
  LATE_OFFERS,
  LATE_REASONS_TEXT,
  LATE_STEPS,
  LATE_UNSETTLED,
  RECORDED_AS,
} from './texts-late.js';
import type { Outcome } from '../orders/state.js';
import { ENDS } from './texts-order.js';

/** The states that operators filter late payments by. Only the first query has a state of its own. */
export type VisibleLateState = VisibleIn<typeof PHASES> | LateOutcome['ended'];

/** What a list shows from the start on. */
export const INITIAL_LATE_STATE: VisibleLateState = PHASES.checking.visible;

type OpenState = LateState & { phase: Exclude<LatePhaseName, 'ended'> };

/** What a list of late payments shows for this one. `undefined`: the list goes on showing the state before. */
export function visibleLateState(state: LateState): VisibleLateState | undefined {
  if (state.phase === 'ended') return state.outcome.ended;
  return state.phase === 'checking' && !isFirstCheck(state) ? undefined : PHASES[state.phase].visible;
}

function isFirstCheck({ last, asked }: LateState): boolean {
  return last.call === 'notification' && asked === null;
}

/** The parts of a late payment that its page describes. */
type Described = Omit<LateInput, 'notification'> & { readonly notification: Payment };

/** One line for the list of workflows. */
export function lateSummaryOf({ order, locale: readIn = 'en', notification }: Described): string {
  const locale = oneOf(readIn);
  const number = plain(orderNumber(order));
  const merchant = plain(order.subMchid ?? order.mchid);
  return summary(fill(LATE.summary, locale, { number, merchant, amount: moneyOf(notification.amount, locale) }));
}

/** Which late payment it is, in Markdown. This does not change. */
export function lateDetailsOf({ order: ref, amount, locale = 'en', ended, notification }: Described): string {
  const reader: Reader = { locale: oneOf(locale), timeZone: DEFAULT_TIME_ZONE };
  return [describeOrder({ ref, amount }, ended, reader), describeReported(notification, reader)].join('\n\n');
}

/** The current details of a late payment, in Markdown. */
export function lateCurrentDetailsOf(state: LateState, step: LateStep): string {
  const { order, timeZone, story, phase } = state;
  const laid = { locale: order.locale, timeZone, story, isPersonNeeded: phase === 'needsAttention' };
  return layOut(laid, (reader, isWhole) => paragraphsIn(state, step, reader, isWhole));
}

function paragraphsIn(state: LateState, step: LateStep, reader: Reader, isWhole: boolean): readonly string[] {
  const { locale } = reader;
  const facts = [describeOrder(state.order, state.ended, reader), describePayments(state, reader)];
  const last = describeLast(state.last, reader);
  if (state.phase === 'ended') {
    const end = describeLateEnd(state.outcome, locale);
    return isWhole ? [end, ...facts, last] : [end];
  }
  const releasing = state.releaseRequested ? [LATE.releasing[locale]] : [];
  return [
    LATE_OFFERS.stopWatching[locale],
    headline(state, step, reader),
    ...(isWhole ? [...facts, ...releasing, last] : []),
    ...why(state, locale),
    whatCanBeDone(state, locale, isWhole),
  ];
}

function headline({ phase }: OpenState, step: LateStep, { locale, timeZone }: Reader): string {
  const bold = `**${PHASES[phase].title[locale]}**`;
  if (!('until' in step)) return bold;
  return bold + fill(LAST_ANSWER.askedAgain, locale, { until: formatInstant(step.until, timeZone) });
}

/** Why the last answer was inconclusive or a person is needed, and what the error table advises. */
function why(state: OpenState, locale: Locale): string[] {
  switch (state.phase) {
    case 'needsAttention': {
      const reason = LATE_REASONS_TEXT[state.reason][locale];
      return [fill(WHY.reason, locale, { reason }), ...adviseOn(state.last, locale, state.reason)];
    }
    case 'unsettled':
      return [fill(WHY.reason, locale, { reason: LATE_UNSETTLED[locale] }), ...adviseOn(state.last, locale)];
    case 'checking':
      return [];
  }
}

/** Nothing is offered during a call: its answer comes first. The likelier offer is listed first. */
function whatCanBeDone(state: OpenState, locale: Locale, isWhole: boolean): string {
  const retry: Offer = { update: 'retry', text: LATE_OFFERS.retry[locale], input: {} };
  const record = offerToRecord(state, locale);
  const offers = isFinding(state.asked) ? [record, retry] : [retry, record];
  return renderOffers(state.phase === 'checking' ? [] : offers, locale, isWhole);
}

function offerToRecord(state: LateState, locale: Locale): Offer {
  const [as, ...others] = Object.keys(RECORDED_AS);
  const text = fill(LATE_OFFERS.record, locale, {
    as: code(as ?? ''),
    others: others.map(code).join(BETWEEN.values[locale]),
  });
  const transactionIds = transactionIdsOf(state);
  return {
    update: 'record',
    text,
    input: { as, note: LATE_OFFERS.note[locale], by: OFFERS.by[locale], transactionIds },
  };
}

export function describeLateEnd(outcome: LateOutcome, locale: Locale): string {
  if (outcome.ended !== 'recorded') return LATE_ENDS[outcome.ended][locale];
  const { as, by, note } = outcome;
  return fill(LATE_ENDS.recorded, locale, {
    as: RECORDED_AS[as][locale],
    code: code(as),
    by: code(by),
    note: code(note),
  });
}

/** One line for a timer or an activity in the history. */
export function lateStepSummary(state: LateState): string {
  const locale = oneOf(state.order.locale);
  switch (state.phase) {
    case 'checking':
      return LATE_STEPS.checking[locale];
    case 'unsettled':
    case 'needsAttention': {
      const until = formatInstant(state.until, state.timeZone);
      return summary(PHASES[state.phase].title[locale] + fill(LAST_ANSWER.askedAgain, locale, { until }));
    }
    case 'ended':
      return summary(describeLateEnd(state.outcome, locale));
  }
}

/** Which order it is, and how it had ended. */
function describeOrder({ ref, amount }: Pick<LateOrder, 'ref' | 'amount'>, ended: Outcome, reader: Reader): string {
  const { locale } = reader;
  const { replacedBy } = ended;
  const identity = fill(LATE.identity, locale, {
    id: code(orderWorkflowId(ref)),
    api: ref.api,
    amount: moneyOf(amount, locale),
    ended: hadEnded(ended, reader),
  });
  if (replacedBy === undefined) return identity;
  return sentences([identity, fill(ENDS.replaced, locale, { number: code(replacedBy) })], locale);
}

/** The payments that were reported, and the one that the query shows. */
function describePayments({ told, notKept, shown }: LateFacts, reader: Reader): string {
  const all = describeAllReported(told, reader, notKept);
  if (shown !== null) all.push(fill(LATE.shown, reader.locale, { facts: factsOf(shown, reader) }));
  return all.map((each) => `- ${each}`).join('\n');
}

function hadEnded(ended: Outcome, reader: Reader): string {
  const { locale } = reader;
  switch (ended.ended) {
    case 'paid':
      return fill(HAD_ENDED.paid, locale, { facts: factsOf(ended, reader) });
    case 'closed':
      return HAD_ENDED.closed[ended.closeSent][locale];
    case 'never-existed':
      return HAD_ENDED.neverExisted[locale];
    case 'resolved': {
      const { as, by, note } = ended;
      return fill(HAD_ENDED.resolved, locale, { as: code(as), by: code(by), note: code(note) });
    }
    case 'released':
      return HAD_ENDED.released[locale];
  }
}
