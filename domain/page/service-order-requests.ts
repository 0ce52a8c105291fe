import type { CancelRequestInput } from '../payscore/requests.js';
import { offerToResolve, renderOffers, type Offer } from './offers.js';
import type { Locale } from '../locale.js';
import { RESOLVED_AS, type ResolvedAs, type ServiceOrderState, type ServicePhaseName } from '../payscore/state.js';
import { SERVICE_OFFERS } from './texts-service-order.js';

type RequestName = 'requestCancel' | 'retry' | 'resolve';

/** What is offered while a service order is in a phase. Where a call is in flight, its answer comes first. */
const OFFERED = {
  waiting: ['requestCancel'],
  checking: [],
  cancelling: [],
  confirming: [],
  unsettled: [],
  needsAttention: ['retry', 'resolve'],
} as const satisfies Record<Exclude<ServicePhaseName, 'ended'>, readonly RequestName[]>;

/** What an operator can do about a service order as it is now, in Markdown. */
export function whatCanBeDone(state: ServiceOrderState & { phase: keyof typeof OFFERED }): string {
  const offers = OFFERED[state.phase].map((name) => offerOf(name, state));
  const open = offers.filter((offer) => offer !== undefined);
  return renderOffers(open, SERVICE_OFFERS.stopWatching, state.locale);
}

/** `undefined` where the request would change nothing. */
function offerOf(name: RequestName, state: ServiceOrderState): Offer | undefined {
  const { locale } = state;
  switch (name) {
    case 'requestCancel':
      return offerToCancel(state);
    case 'retry': {
      const isRaced = state.phase === 'needsAttention' && state.reason === 'raced';
      return { update: name, text: SERVICE_OFFERS[isRaced ? 'retryRaced' : 'retry'][locale], input: {} };
    }
    case 'resolve':
      return offerToResolve(likelyEnd(state), RESOLVED_AS, SERVICE_OFFERS.resolve, locale);
  }
}

/** Never one that gives up an amount that is due: that is for the service to decide, not for this page to suggest. */
function offerToCancel(state: ServiceOrderState): Offer | undefined {
  const { furthest, paidClaimed, locale } = state;
  if (paidClaimed || furthest === 'completed') return undefined;
  const request = { requestId: freshId(state), reason: reasonFor(state, locale) };
  const input: CancelRequestInput =
    furthest === 'in-service' ? { ...request, mayCancel: ['created', 'in-service'] } : request;
  const text = SERVICE_OFFERS[furthest === 'in-service' ? 'inService' : 'created'][locale];
  return { update: 'requestCancel', text, input: { ...input } };
}

/** An id that no request has yet: the same id would be the same request. */
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
 * What is filled in. It is sent as it stands by somebody in a hurry, so it must be the end that a query confirms only
 * where it is true: never that it is kept or does not exist, nor that it is cancelled although it was paid.
 */
function likelyEnd({ paidClaimed }: ServiceOrderState): ResolvedAs {
  return paidClaimed ? 'done' : 'cancelled';
}
