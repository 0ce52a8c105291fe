import { code } from './markdown.js';
import { formatFen } from './money.js';
import { sentences } from './offers.js';
import type { Locale } from '../locale.js';
import type { ServiceOutcome } from '../payscore/state.js';
import { fill } from './texts.js';
import { CANCEL_SENT, KEPT, SERVICE_ENDS, SERVICE_RESOLVED_AS } from './texts-service-order-ends.js';

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
