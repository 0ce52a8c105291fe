import { latestDeadline } from '../orders/input.js';
import { whyNotExtended } from '../orders/requests.js';
import { type Offer, offerToResolve, renderOffers } from './markdown.js';
import { formatInstant, toLocalRfc3339 } from './format.js';
import type { Reader } from '../locale.js';
import { dueAt } from '../orders/facts.js';
import type { OrderState, PhaseName, Resolution } from '../orders/state.js';
import { fill } from './texts.js';
import { ORDER_OFFERS, RESOLVED_AS } from './texts-order.js';
import { HOUR, SECOND, type Instant } from '../time.js';

type RequestName = 'checkNow' | 'closeNow' | 'extend' | 'placedAgain' | 'retry' | 'resolve';

/** The updates that are offered in each phase. During a call there are none: its answer comes first. */
export const OFFERED = {
  awaitingPayment: ['checkNow', 'closeNow', 'extend', 'placedAgain'],
  checking: [],
  userIsPaying: ['checkNow', 'closeNow', 'extend'],
  closing: [],
  confirming: [],
  notFoundYet: ['checkNow', 'closeNow', 'extend', 'placedAgain'],
  unsettled: ['retry'],
  needsAttention: ['retry', 'resolve'],
} as const satisfies Record<Exclude<PhaseName, 'ended'>, readonly RequestName[]>;

const ENDS = Object.keys(RESOLVED_AS) as Resolution['as'][];

/** What an operator can do about an order as it is now, in Markdown. */
export function whatCanBeDone(
  state: OrderState & { phase: keyof typeof OFFERED },
  reader: Reader,
  isWhole: boolean,
): string {
  const offers = OFFERED[state.phase].map((name) => offerOf(name, state, reader));
  const open = offers.filter((offer) => offer !== undefined);
  return renderOffers(open, reader.locale, isWhole);
}

/** `undefined`: the request would be refused, or change nothing. */
function offerOf(name: RequestName, state: OrderState, { locale, timeZone }: Reader): Offer | undefined {
  const simple: Offer = { update: name, text: fill(ORDER_OFFERS[name], locale, { floor: '' }), input: {} };
  switch (name) {
    case 'checkNow':
    case 'retry':
      return simple;
    case 'placedAgain':
      return state.paidClaimed ? undefined : simple;
    case 'closeNow': {
      const floor = formatInstant(state.order.floor, timeZone);
      return isCloseable(state) ? { ...simple, text: fill(ORDER_OFFERS.closeNow, locale, { floor }) } : undefined;
    }
    case 'extend': {
      const payBefore = laterDeadline(state);
      if (payBefore === undefined) return undefined;
      return { ...simple, input: { payBefore: toLocalRfc3339(payBefore, timeZone) } };
    }
    case 'resolve':
      return offerToResolve(likelyEnd(state), ENDS, ORDER_OFFERS.resolve, locale);
  }
}

/** Whether a request to close would make a difference: there was none, and the order is not due anyway. */
function isCloseable({ phase, order, closeRequested, paidClaimed, patienceFrom }: OrderState): boolean {
  const isDue = phase !== 'awaitingPayment' && patienceFrom !== null;
  return closeRequested === null && !paidClaimed && !isDue && order.floor < order.payBefore;
}

/** An hour later, or the latest deadline that is allowed; in whole seconds, as people write it. */
function laterDeadline(state: OrderState): Instant | undefined {
  const { createdAt, payBefore } = state.order;
  const latest = Math.min(dueAt(state) + HOUR, latestDeadline(createdAt));
  const later = latest - (latest % SECOND);
  return later > payBefore && whyNotExtended(state) === undefined ? later : undefined;
}

/**
 * The end that is filled in. Somebody in a hurry sends it unchanged, so it must be an end that a query confirms only if it
 * is true: never `never-existed`, and not `closed` after a claim of payment.
 */
function likelyEnd({ paidClaimed }: OrderState): Resolution['as'] {
  return paidClaimed ? 'paid' : 'closed';
}
