import { adviseOn, describeLast } from './payments.js';
import { code, plain, sentences, summary } from './markdown.js';
import { describePlans, describeRequests, whatCanBeDone } from './service-order-requests.js';
import { formatFen, formatInstant } from './format.js';
import { layOut } from './layout.js';
import { DEFAULT_TIME_ZONE, oneOf, type Locale, type Reader } from '../locale.js';
import type {
  ServiceOrderStart,
  ServiceOrderState,
  ServiceOutcome,
  ServicePhaseName,
  ServiceStep,
} from '../payscore/state.js';
import type { VisibleIn } from '../flow.js';
import { PHASES } from '../payscore/table.js';
import { serviceOrderWorkflowId } from '../payscore/order.js';
import { fill, LAST_ANSWER, WHY } from './texts.js';
import {
  CANCEL_SENT,
  KEPT,
  SERVICE_ENDS,
  SERVICE_OFFERS,
  SERVICE_ORDER,
  SERVICE_REASONS,
  SERVICE_RESOLVED_AS,
  SERVICE_STEPS,
  SERVICE_UNSETTLED,
  SERVICE_UNTIL,
} from './texts-service-order.js';
import type { Instant } from '../time.js';

/** The states that operators filter service orders by: those that last. */
export type VisibleServiceState = VisibleIn<typeof PHASES> | ServiceOutcome['ended'];

type OpenState = ServiceOrderState & { phase: Exclude<ServicePhaseName, 'ended'> };

/** What a list of service orders shows for this one. `undefined`: the list goes on showing the state before. */
export function visibleServiceState(state: ServiceOrderState): VisibleServiceState | undefined {
  if (state.phase === 'ended') return state.outcome.ended;
  const phase = PHASES[state.phase];
  return 'visible' in phase ? phase.visible : undefined;
}

/** One line for the list of workflows. */
export function serviceSummaryOf({ order, locale: readIn }: ServiceOrderStart): string {
  const locale = oneOf(readIn);
  const { outOrderNo, mchid } = order;
  return summary(fill(SERVICE_ORDER.summary, locale, { number: plain(outOrderNo), merchant: plain(mchid) }));
}

/** Which service order it is, in Markdown. This does not change. */
export function serviceDetailsOf({ order, request, locale: readIn }: ServiceOrderStart): string {
  const locale = oneOf(readIn);
  const id = code(serviceOrderWorkflowId(order));
  const { serviceId, appid } = order;
  const identity = fill(SERVICE_ORDER.identity, locale, { id, serviceId: code(serviceId), appid: code(appid) });
  const requests = request === null ? [] : [request];
  return [identity, ...describeRequests(requests, { locale, timeZone: DEFAULT_TIME_ZONE })].join('\n\n');
}

/** The current details of a service order, in Markdown. */
export function serviceCurrentDetailsOf(state: ServiceOrderState, step: ServiceStep): string {
  const laid = { ...state, isPersonNeeded: state.phase === 'needsAttention' };
  return layOut(laid, (reader, isWhole) => paragraphsIn(state, step, reader, isWhole));
}

function paragraphsIn(
  state: ServiceOrderState,
  step: ServiceStep,
  reader: Reader,
  isWhole: boolean,
): readonly string[] {
  const { locale } = reader;
  const last = describeLast(state.last, reader);
  if (state.phase === 'ended') {
    const end = describeServiceEnd(state.outcome, locale);
    return isWhole ? [end, last] : [end];
  }
  return [
    SERVICE_OFFERS.stopWatching[locale],
    headline(state, step, reader),
    ...(isWhole ? [...describePlans(state, reader), last] : []),
    ...why(state, locale),
    whatCanBeDone(state, locale, isWhole),
  ];
}

function headline(state: OpenState, step: ServiceStep, { locale, timeZone }: Reader): string {
  const { phase } = state;
  const name = phase === 'waiting' && isScheduled(state) ? SERVICE_UNTIL.scheduled : PHASES[phase].title;
  const bold = `**${name[locale]}**`;
  if (!('until' in step)) return bold;
  const until = formatInstant(step.until, timeZone);
  if (phase !== 'waiting') return bold + fill(LAST_ANSWER.askedAgain, locale, { until });
  return bold + fill(isScheduled(state) ? SERVICE_UNTIL.due : SERVICE_UNTIL.look, locale, { until });
}

/** Whether the wait is for the time of a request, and not for the first request. */
function isScheduled(state: ServiceOrderState): boolean {
  return state.phase === 'waiting' && state.requests.some(({ dueAt }) => dueAt <= state.until);
}

/** Why the last answer was inconclusive or a person is needed, and what the error table advises. */
function why(state: OpenState, locale: Locale): string[] {
  const { last } = state;
  switch (state.phase) {
    case 'needsAttention': {
      const reason = SERVICE_REASONS[state.reason][locale];
      return [fill(WHY.reason, locale, { reason }), ...adviseOn(last, locale, state.reason)];
    }
    case 'unsettled': {
      const reason = SERVICE_UNSETTLED[locale];
      return [fill(WHY.reason, locale, { reason }), ...adviseOn(last, locale)];
    }
    case 'waiting':
    case 'checking':
    case 'cancelling':
    case 'confirming':
      return [];
  }
}

/** One line for a timer or an activity in the history. */
export function serviceStepSummary(state: ServiceOrderState, until?: Instant): string {
  const { phase } = state;
  const locale = oneOf(state.locale);
  const again = (instant: Instant, name: keyof typeof PHASES): string =>
    summary(PHASES[name].title[locale] + fill(LAST_ANSWER.askedAgain, locale, { until: at(instant, state) }));
  switch (phase) {
    case 'waiting':
      return summary(waitSummary(state, at(until ?? state.until, state), locale));
    case 'checking':
      return SERVICE_STEPS.checking[locale];
    case 'cancelling':
      return summary(fill(SERVICE_STEPS.cancelling, locale, { reason: code(state.frozen?.reason ?? '') }));
    case 'confirming':
      return until === undefined ? SERVICE_STEPS.confirming[locale] : again(until, phase);
    case 'unsettled':
    case 'needsAttention':
      return again(until ?? state.until, phase);
    case 'ended':
      return summary(describeServiceEnd(state.outcome, locale));
  }
}

function waitSummary(state: ServiceOrderState, until: string, locale: Locale): string {
  if (isScheduled(state)) return fill(SERVICE_STEPS.due, locale, { until });
  return PHASES.waiting.title[locale] + fill(SERVICE_UNTIL.look, locale, { until });
}

function at(instant: Instant, { timeZone }: ServiceOrderState): string {
  return formatInstant(instant, timeZone);
}

/** How the watch over a service order ended, in sentences. */
export function describeServiceEnd(outcome: ServiceOutcome, locale: Locale): string {
  switch (outcome.ended) {
    case 'cancelled':
      return describeCancelled(outcome, locale);
    case 'kept':
      return fill(KEPT[outcome.reason], locale, { money: moneyOf(outcome.totalDue, locale) });
    case 'done':
    case 'expired':
    case 'released':
      return SERVICE_ENDS[outcome.ended][locale];
    case 'never-existed':
      return SERVICE_ENDS.neverExisted[locale];
    case 'resolved':
      return fill(SERVICE_ENDS.resolved, locale, {
        as: SERVICE_RESOLVED_AS[outcome.as][locale],
        code: code(outcome.as),
        by: code(outcome.by),
        note: code(outcome.note),
        said: code(outcome.said),
      });
  }
}

function describeCancelled(outcome: Extract<ServiceOutcome, { ended: 'cancelled' }>, locale: Locale): string {
  const { cancelSent, reason, raced, totalDue } = outcome;
  const texts: string[] = [SERVICE_ENDS.cancelled[locale], CANCEL_SENT[cancelSent][locale]];
  if (reason !== undefined) texts.push(fill(SERVICE_ENDS.reason, locale, { reason: code(reason) }));
  const money = moneyOf(totalDue, locale);
  if (raced) texts.push(fill(SERVICE_ENDS.raced, locale, { money }));
  else if (totalDue !== undefined && totalDue > 0) texts.push(fill(SERVICE_ENDS.wasDue, locale, { money }));
  return sentences(texts, locale);
}

function moneyOf(totalDue: number | undefined, locale: Locale): string {
  return totalDue === undefined ? SERVICE_ENDS.notSaid[locale] : formatFen(totalDue, locale);
}
