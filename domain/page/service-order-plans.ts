import { code } from './markdown.js';
import { formatFen } from './money.js';
import { sentences } from './offers.js';
import { formatInstant } from './local-time.js';
import type { Reader } from '../locale.js';
import type { ServiceOrderState } from '../payscore/state.js';
import type { CancelRequest } from '../payscore/write.js';
import { BETWEEN, fill } from './texts.js';
import { ALLOWS, SERVICE_PLANS } from './texts-service-order.js';

/** How many requests are listed one by one. */
const SHOWN_REQUESTS = 3;

/** When which request cancels, if what; and what was sent of it. As paragraphs. */
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
