import { HINTS_SPAN } from '../../domain/hints.js';
import type { LateGuardName, LateTrigger } from '../../domain/late/late-payment.js';
import type { LateOutcome, LatePhaseName, LateState } from '../../domain/late/state.js';
import { HINTS_BEFORE_A_PERSON } from '../../domain/timing.js';
import { inWords } from './markdown.js';

export type OpenLatePhase = Exclude<LatePhaseName, 'ended'>;

/** What happens in a state. Each name of the rules must have its words: the compiler finds the one that lacks them. */
export const LATE_PHASES: Record<OpenLatePhase, string> = {
  checking: 'WeChat Pay is asked. At a later look, the list goes on showing what it did.',
  unsettled: 'The last answer decided nothing: lost, unsigned, unclear, or the payment is not shown yet.',
  needsAttention: 'A person is asked; WeChat Pay still is, every hour.',
};

/** What an end means. */
export const LATE_END_WORDS: Record<LateOutcome['ended'], string> = {
  known: 'The order had ended as paid, with this very payment.',
  refunded:
    'The order had not ended as paid, and a query says REFUND of the only payment. WeChat Pay says so of a part of the amount, too.',
  recorded: 'A person recorded what was done: `as` (`refunded` or `reopened`), `note`, `by`.',
  released: 'A person pressed _Request Cancellation_: the workflow ends as cancelled, without a result.',
};

/** What brings a late payment on, and how a diagram calls it. */
export const LATE_TRIGGERS: Record<LateTrigger, { readonly means: string; readonly brief: string }> = {
  timer: { means: 'the pause is over', brief: 'time is up' },
  retryRequested: { means: '`retry`', brief: 'a person' },
  recorded: { means: '`record`', brief: 'recorded' },
  releaseRequested: { means: '_Request Cancellation_', brief: 'released' },
  notificationAnother: {
    means:
      'a further verified notification, of another payment than those that are known: by its number, or else its amount',
    brief: 'another notification',
  },
  notificationRepeated: {
    means: 'a further notification of a payment that is known: no row hears it',
    brief: 'repeated',
  },
  paid: { means: 'query: SUCCESS', brief: 'paid' },
  refunded: { means: 'query: REFUND', brief: 'refunded' },
  closed: { means: 'query: CLOSED or REVOKED', brief: 'closed' },
  unnamed: {
    means: 'query: SUCCESS or REFUND without a transaction number, of an order that had ended as paid',
    brief: 'not named',
  },
  unclear: {
    means: 'query: NOTPAY, PAYERROR, USERPAYING, not found; or it came to nothing that decides',
    brief: 'unclear',
  },
  hint: {
    means: 'the query was refused for its signature, or by an answer that is not signed',
    brief: 'refused, unsigned',
  },
  fatal: { means: 'the query was refused in a way that repeating cannot mend', brief: 'refused' },
};

/** The conditions of the table. */
export const LATE_CONDITIONS: Record<LateGuardName, string> = {
  restIsOver: 'the pause is over',
  isTheKnown:
    'the order had ended as paid, the query shows that payment with that amount, and no notification tells of another',
  endedPaid: 'the order had ended as paid: by itself, or by a person’s word',
  isTheOnly: 'the order had not ended as paid, and no notification tells of another payment than the query shows',
  isSecond:
    'there are two payments: a query showed another than the order had ended with, or a further notification told of another',
  amountDiffers: 'the order had ended as paid, and the query shows another amount than it should have, or ended with',
  releasing: 'a person pressed _Request Cancellation_, and the query was heard out',
  thirdHint: `the ${HINTS_BEFORE_A_PERSON}rd refusal in a row, ${inWords(HINTS_SPAN)} after the first`,
  personAsked: 'a person is asked already',
  moneyFound: 'a person is asked already, about the money',
};

/** What the fields of the input mean, and what is taken where one is left out. */
export const LATE_FIELDS: readonly (readonly [field: string, meaning: string, otherwise: string])[] = [
  ['order', 'The order, as it was [started](timeout-then-close.md#input).', 'needed'],
  ['amount', 'What the order should have cost; `null` where nobody said it.', 'needed'],
  ['ended', 'How the order had ended: [its outcome](timeout-then-close.md#ends).', 'needed'],
  ['notification', 'The verified notification that came after that.', 'needed'],
  ['locale', 'In which language operators read of it.', '`en`'],
];

/** A state of which only the name counts. */
export function inLatePhase(phase: OpenLatePhase): LateState {
  return { phase, last: { call: 'notification' }, asked: null } as unknown as LateState;
}
