import { code } from './markdown.js';
import { formatMoney } from './money.js';
import { sentences } from './offers.js';
import { formatInstant } from './local-time.js';
import type { Reader } from '../locale.js';
import type { Outcome } from '../orders/state.js';
import { fill, PAYMENTS } from './texts.js';
import { CLOSE_SENT, ENDS, PAID, RESOLVED_AS } from './texts-order.js';
import { parseInstant } from '../time.js';

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
