import type { VisibleIn } from '../flow.js';
import { DEFAULT_TIME_ZONE, oneOf, type Locale, type ReadIn, type Text } from '../locale.js';
import { EVENT_TYPES, type EventType, type OutcomeEvent } from '../outcome/event.js';
import { PHASES } from '../outcome/table.js';
import type {
  DeliveryFacts,
  DeliveryInput,
  DeliveryOutcome,
  DeliveryPhaseName,
  DeliveryState,
  DeliveryStep,
} from '../outcome/state.js';
import { parseInstant } from '../time.js';
import { formatInstant } from './format.js';
import { layOut } from './layout.js';
import { code, type Offer, renderOffers, summary } from './markdown.js';
import { fill, OFFERS, WHY } from './texts.js';
import { DELIVERY, DELIVERY_ENDS, DELIVERY_OFFERS, DELIVERY_REASONS_TEXT, SAID_BY_WORKER } from './texts-outcome.js';

/** How many events a page shows: Temporal UI has room for a page of a few thousand characters. */
const SHOWN = 5;

/** The states that operators filter deliveries by. */
export type VisibleDeliveryState = VisibleIn<typeof PHASES> | DeliveryOutcome['ended'];

/** What a list shows from the start on. */
export const INITIAL_DELIVERY_STATE: VisibleDeliveryState = PHASES.delivering.visible;

type OpenState = DeliveryState & { phase: Exclude<DeliveryPhaseName, 'ended'> };

/** What a list of deliveries shows for this one. `undefined`: during a further try, it goes on showing the state before. */
export function visibleDeliveryState(state: DeliveryState): VisibleDeliveryState | undefined {
  if (state.phase === 'ended') return state.outcome.ended;
  return state.phase === 'delivering' && state.last !== null ? undefined : PHASES[state.phase].visible;
}

/** One line for the list of workflows. */
export function deliverySummaryOf({ workflowId, locale = 'en' }: DeliveryInput): string {
  return summary(fill(DELIVERY.summary, oneOf(locale), { id: code(workflowId) }));
}

/** Which delivery it is, in Markdown. This does not change. */
export function deliveryDetailsOf({ workflowId, mchid, locale = 'en' }: DeliveryInput): string {
  return fill(DELIVERY.identity, oneOf(locale), { id: code(workflowId), mchid: code(mchid) });
}

/** The current details of a delivery, in Markdown. */
export function deliveryCurrentDetailsOf(state: DeliveryState, step: DeliveryStep): string {
  const { input, story, phase } = state;
  const laid = { ...input, timeZone: DEFAULT_TIME_ZONE, story, isPersonNeeded: phase === 'needsAttention' };
  return layOut(laid, ({ locale }, isWhole) => paragraphsIn(state, step, locale, isWhole));
}

function paragraphsIn(state: DeliveryState, step: DeliveryStep, locale: Locale, isWhole: boolean): readonly string[] {
  const facts = [deliveryDetailsOf({ ...state.input, locale }), ...events(state, locale)];
  const last = describeLastTry(state, locale);
  if (state.phase === 'ended') {
    const end = describeDeliveryEnd(state.outcome, locale);
    return isWhole ? [end, ...facts, ...last] : [end];
  }
  const releasing = state.releaseRequested ? [DELIVERY.releasing[locale]] : [];
  return [
    DELIVERY_OFFERS.stop[locale],
    headline(state, step, locale),
    ...(isWhole ? [...facts, ...releasing, ...last] : []),
    ...why(state, locale),
    whatCanBeDone(state, locale, isWhole),
  ];
}

function headline({ phase }: OpenState, step: DeliveryStep, locale: Locale): string {
  const bold = `**${PHASES[phase].title[locale]}**`;
  if (!('until' in step)) return bold;
  return bold + fill(DELIVERY.postedAgain, locale, { until: formatInstant(step.until, DEFAULT_TIME_ZONE) });
}

/** The events that are not delivered yet, each in a line: the first few, and how many more there are. */
function events({ events: all, notKept }: DeliveryFacts, locale: Locale): string[] {
  const lines = all.slice(0, SHOWN).map(({ event }) => describeEvent(event, locale));
  const more = all.length - lines.length;
  if (more > 0) lines.push(fill(DELIVERY.more, locale, { count: String(more) }));
  if (notKept > 0) lines.push(fill(DELIVERY.notKept, locale, { count: String(notKept) }));
  return lines.length === 0 ? [] : [lines.map((line) => `- ${line}`).join('\n')];
}

function describeEvent({ id, type, occurredAt }: OutcomeEvent, locale: Locale): string {
  const instant = parseInstant(occurredAt);
  const at = instant === undefined ? code(occurredAt) : formatInstant(instant, DEFAULT_TIME_ZONE);
  return fill(DELIVERY.event, locale, { type: code(type), means: meansOf(type, locale), at, id: code(id) });
}

function describeLastTry({ last }: DeliveryFacts, locale: Locale): string[] {
  if (last === null) return [];
  const at = formatInstant(last.at, DEFAULT_TIME_ZONE);
  const host = last.host === null ? '' : fill(DELIVERY.host, locale, { host: code(last.host) });
  const means: Text | undefined = Object.entries(SAID_BY_WORKER).find(([said]) => said === last.said)?.[1];
  const because = means === undefined ? '' : fill(DELIVERY.means, locale, { means: means[locale] });
  return [fill(DELIVERY.lastTry, locale, { said: code(last.said), at, host, because })];
}

function why(state: OpenState, locale: Locale): string[] {
  if (state.phase !== 'needsAttention') return [];
  return [fill(WHY.reason, locale, { reason: DELIVERY_REASONS_TEXT[state.reason][locale] })];
}

/** Nothing is offered during a try: its answer comes first. */
function whatCanBeDone({ phase, events: kept }: OpenState, locale: Locale, isWhole: boolean): string {
  const retry: Offer = { update: 'retry', text: DELIVERY_OFFERS.retry[locale], input: {} };
  const ids = kept.map(({ event }) => event.id);
  const input = { ids, note: DELIVERY_OFFERS.note[locale], by: OFFERS.by[locale] };
  const giveUp: Offer = { update: 'giveUp', text: DELIVERY_OFFERS.giveUp[locale], input };
  return renderOffers(phase === 'delivering' ? [] : [retry, giveUp], locale, isWhole);
}

export function describeDeliveryEnd(outcome: DeliveryOutcome, locale: Locale): string {
  if (outcome.ended !== 'given-up') return DELIVERY_ENDS[outcome.ended][locale];
  return fill(DELIVERY_ENDS.givenUp, locale, { by: code(outcome.by), note: code(outcome.note) });
}

/** One line for a timer or an activity in the history. */
export function deliveryStepSummary(state: DeliveryState): string {
  const locale = oneOf(state.input.locale);
  switch (state.phase) {
    case 'delivering':
      return PHASES.delivering.title[locale];
    case 'retrying':
    case 'needsAttention': {
      const until = formatInstant(state.until, DEFAULT_TIME_ZONE);
      return summary(PHASES[state.phase].title[locale] + fill(DELIVERY.postedAgain, locale, { until }));
    }
    case 'ended':
      return summary(describeDeliveryEnd(state.outcome, locale));
  }
}

/** The line of the activity that tells the checkout, in the history of an order. */
export function tellSummary(type: EventType, locale: ReadIn): string {
  return fill(DELIVERY.telling, oneOf(locale), { type });
}

/** A newer worker may know more types. */
function meansOf(type: string, locale: Locale): string {
  return Object.hasOwn(EVENT_TYPES, type) ? EVENT_TYPES[type as EventType][locale] : DELIVERY.unknownType[locale];
}
