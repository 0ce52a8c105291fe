import { code, type Offer, offerToResolve, renderOffers, sentences } from './markdown.js';
import { formatFen, formatInstant } from './format.js';
import type { Locale, Reader } from '../locale.js';
import { RESOLVED_AS, type ResolvedAs, type ServiceOrderState, type ServicePhaseName } from '../payscore/state.js';
import type { CancelRequest } from '../payscore/write.js';
import { BETWEEN, fill } from './texts.js';
import { ALLOWS, SERVICE_OFFERS, SERVICE_PLANS } from './texts-service-order.js';
import type { CancelRequestInput } from '../payscore/requests.js';

/** How many requests are listed one by one. */
const SHOWN_REQUESTS = 3;

/** The requests with their times and conditions, and what was sent. As paragraphs. */
export function describePlans(state: ServiceOrderState, reader: Reader): string[] {
  const { locale } = reader;
  const plan = state.paidClaimed ? [SERVICE_PLANS.paidClaimed[locale]] : describeRequests(state.requests, reader);
  const known = whatIsKnown(state, reader);
  return known.length === 0 ? plan : [...plan, sentences(known, locale)];
}

/** The requests, each as a paragraph. */
export function describeRequests(requests: readonly CancelRequest[], reader: Reader): string[] {
  const { locale } = reader;
  if (requests.length === 0) return [SERVICE_PLANS.none[locale]];
  const shown = requests.slice(0, SHOWN_REQUESTS).map((request) => describeRequest(request, reader));
  const rest = requests.length - shown.length;
  return rest === 0 ? shown : [...shown, fill(SERVICE_PLANS.more, locale, { count: String(rest) })];
}

function describeRequest({ requestId, dueAt, reason, mayCancel, giveUp }: CancelRequest, reader: Reader): string {
  const { locale, timeZone } = reader;
  const allows: string[] = mayCancel.map((stage) => ALLOWS[stage][locale]);
  if (giveUp !== null) allows.push(fill(ALLOWS.giveUp, locale, { money: formatFen(giveUp.total, locale) }));
  return fill(SERVICE_PLANS.request, locale, {
    id: code(requestId),
    at: formatInstant(dueAt, timeZone),
    allows: allows.join(BETWEEN.alternatives[locale]),
    reason: code(reason),
  });
}

function whatIsKnown(state: ServiceOrderState, { locale }: Reader): string[] {
  const { frozen, cancelSent, totalDue, resolution, contradicted, releaseRequested } = state;
  const known: string[] = [];
  if (frozen !== null) {
    const values = { reason: code(frozen.reason), id: code(frozen.requestId) };
    known.push(fill(SERVICE_PLANS[cancelSent === 'no' ? 'sending' : 'sent'], locale, values));
  }
  if (totalDue !== null && totalDue > 0) {
    known.push(fill(SERVICE_PLANS.due, locale, { money: formatFen(totalDue, locale) }));
  }
  if (resolution !== null) known.push(fill(SERVICE_PLANS.resolving, locale, { as: code(resolution.as) }));
  if (contradicted !== null && state.phase === 'needsAttention' && state.reason === 'resolution-contradicted') {
    const { as, by } = contradicted.resolution;
    const values = { by: code(by), as: code(as), said: code(contradicted.said) };
    known.push(fill(SERVICE_PLANS.contradicted, locale, values));
  }
  if (releaseRequested) known.push(SERVICE_PLANS.releasing[locale]);
  return known;
}

type RequestName = 'requestCancel' | 'retry' | 'resolve';

/** The updates that are offered in each phase. During a call there are none: its answer comes first. */
export const OFFERED = {
  waiting: ['requestCancel'],
  checking: [],
  cancelling: [],
  confirming: [],
  unsettled: [],
  needsAttention: ['retry', 'resolve'],
} as const satisfies Record<Exclude<ServicePhaseName, 'ended'>, readonly RequestName[]>;

/** What an operator can do about a service order as it is now, in Markdown. */
export function whatCanBeDone(
  state: ServiceOrderState & { phase: keyof typeof OFFERED },
  locale: Locale,
  isWhole: boolean,
): string {
  const offers = OFFERED[state.phase].map((name) => offerOf(name, state, locale));
  const open = offers.filter((offer) => offer !== undefined);
  return renderOffers(open, locale, isWhole);
}

/** `undefined`: the request would change nothing. */
function offerOf(name: RequestName, state: ServiceOrderState, locale: Locale): Offer | undefined {
  switch (name) {
    case 'requestCancel':
      return offerToCancel(state, locale);
    case 'retry': {
      const isRaced = state.phase === 'needsAttention' && state.reason === 'raced';
      return { update: name, text: SERVICE_OFFERS[isRaced ? 'retryRaced' : 'retry'][locale], input: {} };
    }
    case 'resolve':
      return offerToResolve(likelyEnd(state), RESOLVED_AS, SERVICE_OFFERS.resolve, locale);
  }
}

/** Never a request that gives up an amount: the merchant must decide that, and this page must not suggest it. */
function offerToCancel(state: ServiceOrderState, locale: Locale): Offer | undefined {
  const { furthest, paidClaimed } = state;
  if (paidClaimed || furthest === 'completed') return undefined;
  const request = { requestId: freshId(state), reason: reasonFor(state, locale) };
  const input: CancelRequestInput =
    furthest === 'in-service' ? { ...request, mayCancel: ['created', 'in-service'] } : request;
  const text = SERVICE_OFFERS[furthest === 'in-service' ? 'inService' : 'created'][locale];
  return { update: 'requestCancel', text, input: { ...input } };
}

/** An id that no request has: the same id would be the same request. */
function freshId({ requests }: ServiceOrderState): string {
  const taken = requests.map(({ requestId }) => requestId);
  let number = 1;
  while (taken.includes(`operator-${number}`)) number += 1;
  return `operator-${number}`;
}

/** WeChat Pay wants the reason of the first cancel in every further one (S1). */
function reasonFor({ frozen, requests }: ServiceOrderState, locale: Locale): string {
  return frozen?.reason ?? requests[0]?.reason ?? SERVICE_OFFERS.reason[locale];
}

/**
 * The end that is filled in. Somebody in a hurry sends it unchanged, so it must be an end that a query confirms only if it
 * is true: never `kept` or `never-existed`, and not `cancelled` after a claim of payment.
 */
function likelyEnd({ paidClaimed }: ServiceOrderState): ResolvedAs {
  return paidClaimed ? 'done' : 'cancelled';
}
