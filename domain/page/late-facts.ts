import { code } from './markdown.js';
import { moneyOf } from './money.js';
import { sentences } from './offers.js';
import type { LateOrder } from '../late/order.js';
import type { LateFacts } from '../late/state.js';
import type { Reader } from '../locale.js';
import { orderWorkflowId } from '../orders/order.js';
import type { Outcome } from '../orders/state.js';
import { describeAllReported, factsOf } from './payments.js';
import { fill } from './texts.js';
import { HAD_ENDED, LATE } from './texts-late.js';
import { ENDS } from './texts-order.js';

/** Which order it is, and how it had ended. */
export function describeOrder({ ref, amount }: LateOrder, ended: Outcome, reader: Reader): string {
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
export function describePayments({ told, notKept, shown }: LateFacts, reader: Reader): string {
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
