import { adviseOn, describeLast } from './answer.js';
import { code, plain, summary } from './markdown.js';
import { describeServiceEnd } from './service-order-end.js';
import { describePlans, describeRequests } from './service-order-plans.js';
import { whatCanBeDone } from './service-order-requests.js';
import { formatInstant } from './local-time.js';
import { DEFAULT_TIME_ZONE, type Locale } from '../locale.js';
import type {
  ServiceOrderStart,
  ServiceOrderState,
  ServiceOutcome,
  ServicePhaseName,
  ServiceStep,
} from '../payscore/state.js';
import { serviceOrderWorkflowId } from '../payscore/order.js';
import { fill, LAST_ANSWER, WHY } from './texts.js';
import {
  SERVICE_HEADLINES,
  SERVICE_ORDER,
  SERVICE_REASONS,
  SERVICE_STEPS,
  SERVICE_UNSETTLED,
  SERVICE_UNTIL,
} from './texts-service-order.js';
import type { Instant } from '../time.js';

/** The states that operators filter service orders by: those that last. */
export type VisibleServiceState = 'waiting' | 'cancelling' | 'unsettled' | 'needs-attention' | ServiceOutcome['ended'];

type OpenState = ServiceOrderState & { phase: Exclude<ServicePhaseName, 'ended'> };

/** A check and a cancel take a moment as a rule, so a list goes on showing what it did. */
const VISIBLE: Record<Exclude<ServicePhaseName, 'ended' | 'checking' | 'cancelling'>, VisibleServiceState> = {
  waiting: 'waiting',
  confirming: 'cancelling',
  unsettled: 'unsettled',
  needsAttention: 'needs-attention',
};

/** What a list of service orders shows for this one; `undefined` where it goes on showing what it did. */
export function visibleServiceState(state: ServiceOrderState): VisibleServiceState | undefined {
  if (state.phase === 'ended') return state.outcome.ended;
  return state.phase === 'checking' || state.phase === 'cancelling' ? undefined : VISIBLE[state.phase];
}

/** One line for the list of workflows. */
export function serviceSummaryOf({ order, locale }: ServiceOrderStart): string {
  const { outOrderNo, mchid } = order;
  return summary(fill(SERVICE_ORDER.summary, locale, { number: plain(outOrderNo), merchant: plain(mchid) }));
}

/** What a service order needs to be known by, in Markdown; it does not change. */
export function serviceDetailsOf({ order, request, locale }: ServiceOrderStart): string {
  const id = code(serviceOrderWorkflowId(order));
  const { serviceId, appid } = order;
  const identity = fill(SERVICE_ORDER.identity, locale, { id, serviceId: code(serviceId), appid: code(appid) });
  const requests = request === null ? [] : [request];
  return [identity, ...describeRequests(requests, { locale, timeZone: DEFAULT_TIME_ZONE })].join('\n\n');
}

/** What operators see of a service order as it is now, in Markdown. */
export function serviceCurrentDetailsOf(state: ServiceOrderState, step: ServiceStep): string {
  const paragraphs =
    state.phase === 'ended'
      ? [describeServiceEnd(state.outcome, state.locale), describeLast(state.last, state)]
      : [
          headline(state, step),
          ...describePlans(state, state),
          describeLast(state.last, state),
          ...why(state),
          whatCanBeDone(state),
        ];
  return paragraphs.join('\n\n');
}

function headline(state: OpenState, step: ServiceStep): string {
  const { phase, locale, timeZone } = state;
  const name = phase === 'waiting' && isScheduled(state) ? SERVICE_UNTIL.scheduled : SERVICE_HEADLINES[phase];
  const bold = `**${name[locale]}**`;
  if (!('until' in step)) return bold;
  const until = formatInstant(step.until, timeZone);
  if (phase !== 'waiting') return bold + fill(LAST_ANSWER.askedAgain, locale, { until });
  return bold + fill(isScheduled(state) ? SERVICE_UNTIL.due : SERVICE_UNTIL.look, locale, { until });
}

/** Whether the wait is for the time of a request, and not only for a request. */
function isScheduled(state: ServiceOrderState): boolean {
  return state.phase === 'waiting' && state.requests.some(({ dueAt }) => dueAt <= state.until);
}

/** Why nothing is decided, or a person is needed; and what the error table advises. */
function why(state: OpenState): string[] {
  const { last, locale } = state;
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
  const { phase, locale } = state;
  const again = (instant: Instant, name: keyof typeof SERVICE_HEADLINES): string =>
    summary(SERVICE_HEADLINES[name][locale] + fill(LAST_ANSWER.askedAgain, locale, { until: at(instant, state) }));
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
  return SERVICE_HEADLINES.waiting[locale] + fill(SERVICE_UNTIL.look, locale, { until });
}

function at(instant: Instant, { timeZone }: ServiceOrderState): string {
  return formatInstant(instant, timeZone);
}
